-- What else something in the bin may stand on, and what stays as it was: dependents elsewhere,
-- what cannot lie in a schema, what belongs to an extension.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY default
SELECT safemig.set('data', 'allow'), safemig.set('contract', 'allow') \g /dev/null

-- a range with its multirange and constructors, an operator class, text search, a typed table
CREATE TYPE span AS RANGE (subtype = float8);
CREATE TYPE point2 AS (x int, y int);
CREATE OPERATOR FAMILY backwards USING btree;
CREATE OPERATOR CLASS backwards FOR TYPE int USING btree FAMILY backwards AS OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(int, int);
CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);
CREATE FUNCTION last2(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $2';
CREATE AGGREGATE newest(int) (SFUNC = last2, STYPE = int);
CREATE TABLE t (n int, s span, m span_multirange, w text);
CREATE INDEX ON t (n backwards);
CREATE INDEX ON t USING gin (to_tsvector('public.plain', w));
CREATE TABLE pts OF point2;
CREATE VIEW news AS SELECT newest(n) FROM t;
INSERT INTO t SELECT g, span(1, 2), span_multirange(span(1, 2)), 'word' FROM generate_series(1, 3) g;
SET client_min_messages = warning;
DROP TABLE t CASCADE;
RESET client_min_messages;
DROP TABLE pts;
DROP TYPE span, point2;
DROP OPERATOR CLASS backwards USING btree;
DROP OPERATOR FAMILY backwards USING btree;
DROP TEXT SEARCH CONFIGURATION plain;
DROP AGGREGATE newest(int);
DROP FUNCTION last2;
CREATE TYPE span AS RANGE (subtype = float8);
SELECT safemig.undrop('public.t');
\d t
SELECT *, spankept FROM t, news, span_kept(3, 4) AS spankept WHERE s @> 1.5::float8;
SELECT safemig.undrop('public.pts');
SELECT count(*) FROM pg_namespace WHERE nspname ~ 'safemig_bin';

-- what stays stands in the way as ever, and the bin is not mentioned
CREATE TYPE status AS ENUM ('new', 'done');
CREATE TABLE task (state status);
CREATE TABLE other (id int PRIMARY KEY, state status);
CREATE FUNCTION next(status) RETURNS int LANGUAGE sql AS 'SELECT 1';
INSERT INTO task VALUES ('done');
INSERT INTO other VALUES (1, 'new');
DROP TABLE task;
DROP TYPE status;
-- CASCADE takes those, and leaves what is in the bin alone
SELECT safemig.set('data', 'refuse') \g /dev/null
\set VERBOSITY terse
DROP TYPE status CASCADE;
SELECT safemig.set('data', 'allow') \g /dev/null
DROP TYPE status CASCADE;
SELECT to_regproc('next');
\d other
SELECT safemig.undrop('public.task');
SELECT * FROM task;
SELECT * FROM other;
DROP TABLE other;
DROP FUNCTION next;

-- a schema, with what the bin needs of it
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('good');
CREATE TABLE app.source (a int);
CREATE TABLE sink (a int, m app.mood);
CREATE VIEW app.look AS SELECT a FROM app.source;
CREATE VIEW look2 AS SELECT look.a FROM app.look JOIN sink USING (a);
INSERT INTO sink VALUES (1, 'good');
INSERT INTO app.source VALUES (1);
SET client_min_messages = warning;
DROP TABLE sink CASCADE;
DROP SCHEMA app CASCADE;
RESET client_min_messages;
SELECT nspname FROM pg_namespace WHERE nspname = 'app';
SELECT safemig.undrop('public.sink');
SELECT * FROM look2, sink;

-- somebody's event trigger sees it go
CREATE FUNCTION tell() RETURNS event_trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE '%: %', tg_tag, (SELECT string_agg(object_identity, ', ' ORDER BY object_identity) FROM pg_event_trigger_dropped_objects()); END $$;
CREATE EVENT TRIGGER tell ON sql_drop EXECUTE FUNCTION tell();
DROP TABLE task;
DROP TYPE status;
ALTER EVENT TRIGGER tell DISABLE;

-- no place in a schema, or part of an extension: the entry stands in the way, and is named
\set VERBOSITY default
CREATE TYPE ext AS ENUM ('a');
CREATE TABLE uses (e ext);
ALTER EXTENSION plpgsql ADD TYPE ext;
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
CREATE FOREIGN TABLE far (id int) SERVER nowhere;
DROP TABLE uses;
DROP FOREIGN TABLE far;
DROP EXTENSION plpgsql CASCADE;
DROP SERVER nowhere;
DROP SERVER nowhere CASCADE;

SET safemig.enforce = off;
SET client_min_messages = error;
ALTER EXTENSION plpgsql DROP TYPE ext;
DROP EVENT TRIGGER tell;
DROP FUNCTION tell, last2 CASCADE;
DROP SCHEMA app CASCADE;
DROP TABLE t, pts, sink CASCADE;
SELECT count(safemig.purge_id(id)) > 0 AS purged FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept' ORDER BY id) s;
DROP FOREIGN DATA WRAPPER nothing CASCADE;
DROP TYPE span, span_kept, point2, ext CASCADE;
DROP OPERATOR FAMILY backwards USING btree;
DROP TEXT SEARCH CONFIGURATION plain;
DROP EXTENSION safemig;
