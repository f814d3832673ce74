-- What people change in the log of versions, and who has looked at a script.

CREATE FUNCTION safemig.mark(version text, state text, reason text) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_mark';
COMMENT ON FUNCTION safemig.mark(text, text, text) IS
'puts a version on record as ''applied'' or ''rolled back'', and runs nothing: for what was done by hand. One that is not known takes over the script that comes next. SM009 wrong version or state. SELECT safemig.mark(''1.3.0'', ''applied'', ''ran by hand in the outage'')';
REVOKE ALL ON FUNCTION safemig.mark(text, text, text) FROM PUBLIC;

CREATE FUNCTION safemig.repair(version text, reason text, up text DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_repair';
COMMENT ON FUNCTION safemig.repair(text, text, text) IS
'accepts the changed script of an applied version: up, or without it the one on record that somebody wrote to, or else the one that is brought next. Runs nothing. SM009 when it is not applied. SELECT safemig.repair(''1.3.0'', ''a comment held a password'')';
REVOKE ALL ON FUNCTION safemig.repair(text, text, text) FROM PUBLIC;

CREATE FUNCTION safemig.note(version text, note text) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_note';
COMMENT ON FUNCTION safemig.note(text, text) IS
'what safemig.status says of a version; null takes it away. SM009 unknown version. SELECT safemig.note(''1.3.0'', ''see ticket 123'')';
REVOKE ALL ON FUNCTION safemig.note(text, text) FROM PUBLIC;

CREATE TABLE safemig.approval (
	version_key    text COLLATE "C" NOT NULL,
	token_checksum text NOT NULL,
	terms          text NOT NULL,
	approved_by    text NOT NULL,
	at             timestamptz NOT NULL,
	note           text,
	PRIMARY KEY (version_key, token_checksum, approved_by)
);
COMMENT ON TABLE safemig.approval IS 'who has approved which script of which version; written by safemig.approve() only';
COMMENT ON COLUMN safemig.approval.token_checksum IS 'of the script that was approved: another one needs another approval';
COMMENT ON COLUMN safemig.approval.terms IS 'safemig.terms() on which it was to run: with other permits it needs another approval, too';
REVOKE ALL ON safemig.approval FROM PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('safemig.approval', '');

CREATE FUNCTION safemig.terms(permits text[], down text, check_sql text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'sha256:' || encode(sha256(convert_to(jsonb_build_array(permits, down, check_sql)::text, 'UTF8')), 'hex')
$$;
COMMENT ON FUNCTION safemig.terms(text[], text, text) IS
'digest of what a script comes with: what it may destroy, its down script and its check. An approval is of these, too';

CREATE TABLE safemig.attestation (
	version_key    text COLLATE "C" NOT NULL,
	token_checksum text NOT NULL,
	environment    text NOT NULL,
	attested_by    text NOT NULL,
	at             timestamptz NOT NULL,
	note           text,
	PRIMARY KEY (version_key, token_checksum, environment, attested_by)
);
COMMENT ON TABLE safemig.attestation IS 'which script of which version was tried where; written by safemig.attest() only';
COMMENT ON COLUMN safemig.attestation.token_checksum IS 'of the script that was tried: another one has not been';
REVOKE ALL ON safemig.attestation FROM PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('safemig.attestation', '');

CREATE FUNCTION safemig.approve(version text, note text DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_approve';
COMMENT ON FUNCTION safemig.approve(text, text) IS
'approves a version that waits, as it is registered now. SM004 for the session user who registered it, SM009 when it does not wait. SELECT safemig.approve(''1.3.0'', ''read it with Ann'')';
REVOKE ALL ON FUNCTION safemig.approve(text, text) FROM PUBLIC;

CREATE FUNCTION safemig.attest(version text, environment text, note text DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_attest';
COMMENT ON FUNCTION safemig.attest(text, text, text) IS
'says that a version, as it is on record now, was tried in an environment. SM009 unknown version or environment. SELECT safemig.attest(''1.3.0'', ''staging'', ''ran for a week'')';
REVOKE ALL ON FUNCTION safemig.attest(text, text, text) FROM PUBLIC;

-- Open to all, as no row of them holds a script.
CREATE VIEW safemig.approvals AS
	SELECT coalesce(m.version, a.version_key) AS version, a.approved_by, a.at, a.note,
	       a.token_checksum = m.token_checksum AND a.terms = safemig.terms(m.permits, m.down, m.check_sql) AS current
	  FROM safemig.approval a JOIN safemig.migration m ON m.version_key = a.version_key
	 ORDER BY a.version_key, a.at;
COMMENT ON VIEW safemig.approvals IS 'who has approved what; current: of the script that is on record, with its permits, down script and check';
GRANT SELECT ON safemig.approvals TO PUBLIC;

CREATE VIEW safemig.attestations AS
	SELECT coalesce(m.version, a.version_key) AS version, a.environment, a.attested_by, a.at, a.note,
	       a.token_checksum = m.token_checksum AS current
	  FROM safemig.attestation a JOIN safemig.migration m ON m.version_key = a.version_key
	 ORDER BY a.version_key, a.at;
COMMENT ON VIEW safemig.attestations IS 'what was tried where; current: the script that is on record';
GRANT SELECT ON safemig.attestations TO PUBLIC;
