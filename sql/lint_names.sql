-- Lint tells of names that the server cuts off, and of what they meet then.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.style(script text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT pg_catalog.replace(pg_catalog.concat_ws(E'\n    ', pg_catalog.concat_ws(': ', f.line || ' ' || f.severity || ' ' || f.rule, f.object, f.message),
	                                               f.suggestion),
	                          pg_catalog.repeat('b', 63), 'CUT')
	  FROM safemig.lint(script) f
	 WHERE f.rule LIKE 'identifier-%' ORDER BY f.line, f.rule
$$;
-- 63 bytes, and one more
SELECT repeat('a', 63) AS fits, repeat('b', 63) || 'c' AS long, repeat('ü', 31) || 'x' AS fits_too, repeat('ü', 32) AS wide \gset

SELECT pg_temp.style('CREATE TABLE ' || :'long' || ' (id bigint PRIMARY KEY)');
SELECT pg_temp.style('CREATE TABLE ' || :'fits' || ' (' || :'fits_too' || ' bigint PRIMARY KEY)');
-- bytes, not letters, and cut as the server cuts them: no half letter is kept
SELECT count(*) FROM safemig.lint('CREATE TABLE t (id bigint PRIMARY KEY, "' || :'wide' || '" text)')
 WHERE rule = 'identifier-too-long' AND message LIKE '%has 64 bytes and is cut to ' || quote_ident((:'wide')::name);
-- in quotes it may hold anything
SELECT pg_temp.style('CREATE VIEW "' || repeat('A"" ', 22) || '" AS SELECT 1');
-- literals, comments and references are not given names
SELECT pg_temp.style('CREATE TABLE t (id bigint PRIMARY KEY, note text DEFAULT ''' || :'long' || ''') -- ' || :'long');
SELECT pg_temp.style('DROP TABLE IF EXISTS ' || :'long');
-- everything else that is given a name
SELECT pg_temp.style(replace($$
CREATE TABLE t (id bigint PRIMARY KEY, CONSTRAINT LONG CHECK (id > 0));
ALTER TABLE t RENAME TO LONG1;
ALTER TABLE LONG1 RENAME id TO LONG2;
CREATE SCHEMA LONG3;
CREATE FUNCTION LONG4() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE LONG5 AS ENUM ('a');
CREATE TEMP TABLE LONG6 (id bigint);
$$, 'LONG', :'long'));

-- what is cut to the same
CREATE TABLE t (id bigint PRIMARY KEY);
SELECT pg_temp.style('ALTER TABLE t ADD ' || :'long' || '1 text, ADD ' || :'long' || '2 text');
SELECT pg_temp.style('CREATE INDEX ' || :'long' || '1 ON t (id); CREATE INDEX ' || :'long' || '2 ON t (id)');
SELECT pg_temp.style('CREATE TABLE u (' || :'long' || '1 text, ' || :'long' || '2 text, id bigint PRIMARY KEY)');
-- in another table, or another schema, it meets nothing
SELECT pg_temp.style('ALTER TABLE t ADD ' || :'long' || '1 text; CREATE TABLE u (' || :'long' || '2 text, id bigint PRIMARY KEY)');
-- with what is there
SET client_min_messages = error;
SELECT 'CREATE TABLE ' || :'long' || ' (id bigint PRIMARY KEY)' \gexec
RESET client_min_messages;
SELECT pg_temp.style('CREATE TABLE ' || :'long' || '2 (id bigint PRIMARY KEY)');
SELECT pg_temp.style('CREATE TABLE IF NOT EXISTS ' || :'long' || '2 (id bigint PRIMARY KEY)');
SELECT pg_temp.style('ALTER TABLE t RENAME TO ' || :'long' || '2');

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t;
SELECT 'DROP TABLE ' || left(:'long', 63) \gexec
DROP EXTENSION safemig;
