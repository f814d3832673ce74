-- A dry run says what it cannot take back.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE users (id serial PRIMARY KEY, name text);
CREATE TABLE quiet (id serial PRIMARY KEY);
CREATE SEQUENCE numbers INCREMENT 10;
INSERT INTO users (name) SELECT 'x' FROM generate_series(1, 5);

-- sequences move, rows die
SELECT count(error) FROM safemig.dry_run($$INSERT INTO users (name) VALUES ('a'), ('b'); UPDATE users SET name = 'c' WHERE id = 1; SELECT nextval('numbers')$$);
SELECT last_value, is_called FROM users_id_seq;
SELECT last_value, is_called FROM numbers;
SELECT count(error) FROM safemig.dry_run($$SELECT setval('numbers', 500), setval('users_id_seq', 7)$$);
SELECT nextval('numbers');

-- what only reads, or makes its own, leaves nothing
SELECT count(error) FROM safemig.dry_run('SELECT count(*) FROM users; CREATE TABLE own (id serial); INSERT INTO own DEFAULT VALUES');
-- nor what is transactional
SELECT count(error) FROM safemig.dry_run('ALTER SEQUENCE numbers RESTART WITH 3', ARRAY['restart sequence public.numbers']);
SELECT last_value FROM numbers;
-- a statement that fails leaves what it did
SELECT count(error) FROM safemig.dry_run($$INSERT INTO users (name) SELECT (1 / (3 - i))::text FROM generate_series(1, 3) i$$);
-- in a transaction: not what that has done itself
BEGIN;
INSERT INTO users (name) VALUES ('e');
SELECT count(error) FROM safemig.dry_run($$INSERT INTO users (name) VALUES ('f')$$);
SELECT count(error) FROM safemig.dry_run('SELECT 1');
COMMIT;
SELECT count(*) FROM users;

-- the example of doc/dry-run.md
CREATE TABLE customers (id int PRIMARY KEY, score int);
INSERT INTO customers SELECT i, i FROM generate_series(1, 100) i;
SET client_min_messages = warning;
SELECT statement, command, duration > '0' AS measured, locks, rewrites, error FROM safemig.dry_run($$
    ALTER TABLE customers ADD language text DEFAULT 'en';
    ALTER TABLE customers ALTER score TYPE bigint;
$$, permits => ARRAY['alter column type public.customers.score']);

SET safemig.enforce = off;
DROP TABLE users, quiet, customers;
DROP SEQUENCE numbers;
DROP EXTENSION safemig;
