-- rollback takes versions back by their down scripts, newest first, all or none.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_rollback_down;
CREATE DATABASE regress_rollback_down TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_rollback_down
SET client_min_messages = warning;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE statement INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

CREATE TABLE trail (n int GENERATED ALWAYS AS IDENTITY, what text);
SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i int)', down => 'DROP TABLE one; INSERT INTO trail (what) VALUES (''one'')');
SELECT safemig.apply('1.1', 'view', 'CREATE VIEW seen AS SELECT * FROM one', down => 'DROP VIEW seen; INSERT INTO trail (what) VALUES (''view'')');
SELECT safemig.apply('2', 'two', 'INSERT INTO one VALUES (2)', down => '-- nothing to undo');
SELECT safemig.apply('3', 'no down', 'INSERT INTO one VALUES (3)');
SELECT safemig.apply('4', 'no down', 'INSERT INTO one VALUES (4)');
SELECT safemig.apply('5', 'five', 'ALTER TABLE one ADD j int; UPDATE one SET j = i WHERE i > 0', down => 'ALTER TABLE one DROP j; INSERT INTO trail (what) VALUES (''five'')');

-- a target that is not applied
SELECT safemig.rollback('2.5');
SELECT outcome($$SELECT safemig.rollback('6')$$);
SELECT outcome($$SELECT safemig.rollback('nothing')$$);

-- nothing above it
SELECT safemig.rollback('5.0.0');

-- one without a down script: all of them are named, and nothing runs
SELECT safemig.rollback('1');
SELECT count(*) FROM trail;

-- the guard judges a down script as any other
SELECT outcome($$SELECT safemig.rollback('4')$$) LIKE 'SM001: %''drop column public.one.j''' AS refused;
SELECT safemig.rollback('4', permits => ARRAY['drop column public.one.j'], reason => 'slow');
SELECT version, state FROM safemig.status;
SELECT safemig.current_version();

-- what is rolled back may come again, with other content
SELECT safemig.apply('5', 'five, better', 'ALTER TABLE one ADD j bigint', down => 'SELECT 1 / 0');
SELECT name, state, rows FROM safemig.status WHERE version = '5';

-- a down script that fails leaves everything, and its error has its place
SELECT safemig.rollback('4');
SELECT version FROM safemig.system_versions;
SELECT safemig.apply('5', 'five, better', 'ALTER TABLE one ADD j bigint');

-- newest first, down to before the first
SET safemig.enforce = off;
UPDATE safemig.migration SET down = format('INSERT INTO trail (what) VALUES (%L)', version) WHERE version IN ('3', '4', '5');
RESET safemig.enforce;
SELECT safemig.rollback('2');
SELECT safemig.rollback('0', permits => ARRAY['drop table public.one', 'drop view public.seen']);
SELECT what FROM trail ORDER BY n;
SELECT version, state FROM safemig.status;
SELECT safemig.current_version() IS NULL AS none, to_regclass('one') IS NULL AS gone;
SELECT event, version, subject, reason, detail FROM safemig.history WHERE event = 'rollback' ORDER BY at;

-- the role and the settings of each script end with it
SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i int)', down => 'SET search_path = pg_catalog; SELECT 1');
SELECT safemig.apply('2', 'two', 'SELECT 1', down => 'SET work_mem = ''9MB''');
SELECT safemig.rollback('0');
SELECT current_setting('search_path') AS path, current_setting('work_mem') AS work_mem;

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_rollback_down;
