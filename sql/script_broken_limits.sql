-- What a script may not do here, or has not the time or room for: message, place, SQLSTATE.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_script_broken_limits;
CREATE DATABASE regress_script_broken_limits TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_script_broken_limits
SET client_min_messages = warning;
CREATE EXTENSION safemig;
RESET client_min_messages;
SET client_encoding = 'UTF8';
SET lc_messages = 'C';
\set VERBOSITY default
CREATE TABLE t (id int PRIMARY KEY, word text);
INSERT INTO t VALUES (1, 'one'), (2, 'two');
CREATE ROLE regress_script_broken;
GRANT USAGE ON SCHEMA safemig TO regress_script_broken;
GRANT EXECUTE ON FUNCTION safemig.apply(text, text, text, text, text[], text, text, text[], text, boolean) TO regress_script_broken;
GRANT CREATE ON SCHEMA public TO regress_script_broken;

-- time: of the script, of the session, set by the script itself
SELECT safemig.set('statement_timeout_apply', '300ms');
SELECT safemig.apply('1', 'timeout', $$CREATE TABLE made (i int);
SELECT pg_sleep(10);$$);
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.set('statement_timeout_apply', '0');
SELECT safemig.apply('1', 'timeout of its own', $$CREATE TABLE made (i int);
SET statement_timeout = '200ms';
WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r)
SELECT count(*) FROM r;$$);
\echo :LAST_ERROR_SQLSTATE

-- rights
SET ROLE regress_script_broken;
SELECT safemig.apply('1', 'permission', $$CREATE TABLE made (i int);
ALTER TABLE t ADD COLUMN note text;$$);
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'permission to read', $$CREATE TABLE made (i int);
INSERT INTO made SELECT id FROM t;$$);
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;

-- the isolation of the caller
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT safemig.apply('1', 'serializable', 'CREATE TABLE made (i int);');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN READ ONLY;
SELECT safemig.apply('1', 'read only', 'CREATE TABLE made (i int);');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;

-- room
SET work_mem = '64kB';
SET temp_file_limit = '1MB';
SELECT safemig.apply('1', 'room', $$CREATE TABLE made (i int);
INSERT INTO t
SELECT i, 'x' FROM (SELECT i FROM generate_series(3, 300000) i ORDER BY md5(i::text)) s;$$);
\echo :LAST_ERROR_SQLSTATE
RESET temp_file_limit;
RESET work_mem;
SELECT safemig.apply('1', 'tablespace', $$CREATE TABLE made (i int);
ALTER TABLE t SET TABLESPACE nosuch;$$);
\echo :LAST_ERROR_SQLSTATE

REVOKE ALL ON FUNCTION safemig.apply(text, text, text, text, text[], text, text, text[], text, boolean) FROM regress_script_broken;
REVOKE ALL ON SCHEMA safemig, public FROM regress_script_broken;
DROP ROLE regress_script_broken;

-- nothing of any of them is left, and each is on record with its SQLSTATE
SELECT to_regclass('made') AS made, (SELECT count(*) FROM t) AS rows, (SELECT count(*) FROM safemig.migration) AS migrations;
SELECT name, left(message, 90) AS message FROM (SELECT subject AS name, detail AS message FROM safemig.history WHERE event = 'failed') f ORDER BY name COLLATE "C";

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_script_broken_limits;
