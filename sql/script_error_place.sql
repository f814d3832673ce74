-- An error in a script is the server's own, with its place in the script.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_script_error_place;
CREATE DATABASE regress_script_error_place TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_script_error_place
SET client_min_messages = warning;
CREATE EXTENSION safemig;
RESET client_min_messages;
SET client_encoding = 'UTF8';
CREATE TABLE t (id int PRIMARY KEY, word text);

-- found by the parser, before anything runs
SELECT safemig.apply('1', 'syntax', $$CREATE TABLE made (i int);
INSERT INTO t VALUES (1, 'a');
  SELEC 1;
$$);
SELECT safemig.apply('1', 'at its end', $$CREATE TABLE made (i int);
CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;
SELECT ($$);
SELECT safemig.apply('1', 'quote', $$CREATE TABLE made (i int);
SELECT 'never closed;$$);
SELECT safemig.apply('1', 'comment', 'SELECT 1; /* never closed');

-- found by the analyzer, with characters of two bytes before it
SELECT safemig.apply('1', 'column', U&'INSERT INTO t VALUES (1, ''\00e9'');\000a-- \00e9\000a /* \00e9 */ SELECT ''\00e9'', nosuch FROM t; SELECT 1');

-- found while it runs: the cursor is at the statement
SELECT safemig.apply('1', 'key', $$INSERT INTO t VALUES (1, 'a');
	-- again
	INSERT INTO t VALUES (1, 'b');$$);

-- in a function: its own place stays, and the statement's is added
CREATE FUNCTION inner_error() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM nosuch; END $$;
CREATE FUNCTION raises() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING HINT = 'think', DETAIL = 'why', ERRCODE = 'XX123'; END $$;
SELECT safemig.apply('1', 'inner', E'SELECT 1;\n\nSELECT inner_error();');
SELECT safemig.apply('1', 'raise', E'SELECT 1;\n\nSELECT raises();');

-- of a long script, the statement alone
SELECT safemig.apply('1', 'long', repeat(E'SELECT ''a longer line to fill the script with'';\n', 300) || 'SELECT 1 FROM nosuch; SELECT 2');
SELECT safemig.apply('1', 'long', repeat(E'SELECT ''a longer line to fill the script with'';\n', 300) || 'SELEC 2');

-- with a byte order mark and with the line ends of Windows
SELECT safemig.apply('1', 'windows', chr(65279) || E'SELECT 1;\r\nSELECT nosuch;\r\n');

-- a notice carries the place too
\set SHOW_CONTEXT always
SELECT safemig.apply('1', 'notice', E'SELECT 1;\nDROP TABLE IF EXISTS nosuch;');
\set SHOW_CONTEXT errors
SELECT to_regclass('made'), count(*) FROM t;

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_script_error_place;
