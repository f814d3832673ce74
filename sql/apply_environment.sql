-- A migration runs where it is meant to, and is skipped elsewhere.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_apply_environment;
CREATE DATABASE regress_apply_environment TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_apply_environment
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

SELECT safemig.apply('1', 'everywhere', 'CREATE TABLE a (i int)', environments => '{}');
SELECT safemig.apply('2', 'not here', 'CREATE TABLE b (i int)', environments => '{test,development}');
SELECT safemig.apply('3', 'here', 'CREATE TABLE c (i int)', environments => '{staging,production}');
SELECT version, state, note FROM safemig.status;
SELECT to_regclass('b') IS NULL AS not_made;

-- skipped again, and on record once
SELECT safemig.apply('2', 'not here', 'CREATE TABLE b (i int)', environments => '{test,development}');
SELECT count(*) FROM safemig.history WHERE event = 'skip';

-- a script that cannot run is found where it is skipped, too
SELECT outcome($$SELECT safemig.apply('4', 'not here', 'CREATE TABEL', environments => '{test}')$$);

-- it may be applied when the database has become another, with other content too
SELECT safemig.set('environment', 'test');
SELECT safemig.apply('2', 'now here', 'CREATE TABLE b (i bigint)', environments => '{test}');
SELECT version, name, state, note FROM safemig.status;

-- what is applied stays applied
SELECT safemig.apply('3', 'here', 'CREATE TABLE c (i int)', environments => '{production}');

SELECT outcome($$SELECT safemig.apply('5', 'typo', 'SELECT 1', environments => '{prod}')$$);
SELECT outcome($$SELECT safemig.apply('5', 'null', 'SELECT 1', environments => '{NULL}')$$);

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_apply_environment;
