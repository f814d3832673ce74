-- What migrate() would do and what would stop it, before it does.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_migrate_plan;
CREATE DATABASE regress_migrate_plan TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_migrate_plan
SET client_min_messages = warning;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE users (name text, city text);
INSERT INTO users VALUES ('ann', 'ulm');

SELECT safemig.apply('2', 'two', 'SELECT 2');
SELECT safemig.register('1', 'late', 'SELECT 1');
SELECT safemig.register('3', 'three', 'ALTER TABLE users ADD language text');
SELECT safemig.register('4', 'four', 'ALTER TABLE users DROP city', environments => '{staging}');
SELECT safemig.register('5', 'five', 'ALTER TABLE users DROP city');
SELECT safemig.repeatable('names', 'CREATE OR REPLACE VIEW names AS SELECT name FROM users');
SELECT version, name, kind, gates_closed, action FROM safemig.plan();
SELECT version, action FROM safemig.plan('3');
SELECT version, action FROM safemig.plan('7');
SELECT safemig.set('out_of_order', 'allow');
SELECT safemig.set('require_dry_run', 'on');
SELECT version, gates_closed, action FROM safemig.plan();
SELECT count(*) FROM safemig.dry_run('ALTER TABLE users ADD language text');
SELECT version, gates_closed FROM safemig.plan('3');
SELECT safemig.set('require_dry_run', 'off');

-- what lint and effects say, by their names; here they are stood in for
SET safemig.enforce = off;
DO $$ BEGIN
	IF to_regprocedure('safemig.lint(text)') IS NULL THEN
		CREATE FUNCTION safemig.lint(script text)
		RETURNS TABLE (statement int, line int, col int, rule text, severity text, object text, message text, suggestion text)
		LANGUAGE sql AS $f$ SELECT 1, 2, 3, 'drop-column', 'error', 'x', 'gone', NULL WHERE $1 ~ 'DROP' $f$;
		CREATE FUNCTION safemig.effects(script text)
		RETURNS TABLE (statement int, line int, col int, command text, action text, category text, object text,
			lock text, rewrites boolean, scans boolean, rows bigint, bytes bigint, decision text, permit text)
		LANGUAGE sql AS $f$ SELECT 1, 1, 1, 'ALTER TABLE', 'drop column', 'data', 'public.users.city', 'AccessExclusiveLock', false, false, 1, 1, 'refuse', 'drop column public.users.city' WHERE $1 ~ 'DROP' $f$;
	END IF;
END $$;
RESET safemig.enforce;
SELECT version, permits_missing FROM safemig.plan() WHERE version IN ('3', '5');
SELECT version, cardinality(findings) > 0 AS found FROM safemig.plan() WHERE version = '5';
SELECT safemig.register('5', 'five', 'ALTER TABLE users DROP city', permits => '{drop column public.users.city}');
SELECT version, permits_missing FROM safemig.plan() WHERE version = '5';

-- a plan changes nothing
SELECT count(*) FROM safemig.plan();
CALL safemig.migrate();
SELECT version, name, state FROM safemig.status;
SELECT count(*) FROM safemig.plan();

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_migrate_plan;
