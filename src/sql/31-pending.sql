-- Migrations that are put on record first, and run later, all that wait in one call.

CREATE FUNCTION safemig.register(version text, name text, up text, down text DEFAULT NULL,
	permits text[] DEFAULT '{}', reason text DEFAULT NULL, check_sql text DEFAULT NULL,
	environments text[] DEFAULT NULL, release text DEFAULT NULL, out_of_order boolean DEFAULT false)
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_register';
COMMENT ON FUNCTION safemig.register(text, text, text, text, text[], text, text, text[], text, boolean) IS
'puts a version on record, to run in the next safemig.migrate(). Arguments as of safemig.apply(). Returns ''registered'', ''replaced'' when it waited with another script, or ''already applied''. SM002 changed after it was applied, SM007 and SM008 what a script cannot hold, SM009 wrong version or environment. SELECT safemig.register(''1.3.0'', ''add language'', $$ALTER TABLE users ADD language text$$)';
REVOKE ALL ON FUNCTION safemig.register(text, text, text, text, text[], text, text, text[], text, boolean) FROM PUBLIC;

CREATE PROCEDURE safemig.migrate(target text DEFAULT NULL)
LANGUAGE C
AS 'MODULE_PATHNAME', 'safemig_migrate';
COMMENT ON PROCEDURE safemig.migrate(text) IS
'runs all that waits, in order, up to target: each in a transaction of its own, inside a transaction block all in that one. What ran before an error stays applied. SM002 a script on record was written to, SM003 out of order or no baseline, SM004 a gate is closed, SM005 another runner, SM009 unknown target. CALL safemig.migrate()';
REVOKE ALL ON PROCEDURE safemig.migrate(text) FROM PUBLIC;

CREATE FUNCTION safemig.baseline(version text, name text) RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_baseline';
COMMENT ON FUNCTION safemig.baseline(text, text) IS
'an existing database starts here: versions up to this one count as part of it, and no rollback goes past it; 0: nothing of what waits is here yet. Returns ''applied'' or ''already applied''. SM003 when a version is applied already. SELECT safemig.baseline(''1.4.0'', ''as found'')';
REVOKE ALL ON FUNCTION safemig.baseline(text, text) FROM PUBLIC;
