-- What the views say of the versions, and to whom.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_status_views;
CREATE DATABASE regress_status_views TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_status_views
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

SELECT safemig.current_version() IS NULL AS none;
SELECT count(*) FROM safemig.status;
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
 WHERE attrelid = 'safemig.status'::regclass AND attnum > 0 ORDER BY attnum;
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
 WHERE attrelid = 'safemig.system_versions'::regclass AND attnum > 0 ORDER BY attnum;

SELECT safemig.apply('v1.9', 'nine', 'CREATE TABLE a (i int)', release => '2026.1', down => 'SELECT 1');
SELECT safemig.apply('1.10', 'ten', 'INSERT INTO a SELECT generate_series(1, 7)', down => 'SELECT 1');
SELECT outcome($$SELECT safemig.apply('1.11', 'eleven', 'SELECT 1 / 0')$$);
SELECT safemig.apply('1.12', 'twelve', 'SELECT 1', environments => '{test}');
SELECT version, name, kind, state, statements, rows, kept, checksum_state, release, note FROM safemig.status;
SELECT version, applied_at <= clock_timestamp() AS applied, applied_by = session_user AS by_me,
       duration >= '0' AS timed FROM safemig.status WHERE state = 'applied';

-- a failed attempt shows until the version is applied, and not any more afterwards
SELECT safemig.apply('1.11', 'eleven', 'SELECT 1', down => 'SELECT 1');
SELECT safemig.rollback('1.10');
SELECT version, state, note FROM safemig.status;
SELECT outcome($$SELECT safemig.apply('1.11.0', 'eleven again', 'SELECT 1 / 0')$$);
SELECT version, name, state, note FROM safemig.status WHERE version LIKE '1.11%';

-- a stored script that somebody wrote to
SET safemig.enforce = off;
UPDATE safemig.migration SET up = up || ' -- changed' WHERE version = '1.10';
RESET safemig.enforce;
SELECT version, checksum_state FROM safemig.status;

-- open to all, the scripts are not
CREATE ROLE regress_reader;
SET ROLE regress_reader;
SELECT version, state, note FROM safemig.status;
SELECT version FROM safemig.system_versions;
SELECT safemig.current_version();
SELECT up FROM safemig.migration;
RESET ROLE;
-- an error may quote a row: for those who read the history, and those who run migrations
GRANT SELECT ON safemig.history TO regress_reader;
SET ROLE regress_reader;
SELECT version, note FROM safemig.status WHERE state = 'failed';
RESET ROLE;
REVOKE SELECT ON safemig.history FROM regress_reader;
GRANT USAGE ON SCHEMA safemig TO regress_reader;
GRANT EXECUTE ON PROCEDURE safemig.migrate(text) TO regress_reader;
SET ROLE regress_reader;
SELECT version, note FROM safemig.status WHERE state = 'failed';
SELECT count(*) FROM safemig.incidents;
RESET ROLE;

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_status_views;
DROP ROLE regress_reader;
