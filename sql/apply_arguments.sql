-- What apply wants to be given, and who may call it.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_apply_arguments;
CREATE DATABASE regress_apply_arguments TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_apply_arguments
SET client_min_messages = warning;
CREATE EXTENSION safemig;
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

SELECT outcome($$SELECT safemig.apply(NULL, 'x', 'SELECT 1')$$);
SELECT outcome($$SELECT safemig.apply('1', NULL, 'SELECT 1')$$);
SELECT outcome($$SELECT safemig.apply('1', 'x', NULL)$$);
SELECT outcome($$SELECT safemig.apply('1', 'x', 'SELECT 1', permits => ARRAY['drop table a', NULL])$$);
SELECT outcome($$SELECT safemig.apply('1', 'x', '')$$);
SELECT outcome($$SELECT safemig.apply('1', 'x', '-- only a comment')$$);
SELECT outcome($$SELECT safemig.apply('1', 'x', ' ; ; ')$$);

-- every optional argument may be null
SELECT safemig.apply('1', 'x', 'SELECT 1', NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE before (i int);
-- a down script is none when it is blank, and one that does nothing when it is a comment
SELECT safemig.apply('2', 'x', 'INSERT INTO before VALUES (1)', down => E' \n');
SELECT safemig.apply('3', 'x', 'SELECT 1', down => '-- nothing to undo');
SELECT outcome($$SELECT safemig.apply('4', 'x', 'SELECT 1', down => 'SELEC 1')$$);
SELECT outcome($$SELECT safemig.apply('4', 'x', 'SELECT 1', down => 'COMMIT')$$);
SELECT outcome($$SELECT safemig.rollback('2')$$);
SELECT outcome($$SELECT safemig.rollback('1')$$);
SELECT outcome($$SELECT safemig.rollback(NULL)$$);

-- nobody may apply who was not given the right; then the script runs with his own rights
CREATE ROLE regress_deployer;
SET ROLE regress_deployer;
SELECT safemig.apply('4', 'x', 'SELECT 1');
SELECT safemig.rollback('0');
SELECT safemig.current_version(), safemig.version_key('1.0') = safemig.version_key('1') AS keys;
RESET ROLE;
GRANT EXECUTE ON FUNCTION safemig.apply TO regress_deployer;
CREATE TABLE secret (i int);
CREATE SCHEMA deployed AUTHORIZATION regress_deployer;
SET ROLE regress_deployer;
SELECT safemig.apply('4', 'x', 'CREATE TABLE deployed.a (i int)');
SELECT safemig.apply('5', 'x', 'SELECT * FROM public.secret');
SELECT * FROM safemig.migration;
INSERT INTO safemig.migration SELECT;
RESET ROLE;
SELECT tableowner FROM pg_tables WHERE schemaname = 'deployed';
SELECT version, applied_by LIKE '% (as regress_deployer)' AS both_roles FROM safemig.status WHERE version = '4';

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_apply_arguments;
DROP ROLE regress_deployer;
