-- Backups of this database, and the points that recovery can go back to.

CREATE TABLE safemig.backup_record (
	location    text NOT NULL,
	taken_at    timestamptz NOT NULL,
	bytes       bigint,
	sha256      text,
	restored_ok boolean,
	label       text,
	readable    boolean NOT NULL,
	recorded_at timestamptz NOT NULL,
	recorded_by text NOT NULL,
	bound_to    text NOT NULL,
	PRIMARY KEY (location, taken_at, bound_to)
);
COMMENT ON TABLE safemig.backup_record IS 'one row for each backup, made by safemig.backup() or recorded by safemig.record_backup(); read safemig.backups';
COMMENT ON COLUMN safemig.backup_record.taken_at IS 'when it began: what was committed later is not in it';
COMMENT ON COLUMN safemig.backup_record.restored_ok IS 'what came of restoring it; null: nobody has tried';
COMMENT ON COLUMN safemig.backup_record.label IS 'as given to safemig.backup(); null when another tool made it';
COMMENT ON COLUMN safemig.backup_record.readable IS 'safemig.backup() has read its file, and pg_restore its table of contents';
COMMENT ON COLUMN safemig.backup_record.bound_to IS 'system identifier and database it is of';
REVOKE ALL ON safemig.backup_record FROM PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('safemig.backup_record', '');

CREATE VIEW safemig.backups AS
	SELECT b.location, b.taken_at, b.bytes, b.sha256, b.restored_ok,
	       coalesce(b.restored_ok, b.readable) AS verified, b.label, b.recorded_at, b.recorded_by
	  FROM safemig.backup_record b
	 ORDER BY b.taken_at;
COMMENT ON VIEW safemig.backups IS 'the backups on record, oldest first';
COMMENT ON COLUMN safemig.backups.verified IS 'it was restored, or safemig.backup() has read it and nobody failed to restore it: what the setting backup_max_age asks for';
REVOKE ALL ON safemig.backups FROM PUBLIC;

CREATE FUNCTION safemig.record_backup(location text, taken_at timestamptz, bytes bigint DEFAULT NULL,
	sha256 text DEFAULT NULL, restored_ok boolean DEFAULT NULL)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_record_backup';
COMMENT ON FUNCTION safemig.record_backup(text, timestamptz, bigint, text, boolean) IS
'puts a backup of this database on record, with the outcome of its restore where it was tried; again for the same location and time, with that outcome. SM009 for a time to come and for no bytes. SELECT safemig.record_backup(''s3://backups/shop/20261121'', now() - interval ''1 hour'', 52428800, NULL, true)';
REVOKE ALL ON FUNCTION safemig.record_backup(text, timestamptz, bigint, text, boolean) FROM PUBLIC;

CREATE PROCEDURE safemig.backup(label text)
LANGUAGE C
AS 'MODULE_PATHNAME', 'safemig_backup';
COMMENT ON PROCEDURE safemig.backup(text) IS
'runs safemig.backup_command, reads the file that it wrote, records it, and removes those older than backup_keep_for. SM008 inside a transaction, SM009 for a label of other characters than letters, digits and ._-, and without a command; 38000 when no backup came of it. CALL safemig.backup(''before_1.3.0'')';
REVOKE ALL ON PROCEDURE safemig.backup(text) FROM PUBLIC;

-- Not dumped: they are places in the log of this server.
CREATE TABLE safemig.restore_point (
	id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	version text NOT NULL,
	at      timestamptz NOT NULL,
	name    text,
	lsn     text,
	note    text
);
COMMENT ON TABLE safemig.restore_point IS 'one row for each migration or rollback with permits; read safemig.restore_points';
REVOKE ALL ON safemig.restore_point FROM PUBLIC;

CREATE VIEW safemig.restore_points AS
	SELECT p.version, p.at, p.name, p.lsn, p.note FROM safemig.restore_point p ORDER BY p.id;
COMMENT ON VIEW safemig.restore_points IS 'where point-in-time recovery ends before a migration or rollback with permits: its name is for recovery_target_name';
COMMENT ON COLUMN safemig.restore_points.note IS 'that it is before a rollback, or why there is none';
GRANT SELECT ON safemig.restore_points TO PUBLIC;
