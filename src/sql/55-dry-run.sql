-- Dry runs: a script run for real, measured, and taken back.

CREATE FUNCTION safemig.dry_run(script text, permits text[] DEFAULT '{}')
RETURNS TABLE (statement int, line int, command text, duration interval, rows bigint, locks jsonb,
	rewrites text[], wal_bytes bigint, effects text[], findings text[], error text)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_dry_run';
COMMENT ON FUNCTION safemig.dry_run(text, text[]) IS
'runs a script for real, under limits, measures each statement, and takes all of it back. A row for each statement and one for the deferred constraints; error is null where all went well. SM007 and SM008 what a script cannot hold or no rollback takes back, SM009 wrong permit, 25006 where nothing can be written. SELECT command, duration, locks, error FROM safemig.dry_run($$ALTER TABLE users ADD language text$$)';
REVOKE ALL ON FUNCTION safemig.dry_run(text, text[]) FROM PUBLIC;

-- Not dumped: it is worth something in this database only.
CREATE TABLE safemig.dry_run_record (
	id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	checksum       text NOT NULL,
	token_checksum text NOT NULL,
	bound_to       text NOT NULL,
	session_role   text NOT NULL,
	role           text NOT NULL,
	at             timestamptz NOT NULL,
	statements     bigint NOT NULL,
	duration       interval NOT NULL,
	permits        text[] NOT NULL,
	schemas        text NOT NULL
);
CREATE INDEX dry_run_record_token_checksum_idx ON safemig.dry_run_record (token_checksum);
COMMENT ON TABLE safemig.dry_run_record IS 'one row for each dry run that passed, for 90 days; read safemig.dry_runs';
COMMENT ON COLUMN safemig.dry_run_record.checksum IS 'safemig.checksum(script)';
COMMENT ON COLUMN safemig.dry_run_record.token_checksum IS 'the same over the words of the script, without comments and spacing';
COMMENT ON COLUMN safemig.dry_run_record.bound_to IS 'system identifier and database it ran in';
COMMENT ON COLUMN safemig.dry_run_record.schemas IS 'in which its names were looked up: the same script means something else in others';
COMMENT ON COLUMN safemig.dry_run_record.duration IS 'of all statements and the deferred constraints';
REVOKE ALL ON safemig.dry_run_record FROM PUBLIC;

CREATE VIEW safemig.dry_runs AS
	SELECT r.id, r.at, r.checksum, r.session_role, r.role, r.statements, r.duration, r.permits
	  FROM safemig.dry_run_record r
	 ORDER BY r.id;
COMMENT ON VIEW safemig.dry_runs IS 'dry runs that passed in this database: when, by whom, of which script';
REVOKE ALL ON safemig.dry_runs FROM PUBLIC;
