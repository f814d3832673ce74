-- Migrations: the versions of this database, and what brings and takes them.

CREATE TABLE safemig.migration (
	version        text,
	version_key    text COLLATE "C" PRIMARY KEY,
	name           text NOT NULL,
	kind           text NOT NULL CHECK (kind IN ('versioned', 'baseline', 'repeatable', 'seed')),
	state          text NOT NULL CHECK (state IN ('pending', 'applied', 'rolled back', 'skipped')),
	up             text NOT NULL,
	down           text,
	checksum       text NOT NULL,
	token_checksum text NOT NULL,
	permits        text[] NOT NULL,
	reason         text,
	check_sql      text,
	environments   text[],
	release        text,
	statements     bigint,
	rows           bigint,
	applied_at     timestamptz,
	applied_by     text,
	duration       interval,
	note           text,
	changed_at     timestamptz NOT NULL,
	xid            xid8,
	inverse        jsonb,
	out_of_order   boolean NOT NULL DEFAULT false,
	registered_by  text,
	taken_back     text,
	accepts        text,
	row_changes    jsonb,
	CHECK ((version IS NULL) = (kind IN ('repeatable', 'seed')))
);
COMMENT ON TABLE safemig.migration IS 'one row for each version that waits, was applied, rolled back or skipped, with its scripts; read safemig.status';
COMMENT ON COLUMN safemig.migration.version IS 'as it was given; null for what has only a name';
COMMENT ON COLUMN safemig.migration.version_key IS 'safemig.version_key(version), or kind and name: what identifies and orders it';
COMMENT ON COLUMN safemig.migration.checksum IS 'safemig.checksum(up) when it was applied';
COMMENT ON COLUMN safemig.migration.token_checksum IS 'the same over the words of the script, without comments and spacing';
COMMENT ON COLUMN safemig.migration.environments IS 'where it is meant to run; null: everywhere';
COMMENT ON COLUMN safemig.migration.rows IS 'written by its statements, as they say themselves';
COMMENT ON COLUMN safemig.migration.applied_by IS 'the role that logged in, and the one it acted as where that is another';
COMMENT ON COLUMN safemig.migration.changed_at IS 'since when it is in this state';
COMMENT ON COLUMN safemig.migration.xid IS 'the transaction that brought it there: what that destroyed is in safemig.bin under it';
COMMENT ON COLUMN safemig.migration.inverse IS 'without a down script: for each thing its statements did, in order, what takes it back';
COMMENT ON COLUMN safemig.migration.out_of_order IS 'whether it may come below a version that is applied';
COMMENT ON COLUMN safemig.migration.registered_by IS 'the role that logged in and registered it as it is';
COMMENT ON COLUMN safemig.migration.taken_back IS 'checksum of the script that a rollback took back, until one runs again';
COMMENT ON COLUMN safemig.migration.row_changes IS 'rows its script inserted, updated and deleted in each table; null when the server did not count';
COMMENT ON COLUMN safemig.migration.accepts IS 'why another script is taken over when it comes next: safemig.repair()';
CREATE INDEX migration_pending_idx ON safemig.migration (version_key) WHERE state = 'pending';
CREATE INDEX migration_applied_idx ON safemig.migration (version_key) WHERE state = 'applied' AND version IS NOT NULL;
REVOKE ALL ON safemig.migration FROM PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('safemig.migration', '');

CREATE FUNCTION safemig.version_key(version text) RETURNS text
LANGUAGE C STRICT IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'safemig_version_key';
COMMENT ON FUNCTION safemig.version_key(text) IS
'digits by which versions sort: 1.2.0-rc.1, 1.2 = 1.2.0, 1.10. SM009 for a text that is no version. SELECT safemig.version_key(''1.9'') < safemig.version_key(''1.10'')';

CREATE FUNCTION safemig.is_version(version text) RETURNS boolean
LANGUAGE C STRICT IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'safemig_is_version';
COMMENT ON FUNCTION safemig.is_version(text) IS 'whether safemig.version_key() understands the text';

CREATE FUNCTION safemig.checksum(script text) RETURNS text
LANGUAGE C STRICT IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'safemig_checksum';
COMMENT ON FUNCTION safemig.checksum(text) IS
'sha256:... of a script without byte order mark, with line feeds only and one at the end: what safemig.migration keeps of an applied one';

CREATE FUNCTION safemig.apply(version text, name text, up text, down text DEFAULT NULL,
	permits text[] DEFAULT '{}', reason text DEFAULT NULL, check_sql text DEFAULT NULL,
	environments text[] DEFAULT NULL, release text DEFAULT NULL, out_of_order boolean DEFAULT false)
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_apply';
COMMENT ON FUNCTION safemig.apply(text, text, text, text, text[], text, text, text[], text, boolean) IS
'runs the script of a version once, in the caller''s transaction. Returns ''applied'', ''already applied'' or ''skipped''. SM001 refused by the guard, SM002 changed after it was applied, SM003 out of order, SM005 another runner, SM007 and SM008 what a script cannot hold, SM009 wrong version, environment or permit. SELECT safemig.apply(''1.3.0'', ''add language'', $$ALTER TABLE users ADD language text$$)';
REVOKE ALL ON FUNCTION safemig.apply(text, text, text, text, text[], text, text, text[], text, boolean) FROM PUBLIC;

