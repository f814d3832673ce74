-- Lint tells of types that are easy to choose and dear to change, and of tables without a key.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.style(script text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT pg_catalog.concat_ws(E'\n    ', pg_catalog.concat_ws(': ', f.line || ' ' || f.severity || ' ' || f.rule, f.object, f.message),
	                            pg_catalog.replace(f.suggestion, E'\n', E'\n    '))
	  FROM safemig.lint(script) f JOIN safemig.lint_rules r ON r.id = f.rule
	 WHERE r.category = 'style' ORDER BY f.line, f.rule
$$;

CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users VALUES (1);

-- each type of a new table
SELECT pg_temp.style($$
CREATE TABLE orders (
	id serial PRIMARY KEY,
	"Count" smallint NOT NULL,
	total pg_catalog.int4,
	code character(8) DEFAULT 'x',
	name character varying ( 200 ) NOT NULL,
	at timestamp (3) without time zone,
	data json
);
$$);
-- what is asked for instead
SELECT pg_temp.style($$
CREATE TABLE orders (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code "char",
	name varchar,
	at timestamp (3) with time zone,
	day date,
	data jsonb,
	"int" numeric(10)
);
$$);
-- arrays, and one that serial makes small
SELECT pg_temp.style('CREATE TABLE s (id smallserial PRIMARY KEY, days timestamp[], codes varchar(3) array)');

-- a column of a table that is there, of which its CHECK reads no row
SELECT pg_temp.style('ALTER TABLE users ADD COLUMN IF NOT EXISTS name varchar(20), ADD note text');
SELECT pg_temp.style('ALTER TABLE users ADD COLUMN IF NOT EXISTS id int');
-- a type change is another matter, and what is temporary or on another server too
SELECT pg_temp.style('ALTER TABLE users ALTER id TYPE int');
SELECT pg_temp.style('CREATE TEMP TABLE scratch (id serial, name varchar(20), at timestamp)');
CREATE FOREIGN DATA WRAPPER elsewhere;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER elsewhere;
SELECT pg_temp.style('CREATE FOREIGN TABLE away (id int, name varchar(20)) SERVER elsewhere');

-- keys
SELECT pg_temp.style($$
CREATE TABLE a (note text);
CREATE TABLE b (id bigint, note text);
CREATE TABLE c (x bigint NOT NULL, y text, UNIQUE (y, x));
CREATE TABLE d AS SELECT 1 AS one;
$$);
SELECT pg_temp.style($$
CREATE TABLE a (id bigint);
ALTER TABLE a ADD PRIMARY KEY (id);
CREATE TABLE b (x bigint NOT NULL);
CREATE UNIQUE INDEX b_x ON b (x);
ALTER TABLE b ADD PRIMARY KEY USING INDEX b_x;
CREATE TABLE c (note text);
DROP TABLE c;
CREATE TABLE d (LIKE users INCLUDING ALL);
CREATE TABLE e (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE e1 PARTITION OF e FOR VALUES FROM (1) TO (2);
CREATE VIEW f AS SELECT 1 AS one;
$$);
CREATE TABLE logs (at date) PARTITION BY RANGE (at);
SELECT pg_temp.style($$CREATE TABLE logs_2026 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')$$);
-- graver where changes of its rows are published
SET client_min_messages = error;
CREATE PUBLICATION everything FOR ALL TABLES;
RESET client_min_messages;
SELECT pg_temp.style('CREATE TABLE a (note text)');
ALTER PUBLICATION everything SET (publish = 'insert');
SELECT pg_temp.style('CREATE TABLE a (note text)');
SET client_min_messages = error;
DROP PUBLICATION everything;
RESET client_min_messages;

-- values of enums
CREATE TYPE "Mood" AS ENUM ('good', 'bad');
ALTER TYPE "Mood" ADD VALUE 'so-so' BEFORE 'bad';
SELECT pg_temp.style($$ALTER TYPE "Mood" ADD VALUE IF NOT EXISTS 'after'$$);
SELECT pg_temp.style($$ALTER TYPE "Mood" ADD VALUE IF NOT EXISTS 'good'$$);
SELECT pg_temp.style($$ALTER TYPE public."Mood" ADD VALUE 'worse' AFTER 'bad'; ALTER TYPE "Mood" ADD VALUE 'best' BEFORE 'good'$$);

-- names without a schema are nobody's business until somebody makes them so
SELECT pg_temp.style('DELETE FROM users WHERE id = 1');
SELECT safemig.set_rule('lint require-table-schema', 'warn') > 0;
SELECT pg_temp.style($$DELETE FROM users WHERE id = 1; ALTER TABLE users ADD a text, ADD b text$$);
SELECT pg_temp.style($$DELETE FROM public.users WHERE id = 1; CREATE TEMP TABLE t (id text); DROP TABLE t$$);
SELECT safemig.drop_rule('lint require-table-schema');

SET client_min_messages = error;
SET safemig.enforce = off;
DROP SERVER elsewhere CASCADE;
DROP FOREIGN DATA WRAPPER elsewhere;
DROP TYPE "Mood";
DROP TABLE users, logs;
DROP EXTENSION safemig;
