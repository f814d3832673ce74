-- What is wrong with the text of a script: message, place, SQLSTATE.  Found before anything of it runs.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_script_broken_text;
CREATE DATABASE regress_script_broken_text TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_script_broken_text
SET client_min_messages = warning;
CREATE EXTENSION safemig;
RESET client_min_messages;
SET client_encoding = 'UTF8';
SET lc_messages = 'C';
\set VERBOSITY default
CREATE TABLE t (id int PRIMARY KEY, word text);
INSERT INTO t VALUES (1, 'one'), (2, 'two');

-- syntax
SELECT safemig.apply('1', 'syntax', $$CREATE TABLE made (i int);
ALTER TABEL t ADD note text;
SELECT 1;$$);
\echo :LAST_ERROR_SQLSTATE

-- behind characters of two, three and four bytes
SELECT safemig.apply('1', 'multibyte', U&'CREATE TABLE made (i int); -- \00e9\20ac\+01f600\000aINSERT INTO t VALUES (3, ''\00e9\20ac\+01f600''), (4 5);');
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'multibyte name', U&'CREATE TABLE made (i int);\000aSELECT ''\00e9\20ac\+01f600'' AS "\00e9", w\00f6rd FROM t;');
\echo :LAST_ERROR_SQLSTATE

-- a command of psql, data for COPY, the end of the transaction, what runs in none
SELECT safemig.apply('1', 'meta-command', E'CREATE TABLE made (i int);\n\\i other.sql\n');
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'copy', E'CREATE TABLE made (i int);\nCOPY t FROM STDIN;\n3\tthree\n\\.\n');
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'commit', E'CREATE TABLE made (i int);\n  COMMIT;\nSELECT 1;');
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'concurrent index', E'CREATE TABLE made (i int);\nCREATE INDEX CONCURRENTLY t_word ON t (word);');
\echo :LAST_ERROR_SQLSTATE

-- a dollar quote, a comment and a string that do not end
SELECT safemig.apply('1', 'dollar quote', E'CREATE TABLE made (i int);\nDO $do$ BEGIN NULL; END $d$;');
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'comment', E'CREATE TABLE made (i int);\n/* to be done');
\echo :LAST_ERROR_SQLSTATE

-- no text, no statement, and bytes that are no text: the server does not let them in
SELECT safemig.apply('1', 'null', NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'empty', E'\n-- to be done\n');
\echo :LAST_ERROR_SQLSTATE
SELECT safemig.apply('1', 'encoding', E'CREATE TABLE made (i int);\nINSERT INTO t VALUES (3, ''\xe9'');');
\echo :LAST_ERROR_SQLSTATE

-- no error: the server cuts a long name, and says so with its place
\set SHOW_CONTEXT always
BEGIN;
SELECT safemig.apply('1', 'long name', E'CREATE TABLE\n  a_table_with_a_name_of_more_than_sixty_three_bytes_that_the_server_will_cut (i int);');
ROLLBACK;
\set SHOW_CONTEXT errors
-- two that are one when they are cut
SELECT safemig.apply('1', 'long names', $$CREATE TABLE made (
  a_column_with_a_name_of_more_than_sixty_three_bytes_that_the_server_will_cut int,
  a_column_with_a_name_of_more_than_sixty_three_bytes_that_the_server_will_cut_too int);$$);
\echo :LAST_ERROR_SQLSTATE

-- nothing of any of them is left, and each is on record with its SQLSTATE
SELECT to_regclass('made') AS made, (SELECT count(*) FROM t) AS rows, (SELECT count(*) FROM safemig.migration) AS migrations;
SELECT name, left(message, 90) AS message FROM (SELECT subject AS name, detail AS message FROM safemig.history WHERE event = 'failed') f ORDER BY name COLLATE "C";

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_script_broken_text;