CREATE FUNCTION safemig.rollback(target text, permits text[] DEFAULT '{}', reason text DEFAULT NULL)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_rollback';
COMMENT ON FUNCTION safemig.rollback(text, text[], text) IS
'goes back to a version, which stays applied, by the down scripts of all above it, newest first; 0 goes back to before the first. Returns how many were rolled back. SM006 when a down script is missing, SM009 when the target is not applied. SELECT safemig.rollback(''1.2.0'')';
REVOKE ALL ON FUNCTION safemig.rollback(text, text[], text) FROM PUBLIC;

-- Open to all, as no row of it holds a script.
CREATE VIEW safemig.system_versions AS
	SELECT m.version, m.applied_at
	  FROM safemig.migration m
	 WHERE m.state = 'applied' AND m.version IS NOT NULL
	 ORDER BY m.version_key;
COMMENT ON VIEW safemig.system_versions IS 'the versions this database has, in order';
GRANT SELECT ON safemig.system_versions TO PUBLIC;

CREATE FUNCTION safemig.current_version() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT m.version FROM safemig.migration m
	 WHERE m.state = 'applied' AND m.version IS NOT NULL ORDER BY m.version_key DESC LIMIT 1
$$;
COMMENT ON FUNCTION safemig.current_version() IS 'the newest version this database has; null when it has none';

-- A function, because a view would run the spool's function with its reader's rights.
CREATE FUNCTION safemig.failed_attempts(OUT version text, OUT version_key text, OUT name text, OUT at timestamptz, OUT message text)
RETURNS SETOF record
LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT ON (k.version_key) CASE WHEN safemig.is_version(h.version) THEN h.version END, k.version_key, h.subject, h.at, h.detail
	  FROM safemig.history h
	 CROSS JOIN LATERAL (SELECT CASE WHEN safemig.is_version(h.version) THEN safemig.version_key(h.version)
	                                 WHEN h.version ~ '^(repeatable|seed) ' THEN h.version END COLLATE "C") k(version_key)
	 WHERE h.event = 'failed' AND k.version_key IS NOT NULL
	 ORDER BY k.version_key, h.at DESC
$$;
COMMENT ON FUNCTION safemig.failed_attempts() IS 'the last failed attempt at each version, and at what has only a name; also of those that were applied later';

CREATE VIEW safemig.status AS
	SELECT coalesce(m.version, f.version) AS version,
	       coalesce(m.name, f.name) AS name,
	       coalesce(m.kind, CASE WHEN f.version IS NULL THEN split_part(f.version_key, ' ', 1) ELSE 'versioned' END) AS kind,
	       CASE WHEN f.version_key IS NULL THEN m.state ELSE 'failed' END AS state,
	       m.applied_at,
	       m.applied_by,
	       m.duration,
	       m.statements,
	       m.rows,
	       (SELECT coalesce(sum(i.rows), 0)::bigint FROM safemig.bin_item i JOIN safemig.bin_entry e ON e.id = i.entry
	         WHERE e.migration = coalesce(m.version, m.version_key) AND e.state = 'kept') AS kept,
	       CASE WHEN m.version_key IS NULL THEN NULL
	            WHEN safemig.checksum(m.up) = m.checksum THEN 'unchanged'
	            ELSE 'changed' END AS checksum_state,
	       m.release,
	       -- an error may quote a row
	       CASE WHEN f.version_key IS NULL THEN m.note
	            WHEN has_table_privilege('safemig.history', 'SELECT') OR has_function_privilege('safemig.migrate(text)', 'EXECUTE') THEN f.message
	            ELSE 'why is in safemig.history' END AS note
	  FROM safemig.migration m
	  FULL JOIN (SELECT a.version, a.version_key, a.name, a.message
	               FROM safemig.failed_attempts() a
	              WHERE NOT EXISTS (SELECT FROM safemig.migration s
	                                 WHERE s.version_key = a.version_key COLLATE "C"
	                                   AND (s.state = 'applied' AND s.kind <> 'repeatable'
	                                        OR s.changed_at > a.at))) f
	    ON f.version_key = m.version_key
	 ORDER BY coalesce(m.version_key, f.version_key);
COMMENT ON VIEW safemig.status IS 'every version this database knows, in order, then what has only a name: pending, applied, rolled back, skipped, or failed at its last attempt, with the error in the note for those who may read safemig.history or run safemig.migrate()';
COMMENT ON COLUMN safemig.status.applied_at IS 'when it was last applied, also of one rolled back since';
COMMENT ON COLUMN safemig.status.rows IS 'written by its statements, as they say themselves';
COMMENT ON COLUMN safemig.status.kept IS 'rows in the bin that its statements destroyed, as estimated then';
COMMENT ON COLUMN safemig.status.checksum_state IS 'changed: somebody wrote to the stored script';
GRANT SELECT ON safemig.status TO PUBLIC;
