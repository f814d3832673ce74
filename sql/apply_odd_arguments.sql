-- Nulls, nothing, too much, and bytes that are no text: what each gets for an answer.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_apply_odd;
CREATE DATABASE regress_apply_odd TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_apply_odd
SET client_min_messages = warning;
CREATE EXTENSION safemig;
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	hint text;
BEGIN
	EXECUTE statement INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || ': ' || SQLERRM || coalesce(E'\nHINT: ' || nullif(hint, ''), '');
END $$;
\pset format unaligned
\pset tuples_only on

-- each argument that must be there, by its name
SELECT outcome('SELECT safemig.' || call) FROM unnest(ARRAY[
	$$apply(NULL, 'x', 'SELECT 1')$$, $$apply('1', NULL, 'SELECT 1')$$, $$apply('1', 'x', NULL)$$,
	$$apply('1', 'x', 'SELECT 1', permits => ARRAY['drop table a', NULL])$$,
	$$apply('1', 'x', 'SELECT 1', environments => ARRAY['test', NULL])$$,
	$$register(NULL, 'x', 'SELECT 1')$$, $$register('1', NULL, 'SELECT 1')$$, $$register('1', 'x', NULL)$$,
	$$repeatable(NULL, 'SELECT 1')$$, $$repeatable('x', NULL)$$,
	$$seed(NULL, 'SELECT 1')$$, $$seed('x', NULL)$$,
	$$rollback(NULL)$$, $$baseline(NULL, 'x')$$, $$baseline('1', NULL)$$, $$note(NULL, 'x')$$,
	$$mark('1', 'applied', NULL)$$, $$repair('1', NULL)$$, $$approve(NULL)$$, $$attest('1', NULL)$$]) call;

-- nothing at all
SELECT outcome('SELECT safemig.' || call) FROM unnest(ARRAY[
	$$apply('', 'x', 'SELECT 1')$$, $$apply(' ', 'x', 'SELECT 1')$$, $$apply('1', 'x', '')$$,
	$$register('1', 'x', E'\n')$$, $$repeatable('', 'SELECT 1')$$, $$repeatable(' ', 'SELECT 1')$$, $$repeatable('x', '')$$,
	$$seed('', 'SELECT 1')$$, $$rollback('')$$, $$plan('')$$,
	$$apply('1', 'x', 'SELECT 1', permits => '{""}')$$, $$apply('1', 'x', 'SELECT 1', environments => '{""}')$$]) call;
SELECT outcome($$SELECT safemig.apply('1', '', 'SELECT 1', '', '{}', '', '', '{}', '')$$);
SELECT outcome($$CALL safemig.migrate('')$$);

-- too much: a message shows the beginning of it
SELECT outcome(format('SELECT safemig.apply(%L, ''x'', ''SELECT 1'')', repeat('1.', 5000)));
SELECT outcome(format('SELECT safemig.apply(%L, ''x'', ''SELECT 1'')', repeat(U&'\00e9', 5000)));
SELECT outcome(format('SELECT safemig.rollback(%L)', repeat('9', 10000)));
SELECT outcome(format('SELECT safemig.repeatable(%L, ''SELECT 1'')', repeat('x', 256)));
SELECT outcome(format('SELECT safemig.seed(%L, ''SELECT 1'')', repeat('x', 10000)));
SELECT outcome(format('SELECT safemig.repeatable(%L, ''SELECT 1'')', repeat('x', 255)));
SELECT left(outcome(format('SELECT safemig.apply(''2'', ''x'', ''SELECT 1'', environments => ARRAY[%L])', repeat('x', 10000))), 80);

-- ten megabytes of a name, of a comment, of a literal, and an error behind it
SELECT safemig.apply('2', repeat('x', 10000000), '/*' || repeat('y', 10000000) || '*/ SELECT 1');
CREATE TABLE long (words text);
SELECT safemig.apply('3', 'long', 'INSERT INTO long VALUES (''' || repeat('z', 10000000) || ''')');
SELECT safemig.apply('3', 'long', 'INSERT INTO long VALUES (''' || repeat('z', 10000000) || ''')');
SELECT outcome($$SELECT safemig.apply('3', 'long', 'INSERT INTO long VALUES (''' || repeat('z', 9999999) || '!'')')$$);
SELECT outcome($$SELECT safemig.apply('4', 'long', 'INSERT INTO long VALUES (''' || repeat('z', 10000000) || '''); SELECT 1/0')$$);
SELECT version, length(name), state, checksum_state FROM safemig.status;
SELECT length(words) FROM long;
SELECT max(length(statement)) < 10000 AS short, max(length(message)) < 1000 AS message FROM safemig.incidents;

-- bytes that are no text stop at the server's door
SELECT outcome($$SELECT safemig.apply('4', 'x', E'SELECT ''\xe9''')$$);
SELECT outcome($$SELECT safemig.apply(E'4\xff', 'x', 'SELECT 1')$$);

-- but for SQL_ASCII, which takes any
\c :home
SET client_min_messages = warning;
SET safemig.enforce = off;
DROP DATABASE regress_apply_odd;
CREATE DATABASE regress_apply_odd TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_apply_odd
SET client_min_messages = warning;
CREATE EXTENSION safemig;
\set VERBOSITY terse
CREATE TABLE odd (words text);
SELECT safemig.apply('1', E'\xe9', E'INSERT INTO odd VALUES (''\xff\xc3''); -- \xfe');
SELECT safemig.apply('1', E'\xe9', E'INSERT INTO odd VALUES (''\xff\xc3''); -- \xfe');
SELECT safemig.apply('2', E'\xe9', E'INSERT INTO odd VALUES (''\xff\xc3''); SELECT 1/0');
DO $$ BEGIN PERFORM safemig.apply(E'2\xff', 'x', 'SELECT 1'); EXCEPTION WHEN SQLSTATE 'SM009' THEN RAISE WARNING '% bytes of SM009', octet_length(SQLERRM); END $$;
SELECT octet_length(words) FROM odd;
SELECT version, octet_length(name), state, checksum_state FROM safemig.status;
SELECT sqlstate, message FROM safemig.incidents WHERE verdict = 'failed';

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_apply_odd;
