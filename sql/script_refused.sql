-- What no script may hold, each beside what it may.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_script_refused;
CREATE DATABASE regress_script_refused TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_script_refused
SET client_min_messages = warning;
CREATE EXTENSION safemig;
RESET client_min_messages;
CREATE TABLE t (id int PRIMARY KEY, word text);
CREATE INDEX t_word ON t (word);
CREATE TABLE p (i int) PARTITION BY LIST (i);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
CREATE INDEX p_i ON p (i);

-- Tries a statement behind one that must leave no trace, in a subtransaction
-- that is undone whatever comes.
CREATE FUNCTION try(script text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM safemig.apply('1', 'try', 'CREATE TABLE trace (i int);' || script,
	                      permits => CASE WHEN script LIKE '%DETACH%' THEN ARRAY['detach partition public.p1'] END);
	RAISE EXCEPTION 'it runs' USING ERRCODE = 'P0001';
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN SQLSTATE = 'P0001' THEN '' ELSE SQLSTATE || ': ' END || SQLERRM;
END $$;

-- the migration is the transaction
SELECT s, try(s) FROM unnest(ARRAY['BEGIN', 'START TRANSACTION', 'COMMIT', 'END', 'ROLLBACK', 'ABORT', 'SAVEPOINT a',
	'RELEASE SAVEPOINT a', 'ROLLBACK TO SAVEPOINT a', 'PREPARE TRANSACTION ''a''', 'COMMIT PREPARED ''a''',
	'SET TRANSACTION READ ONLY', 'SET CONSTRAINTS ALL DEFERRED', 'DO $$ BEGIN PERFORM 1; END $$']) s;
SELECT left(try('DO $$ BEGIN COMMIT; END $$'), 5) AS commit_inside;

-- what commits by itself
SELECT s, try(s) FROM unnest(ARRAY[
	'CREATE INDEX CONCURRENTLY i ON t (word)', 'CREATE INDEX i ON t (word)',
	'DROP INDEX CONCURRENTLY t_word', 'DROP INDEX t_word',
	'REINDEX INDEX CONCURRENTLY t_word', 'REINDEX (CONCURRENTLY) TABLE t', 'REINDEX (CONCURRENTLY false) TABLE t', 'REINDEX INDEX t_word',
	'REINDEX SCHEMA public', 'REINDEX TABLE p', 'REINDEX INDEX p_i', 'REINDEX TABLE p1',
	'VACUUM', 'VACUUM t', 'ANALYZE t', 'CLUSTER', 'CLUSTER p USING p_i', 'CLUSTER t USING t_pkey',
	'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY', 'ALTER TABLE p DETACH PARTITION p1',
	'CREATE DATABASE d', 'DROP DATABASE d', 'ALTER DATABASE d SET TABLESPACE pg_default', 'ALTER DATABASE regress_script_refused CONNECTION LIMIT -1',
	'CREATE TABLESPACE s LOCATION ''/nowhere''', 'DROP TABLESPACE s',
	'ALTER SYSTEM SET work_mem = ''4MB''', 'DISCARD ALL', 'DISCARD PLANS', 'CHECKPOINT',
	'CREATE SUBSCRIPTION s CONNECTION ''x'' PUBLICATION p',
	'ALTER SUBSCRIPTION s REFRESH PUBLICATION', 'ALTER SUBSCRIPTION s SET PUBLICATION p',
	'CREATE TYPE mood AS ENUM (''sad''); ALTER TYPE mood ADD VALUE ''glad''',
	'LISTEN a', 'LOAD ''plpgsql''', 'DECLARE c CURSOR FOR SELECT 1']) s;
SELECT s, try(s) NOT LIKE 'SM%' AS left_to_the_server FROM unnest(ARRAY[
	'CREATE SUBSCRIPTION s CONNECTION ''x'' PUBLICATION p WITH (connect = false, enabled = true)',
	'ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)', 'ALTER SUBSCRIPTION s DISABLE', 'DROP SUBSCRIPTION s']) s;

-- what only a client can do
SELECT s, try(s) FROM unnest(ARRAY[
	'COPY t FROM STDIN', E'COPY t (id, word) FROM STDIN;\n1\tit''s\n\\.\n', 'COPY t TO STDOUT', 'COPY (SELECT 1 FROM t stdin) TO STDOUT',
	'COPY t TO PROGRAM ''cat >/dev/null''', E'\\i other.sql', E'\\copy t from file', E'SELECT 1 \\gset', E'\\connect other',
	E'SELECT ''\\i is text''', E'SELECT 1 -- \\i is a comment', E'SELECT $q$\n\\i is text\n$q$']) s;
SELECT to_regclass('trace') IS NULL AS no_trace;

-- as it reads
SELECT safemig.apply('1', 'concurrent', E'CREATE TABLE trace (i int);\nCREATE UNIQUE INDEX CONCURRENTLY a_name_that_is_long_enough_to_be_cut ON t (word)');
SELECT safemig.apply('1', 'commit', E'CREATE TABLE trace (i int);\nCOMMIT;');
SELECT safemig.apply('1', 'psql', E'CREATE TABLE trace (i int);\n  \\i other.sql\n');
SELECT safemig.apply('1', 'copy', E'CREATE TABLE trace (i int);\nCOPY t FROM STDIN;\n');

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_script_refused;
