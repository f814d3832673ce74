-- What depends on a temporary object goes when the session ends: permanent data may not.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int);
INSERT INTO t VALUES (1);
CREATE TYPE pg_temp.st AS ENUM ('a');
CREATE DOMAIN pg_temp.dt AS text;
CREATE TEMP TABLE tt (a int, b text);
CREATE COLLATION pg_temp.co FROM "C";
CREATE FUNCTION pg_temp.g(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE TYPE pg_temp.whole AS (id int);
ALTER TABLE t ADD COLUMN st pg_temp.st;
ALTER TABLE t ALTER id TYPE pg_temp.dt;
CREATE TABLE keepme (id int, v pg_temp.dt);
SELECT safemig.last_refusal() ~ 'depends on a temporary object' AS says_why;
CREATE TABLE keepme (id int, x tt[]);
CREATE TABLE keepme (v text COLLATE pg_temp.co);
CREATE TABLE keepme AS SELECT 'a'::pg_temp.st AS st;
SELECT 'a'::pg_temp.st AS st INTO keepme;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) CREATE TABLE keepme AS SELECT 'a'::pg_temp.st AS st;
EXPLAIN (COSTS off) CREATE TABLE keepme AS SELECT 'a'::pg_temp.st AS st;
CREATE TABLE keepme (a int, b int GENERATED ALWAYS AS (pg_temp.g(a)) STORED);
CREATE TABLE keepme (a int) PARTITION BY RANGE (pg_temp.g(a));
CREATE MATERIALIZED VIEW keepme AS SELECT pg_temp.g(1);
CREATE TYPE keepme AS (st pg_temp.st);
ALTER TABLE t OF pg_temp.whole;
CREATE DOMAIN permanent AS pg_temp.st;
CREATE TABLE keepme (st permanent);
DO $$ BEGIN EXECUTE 'CREATE TABLE keepme (st pg_temp.st)'; END $$;
-- temporary tables may, and functions and views are made again
CREATE TEMP TABLE tt2 (st pg_temp.st, x tt);
ALTER TABLE tt ADD COLUMN st pg_temp.st;
CREATE FUNCTION f(pg_temp.st) RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER TABLE t ADD COLUMN plain text COLLATE "C";
CREATE TABLE keepme (id int DEFAULT pg_temp.g(1));
DROP TABLE keepme;
DISCARD TEMP;
\d t
-- with a permit, and then DISCARD is judged too
CREATE TYPE pg_temp.st AS ENUM ('a');
SELECT safemig.apply('1', 'meant', 'ALTER TABLE t ADD COLUMN st pg_temp.st; UPDATE t SET st = $q$a$q$',
	permits => ARRAY['drop column public.t.st']);
-- what was meant is asked for once, what comes to it is judged
CREATE TABLE beside (id int);
ALTER TABLE t ADD COLUMN other int;
ALTER TABLE beside ADD COLUMN st pg_temp.st;
DISCARD TEMP;
DISCARD ALL;
SELECT * FROM t;
SELECT safemig.apply('2', 'meant', 'ALTER TABLE t DROP COLUMN st', permits => ARRAY['drop column public.t.st']);
DISCARD ALL;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t, keepme, beside;
DROP EXTENSION safemig;
