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

CREATE FUNCTION safemig.repeatable(name text, up text) RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_repeatable';
COMMENT ON FUNCTION safemig.repeatable(text, text) IS
'runs a script whenever its words have changed, after all versions: at once when none waits, else in the next safemig.migrate(). For views and functions. Returns ''applied'', ''already applied'', ''registered'' or ''replaced''. SM007 and SM008 what a script cannot hold. SELECT safemig.repeatable(''active users'', $$CREATE OR REPLACE VIEW active_users AS SELECT * FROM users WHERE active$$)';
REVOKE ALL ON FUNCTION safemig.repeatable(text, text) FROM PUBLIC;

CREATE FUNCTION safemig.seed(name text, up text, environments text[] DEFAULT '{development}') RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_seed';
COMMENT ON FUNCTION safemig.seed(text, text, text[]) IS
'runs a script of rows once, after all versions, in the environments named and when the setting seeding is on; else returns ''skipped''. SM002 changed after it was applied, SM004 in production. SELECT safemig.seed(''plans'', $$INSERT INTO plans VALUES (1, ''free'')$$)';
REVOKE ALL ON FUNCTION safemig.seed(text, text, text[]) FROM PUBLIC;

CREATE FUNCTION safemig.plan(target text DEFAULT NULL)
RETURNS TABLE (version text, name text, kind text, findings text[], permits_missing text[], gates_closed text[], action text)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_plan';
COMMENT ON FUNCTION safemig.plan(text) IS
'what safemig.migrate(target) would run, in order: what lint finds, the permits that each lacks, the gates that are closed, and what would become of it. Runs nothing. SELECT * FROM safemig.plan()';
REVOKE ALL ON FUNCTION safemig.plan(text) FROM PUBLIC;
