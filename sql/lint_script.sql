-- Lint tells what a script's transactions make of it, and what fails whatever the data.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.found(script text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT pg_catalog.format('%s %s %s: %s%s', f.statement, f.severity, f.rule, coalesce(f.object || ': ', '') ||
	                         pg_catalog.regexp_replace(f.message, ', [0-9]+ (bytes|kB|MB)', ', SIZE', 'g'),
	                         E'\n    ' || pg_catalog.replace(f.suggestion, E'\n', E'\n    '))
	  FROM safemig.lint(script) f JOIN safemig.lint_rules r ON r.id = f.rule
	 WHERE r.category = 'script' ORDER BY f.statement, f.rule, f.object
$$;
SET safemig.enforce = off;
SET client_min_messages = error;
CREATE SCHEMA shop;
SET search_path = shop, public;
CREATE TABLE users (id bigint PRIMARY KEY, email text, phones text[]);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
CREATE TYPE mood AS ENUM ('good');
CREATE TABLE letters (id bigint PRIMARY KEY, mood mood, subject text);
ANALYZE;
RESET client_min_messages;

-- transactions
SELECT pg_temp.found('BEGIN; ALTER TABLE users ADD COLUMN a text; START TRANSACTION; COMMIT; ROLLBACK');
SELECT pg_temp.found('BEGIN; SAVEPOINT a; ALTER TABLE users ADD COLUMN a text; ROLLBACK TO a');
SELECT pg_temp.found('BEGIN; ALTER TABLE users ADD COLUMN a text; COMMIT');
SELECT pg_temp.found('ALTER TABLE users ADD COLUMN a text');

-- what cannot run in one
SELECT pg_temp.found('ALTER TABLE users ADD COLUMN a text; CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (a); UPDATE users SET a = 1 WHERE id = 1');
SELECT pg_temp.found('CREATE TABLE IF NOT EXISTS t (id bigint); VACUUM users');
SELECT pg_temp.found('BEGIN; ALTER TABLE users ADD COLUMN a text; COMMIT; VACUUM users');
SELECT pg_temp.found($$SET lock_timeout = '2s'; SELECT 1; VACUUM users; ANALYZE users$$);
SELECT f.statement, f.severity, f.rule, f.message FROM safemig.lint('BEGIN; DROP INDEX CONCURRENTLY IF EXISTS i; COMMIT; CREATE TABLE t (id bigint); REINDEX TABLE CONCURRENTLY users') f
 WHERE f.rule ~ 'concurrent-index-creation-in|mixed';

-- run again after a failure
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY ON users (email)');
SELECT f.statement, f.suggestion FROM safemig.lint('VACUUM users; CREATE TABLE t (id bigint); ALTER TABLE users ADD a text; ALTER TABLE users DROP COLUMN phones; CREATE VIEW v AS SELECT 1 AS x; DROP TYPE mood') f
 WHERE f.rule = 'prefer-robust-stmts';
SELECT pg_temp.found('DROP INDEX CONCURRENTLY IF EXISTS i; CREATE INDEX CONCURRENTLY i ON users (email)');
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (email)');

-- not to be seen
SELECT pg_temp.found($$DO $x$ BEGIN EXECUTE 'DROP TABLE ' || 'users'; END $x$; CALL nothing()$$);
SELECT pg_temp.found('CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $x$ BEGIN EXECUTE current_user; END $x$');

-- named twice
SELECT pg_temp.found($$UPDATE users SET email = 'a', (id, email) = (1, 'b') WHERE id = 1$$);
SELECT pg_temp.found('INSERT INTO users (id, email, id) VALUES (1, NULL, 2)');
SELECT pg_temp.found('INSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET email = NULL, email = NULL');
SELECT pg_temp.found('CREATE TABLE t (id bigint, note text, note text)');
SELECT pg_temp.found('CREATE VIEW v AS SELECT users.id, letters.id FROM users, letters');
SELECT pg_temp.found('CREATE VIEW v (a, b) AS SELECT users.id, letters.id FROM users, letters; UPDATE users SET phones[1] = 1, phones[2] = 2 WHERE id = 1');

-- a new label
SELECT pg_temp.found($$ALTER TYPE mood ADD VALUE 'poor'; UPDATE letters SET mood = 'poor' WHERE id = 1$$);
SELECT pg_temp.found($$ALTER TYPE shop.mood ADD VALUE 'poor'; ALTER TABLE users ADD COLUMN mood mood DEFAULT 'poor'$$);
SELECT pg_temp.found($$ALTER TYPE mood ADD VALUE 'poor'; INSERT INTO letters VALUES (1, 'poor')$$);
SELECT pg_temp.found($$ALTER TYPE mood ADD VALUE 'poor'; INSERT INTO letters (id, subject) VALUES (1, 'poor'); UPDATE letters SET mood = 'good' WHERE id = 1$$);
SELECT pg_temp.found($$ALTER TYPE mood ADD VALUE IF NOT EXISTS 'good'; UPDATE letters SET mood = 'good' WHERE id = 1$$);
SELECT pg_temp.found($$CREATE TYPE colour AS ENUM ('red'); ALTER TYPE colour ADD VALUE 'green'; CREATE TABLE cars (colour colour DEFAULT 'green')$$);
RESET search_path;

SET safemig.enforce = off;
DROP SCHEMA shop CASCADE;
DROP EXTENSION safemig;
