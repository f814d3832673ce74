-- What a script names wrongly, and what it writes that does not fit: message, place, SQLSTATE.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_script_broken_names;
CREATE DATABASE regress_script_broken_names TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_script_broken_names
SET client_min_messages = warning;
CREATE EXTENSION safemig;
RESET client_min_messages;
SET client_encoding = 'UTF8';
SET lc_messages = 'C';
\set VERBOSITY default
CREATE TABLE t (id int PRIMARY KEY, word text);
INSERT INTO t VALUES (1, 'one'), (2, 'two');
CREATE TYPE mood AS ENUM ('sad');
CREATE TABLE child (id int REFERENCES t DEFERRABLE INITIALLY DEFERRED);
CREATE FUNCTION divides() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.id := 1 / (NEW.id - 7);
	RETURN NEW;
END $$;
CREATE TABLE divided (id int);
CREATE TRIGGER divides BEFORE INSERT ON divided FOR EACH ROW EXECUTE FUNCTION divides();

SELECT safemig.apply('1', 'missing table', $$CREATE TABLE made (i int);
ALTER TABLE nosuch ADD COLUMN note text;$$);
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'missing column', $$CREATE TABLE made (i int);
UPDATE t SET word = 'x'
 WHERE nosuch = 1;$$);
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'wrong type', $$CREATE TABLE made (i int);
INSERT INTO t
VALUES (3, 'three'), ('four', 'four');$$);
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'wrong types', $$CREATE TABLE made (i int);
UPDATE t SET word = word + 1 WHERE id = 1;$$);
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'type change', $$CREATE TABLE made (i int);
ALTER TABLE t
  ALTER COLUMN word TYPE int USING (word::int);$$, permits => '{alter column type public.t.word}', reason => 'test');
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'duplicate key', $$CREATE TABLE made (i int);
INSERT INTO t VALUES (2, 'again');$$);
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'not null', $$CREATE TABLE made (i int);
ALTER TABLE t ADD COLUMN needed int NOT NULL;$$);
\echo :LAST_ERROR_SQLSTATE

-- at the end of all statements, where no statement is to blame
SELECT safemig.apply('1', 'deferred', $$CREATE TABLE made (i int);
INSERT INTO child VALUES (9);
SELECT 1;$$);
\echo :LAST_ERROR_SQLSTATE

-- inside a function, a DO block, a trigger: the server's place, then the script's
SELECT safemig.apply('1', 'function', $$CREATE TABLE made (i int);
CREATE FUNCTION broken() RETURNS int LANGUAGE plpgsql AS 'BEGIN
	RETURN (SELECT nosuch FROM t);
END';
SELECT broken();$$);
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'function body', $$CREATE TABLE made (i int);
CREATE FUNCTION broken() RETURNS int LANGUAGE sql AS 'SELECT nosuch FROM t';$$);
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'do', $$CREATE TABLE made (i int);
DO 'BEGIN
	PERFORM 1;
	INSERT INTO nosuch VALUES (1);
END';$$);
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'do syntax', $$CREATE TABLE made (i int);
DO 'BEGIN
	PERFROM 1;
END';$$);
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'do commit', $$CREATE TABLE made (i int);
DO 'BEGIN
	COMMIT;
END';$$);
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'trigger', $$CREATE TABLE made (i int);
INSERT INTO divided VALUES (7);$$);
\echo :LAST_ERROR_SQLSTATE

-- a new value that the same transaction cannot use, alone and beside one that it can
SELECT safemig.apply('1', 'enum value', $$CREATE TABLE made (m mood);
ALTER TYPE mood ADD VALUE 'happy';
INSERT INTO made VALUES ('happy');$$);
\echo :LAST_ERROR_SQLSTATE
BEGIN;
SELECT safemig.apply('1', 'enum', $$CREATE TYPE weather AS ENUM ('wet');
ALTER TYPE weather ADD VALUE 'dry';
SELECT 'dry'::weather;$$);
ROLLBACK;

-- a query that would never end by itself: the server finds the wrong use of it
SELECT safemig.apply('1', 'cycle', $$CREATE TABLE made (i int);
WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT max(i) FROM r) SELECT * FROM r;$$);
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'cycle mark', $$CREATE TABLE made (i int);
WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i FROM r)
	CYCLE j SET is_cycle USING path
SELECT * FROM r;$$);
\echo :LAST_ERROR_SQLSTATE

-- a check that does not hold, or is broken itself
SELECT safemig.apply('1', 'check', $$CREATE TABLE made (i int);$$, check_sql => 'SELECT count(*) = 3 FROM t');
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'broken check', $$CREATE TABLE made (i int);$$, check_sql => 'SELECT nosuch FROM t');
\echo :LAST_ERROR_SQLSTATE

-- nothing of any of them is left, and each is on record with its SQLSTATE
SELECT to_regclass('made') AS made, (SELECT count(*) FROM t) AS rows, (SELECT count(*) FROM safemig.migration) AS migrations;
SELECT name, left(message, 90) AS message FROM (SELECT subject AS name, detail AS message FROM safemig.history WHERE event = 'failed') f ORDER BY name COLLATE "C";

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_script_broken_names;
