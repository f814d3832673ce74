-- A failed attempt is on record although its transaction rolled back.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_apply_evidence;
CREATE DATABASE regress_apply_evidence TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_apply_evidence
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

CREATE TABLE seen (i int);
SELECT safemig.apply('1', 'good', 'CREATE TABLE a (i int PRIMARY KEY); INSERT INTO seen VALUES (1)', reason => 'the first', release => '2026.1');
BEGIN;
SELECT outcome($$SELECT safemig.apply('2', 'broken', 'INSERT INTO a VALUES (1); INSERT INTO a VALUES (1)')$$);
ROLLBACK;
SELECT outcome($$SELECT safemig.apply('2', 'typo', 'SELEC 1')$$);
SELECT outcome($$SELECT safemig.apply('2', 'control', 'COMMIT')$$);
SELECT outcome($$SELECT safemig.apply('2', 'place', 'VACUUM')$$);
SELECT outcome($$SELECT safemig.apply('1', 'changed', 'SELECT 1')$$);
SELECT outcome($$SELECT safemig.apply('0.5', 'order', 'SELECT 1')$$);
SELECT outcome($$SELECT safemig.rollback('0')$$);
SELECT outcome($$SELECT safemig.apply('2', 'drop', 'DROP TABLE a')$$) LIKE 'SM001%' AS refused;

SELECT verdict, version, sqlstate, statement, message FROM safemig.incidents
 WHERE sqlstate <> 'SM001' AND statement NOT LIKE 'SELECT outcome%' ORDER BY at;
SELECT verdict, version, sqlstate, statement LIKE 'SELECT outcome(%' AS as_sent FROM safemig.incidents
 WHERE sqlstate = 'SM001' OR statement LIKE 'SELECT outcome%' ORDER BY at, verdict DESC;
SELECT event, version, subject, reason, left(detail, 5) AS detail FROM safemig.history ORDER BY at;
SELECT version, name, state, left(note, 5) AS note FROM safemig.status;

-- and stays when the version is applied after all, in the history
SELECT safemig.apply('2', 'mended', 'INSERT INTO a VALUES (1)');
SELECT version, name, state, note FROM safemig.status;
SELECT event, count(*) FROM safemig.history WHERE version = '2' GROUP BY event ORDER BY event;

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_apply_evidence;
