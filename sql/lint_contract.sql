-- Lint tells which names, labels and defaults running code relies on.
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
	 WHERE r.category = 'contract' AND f.rule <> 'breaking-dependent' ORDER BY f.statement, f.rule, f.object
$$;
SET safemig.enforce = off;
SET client_min_messages = error;
CREATE ROLE lint_reader;
CREATE SCHEMA shop;
CREATE SCHEMA archive;
SET search_path = shop, public;
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL DEFAULT 'none', "Full Name" text);
INSERT INTO users SELECT g, g FROM generate_series(1, 3) g;
CREATE VIEW addresses AS SELECT email FROM users;
GRANT USAGE ON SCHEMA shop TO lint_reader;
GRANT SELECT, INSERT ON users TO lint_reader;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE letters (id bigint PRIMARY KEY, mood mood, earlier mood);
INSERT INTO letters VALUES (1, 'bad', 'good');
RESET client_min_messages;

-- relations
SELECT pg_temp.found('ALTER TABLE users RENAME TO people');
SELECT pg_temp.found('ALTER TABLE users SET SCHEMA archive');
SELECT pg_temp.found('ALTER VIEW addresses RENAME TO homes');
-- nobody misses the name
SELECT pg_temp.found('ALTER TABLE users RENAME TO people; CREATE VIEW users AS SELECT * FROM people');
SELECT pg_temp.found('CREATE TABLE t (id bigint); ALTER TABLE t RENAME TO u; ALTER TABLE IF EXISTS nothing RENAME TO something');
SELECT pg_temp.found('ALTER INDEX users_pkey RENAME TO users_key; ALTER TABLE users RENAME CONSTRAINT users_key TO users_id');

-- columns
SELECT pg_temp.found('ALTER TABLE users RENAME email TO mail');
SELECT pg_temp.found('ALTER TABLE users ADD COLUMN fax text; ALTER TABLE users RENAME COLUMN fax TO telefax');
SELECT pg_temp.found('ALTER TABLE users RENAME email TO old_email; ALTER TABLE users ADD COLUMN email text');

-- what it suggests keeps the two in step, whoever writes
ALTER TABLE shop.users ADD COLUMN "Name" text;
SELECT suggestion AS sync FROM safemig.lint('ALTER TABLE users RENAME "Full Name" TO "Name 2"') WHERE rule = 'renaming-column' \gset
SELECT pg_catalog.split_part(:'sync', '-- then, in a migration of its own, when', 1) AS expand \gset
:expand
INSERT INTO users (id, "Full Name") VALUES (4, 'old code');
INSERT INTO users (id, "Name 2") VALUES (5, 'new code');
UPDATE users SET "Full Name" = 'old code again' WHERE id = 5;
UPDATE users SET "Name 2" = 'new code again' WHERE id = 4;
UPDATE users SET email = 'x' WHERE id = 4;
SELECT id, "Full Name", "Name 2" FROM users WHERE id > 3 ORDER BY id;
SELECT pg_catalog.split_part(:'sync', 'any longer:', 2) AS contract \gset
:contract

-- schemas, types and labels
SELECT pg_temp.found('ALTER SCHEMA shop RENAME TO store');
SELECT pg_temp.found('ALTER SCHEMA archive RENAME TO attic; CREATE SCHEMA new; ALTER SCHEMA new RENAME TO newer');
SELECT pg_temp.found($$ALTER TYPE mood RENAME VALUE 'bad' TO 'poor'$$);
SELECT pg_temp.found('ALTER TYPE mood RENAME TO state');
SELECT pg_temp.found($$CREATE TYPE colour AS ENUM ('red'); ALTER TYPE colour RENAME VALUE 'red' TO 'blue'; ALTER TYPE colour RENAME TO paint$$);

-- defaults
SELECT pg_temp.found($$ALTER TABLE users ALTER email SET DEFAULT 'empty'$$);
SELECT pg_temp.found('ALTER TABLE users ALTER email DROP DEFAULT');
SELECT pg_temp.found('ALTER TABLE letters ALTER mood SET DEFAULT NULL; ALTER TABLE letters ALTER earlier DROP DEFAULT');
SELECT pg_temp.found($$ALTER TABLE users ALTER email SET DEFAULT 'none'; ALTER TABLE users ADD COLUMN c int DEFAULT 1; ALTER TABLE users ALTER c SET DEFAULT 2$$);
DROP SCHEMA archive;
RESET search_path;

SET safemig.enforce = off;
DROP SCHEMA shop CASCADE;
DROP ROLE lint_reader;
DROP EXTENSION safemig;
