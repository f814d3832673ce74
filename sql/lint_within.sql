-- Lint sees the query that a statement holds, whatever statement that is, and where on a line it stands.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE TABLE users (id bigint PRIMARY KEY, name text);
INSERT INTO users SELECT g, 'abc' FROM generate_series(1, 10) g;
CREATE TABLE parent (id bigint);
CREATE TABLE child () INHERITS (parent);
INSERT INTO child SELECT g FROM generate_series(1, 10) g;
CREATE TYPE price AS (amount numeric, currency text);
CREATE TYPE unused AS (amount numeric, currency text);
CREATE TABLE item (id bigint PRIMARY KEY, price price);
INSERT INTO item VALUES (1, ROW (1, 'EUR'));
CREATE FUNCTION pg_temp.found(script text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT l.statement || ':' || l.col || ' ' || l.severity || ' ' || l.rule || ' ' || coalesce(l.object, '')
	  FROM safemig.lint(script) l JOIN safemig.lint_rules r ON r.id = l.rule
	 WHERE r.category = 'data' OR l.rule = 'syntax-error' ORDER BY l.statement, l.rule
$$;

-- run
SELECT pg_temp.found('EXPLAIN ANALYZE DELETE FROM users');
SELECT pg_temp.found('EXPLAIN (ANALYZE, COSTS off) UPDATE users SET name = NULL');
SELECT pg_temp.found('CREATE TABLE old AS WITH gone AS (DELETE FROM users RETURNING *) SELECT * FROM gone');
SELECT pg_temp.found($$COPY (DELETE FROM users RETURNING *) TO '/dev/null'$$);
SELECT DISTINCT action FROM safemig.effects('EXPLAIN ANALYZE DELETE FROM users') WHERE object = 'public.users';
-- not run, or not every row
SELECT pg_temp.found('EXPLAIN DELETE FROM users');
SELECT pg_temp.found('EXPLAIN (ANALYZE off) DELETE FROM users');
SELECT pg_temp.found('EXPLAIN ANALYZE DELETE FROM users WHERE id = 1');
SELECT pg_temp.found('CREATE TABLE old AS WITH gone AS (DELETE FROM users WHERE id = 1 RETURNING *) SELECT * FROM gone');

-- children go with an empty parent, but not with ONLY it
SELECT pg_temp.found('TRUNCATE parent');
SELECT pg_temp.found('TRUNCATE ONLY parent');

-- an attribute that columns have values of
SELECT pg_temp.found('ALTER TYPE price DROP ATTRIBUTE currency');
SELECT message FROM safemig.lint('ALTER TYPE price DROP ATTRIBUTE currency') WHERE rule = 'ban-drop-column';
SELECT pg_temp.found('ALTER TYPE unused DROP ATTRIBUTE currency');

-- statements that hold no query are looked at to their end
SELECT pg_temp.found('CREATE RULE told AS ON INSERT TO users DO ALSO NOTIFY users');
SELECT pg_temp.found('PREPARE all_users AS SELECT * FROM users; CREATE TABLE copied AS EXECUTE all_users; DROP TABLE copied');
SELECT pg_temp.found('CREATE PROCEDURE twice() LANGUAGE sql AS $$ CALL once(); CREATE TABLE t (id int) $$');
SELECT pg_temp.found('EXPLAIN CREATE MATERIALIZED VIEW all_users AS SELECT * FROM users');

-- a sequence that a default draws from goes with that default
CREATE SEQUENCE numbers;
ALTER TABLE users ALTER id SET DEFAULT nextval('numbers');
SELECT pg_temp.found('DROP SEQUENCE numbers CASCADE');

-- places: characters from the line's start, whatever was asked before
SELECT pg_temp.found(E'SELECT ''äöü''; DELETE FROM users; /* ü\nü */ TRUNCATE users; DROP TABLE item;\nDROP TABLE child');

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE users, parent, child, item;
DROP SEQUENCE numbers;
DROP TYPE price, unused;
DROP EXTENSION safemig;
