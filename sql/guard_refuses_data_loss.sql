-- What destroys data is refused, and a statement beside it that does not is not.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE SCHEMA shop;
SET search_path = shop;
CREATE TABLE users (id int PRIMARY KEY, email text, phone text);
INSERT INTO users SELECT g, 'u' || g, g::text FROM generate_series(1, 3) g;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM users;
CREATE SEQUENCE numbers;
CREATE TABLE logs (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
INSERT INTO logs VALUES ('2026-01-05', 'x'), ('2026-01-06', 'y');
CREATE TYPE pair AS (a int, b int);
CREATE TABLE pairs (p pair);
INSERT INTO pairs VALUES ((1, 2));

DROP TABLE users;
ALTER TABLE users DROP COLUMN email;
TRUNCATE users;
DROP MATERIALIZED VIEW totals;
DROP SEQUENCE numbers;
DROP TABLE logs_1;
DROP TABLE logs;
TRUNCATE logs;
ALTER TABLE users SET UNLOGGED;
ALTER TYPE pair DROP ATTRIBUTE b;
ALTER TYPE pair DROP ATTRIBUTE b CASCADE;
SELECT lo_create(4711);
BEGIN;
SELECT lo_unlink(4711);
ROLLBACK;
DELETE FROM pg_largeobject WHERE loid = 4711;
SELECT lo_put(4711, 0, 'x');
-- one statement, two objects; several subcommands
DROP TABLE users, pairs;
ALTER TABLE users ADD COLUMN age int, DROP COLUMN phone;
-- whatever runs it
DO $$ BEGIN EXECUTE 'DROP TABLE shop.users'; END $$;
DO $$ BEGIN DELETE FROM shop.users; END $$;
CREATE FUNCTION drop_it() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN DROP TABLE shop.users; END $$;
SELECT drop_it();
PREPARE p AS DELETE FROM users;
EXECUTE p;
SELECT count(*) FROM users;
SELECT count(*) FROM logs;

-- beside each, what is allowed
ALTER TABLE users ADD COLUMN age int;
CREATE INDEX users_email ON users (email);
DROP INDEX users_email;
REFRESH MATERIALIZED VIEW totals;
REFRESH MATERIALIZED VIEW totals;
VACUUM FULL users;
CLUSTER users USING users_pkey;
ALTER TABLE users SET (fillfactor = 90);
DELETE FROM users WHERE id = 3;
DROP TABLE IF EXISTS nothing_there;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP SCHEMA shop CASCADE;
SELECT lo_unlink(4711);
DROP EXTENSION safemig;
