-- Incidents survive the rollback that they cause, and swallowed errors.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int);
INSERT INTO t VALUES (1);
SET application_name = 'agent';
BEGIN;
DROP TABLE t;
ROLLBACK;
DO $$ BEGIN DELETE FROM t; EXCEPTION WHEN OTHERS THEN NULL; END $$;
UPDATE t SET id = 2;
CREATE USER MAPPING FOR CURRENT_USER SERVER nowhere OPTIONS (password 'hunter2');
DO $$ BEGIN EXECUTE 'DROP TABLE t'; PERFORM 'password=hunter2'; EXCEPTION WHEN OTHERS THEN NULL; END $$;
SELECT verdict, sqlstate, times, application, effects, message FROM safemig.incidents ORDER BY at;
SELECT count(*) FROM safemig.incidents WHERE statement ~ 'hunter2';
-- repeats are folded
DO $$ BEGIN FOR i IN 1..5 LOOP BEGIN TRUNCATE t; EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP; END $$;
SELECT times, effects FROM safemig.incidents WHERE effects = '{truncate public.t}';
-- moved to the table by the next call that writes, once
SELECT safemig.apply('1', 'first', 'CREATE TABLE u (id int)');
SELECT count(*) FROM safemig.spooled();
SELECT count(*), sum(times) FROM safemig.incident;
SELECT times, effects FROM safemig.incidents WHERE effects = '{truncate public.t}';
-- a call that fails moves nothing and loses nothing
DO $$ BEGIN DELETE FROM t; EXCEPTION WHEN OTHERS THEN NULL; END $$;
SELECT safemig.apply('2', 'broken', 'SELECT 1/0');
SELECT count(*), sum(times) FROM safemig.incident;
SELECT verdict, version, message FROM safemig.incidents WHERE verdict = 'failed';
SELECT event, version, subject, detail FROM safemig.history ORDER BY at;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t, u;
DROP EXTENSION safemig;
