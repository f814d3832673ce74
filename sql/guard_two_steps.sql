-- First something else, then the drop: altering, renaming, moving, detaching or shadowing a table first is no way round.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE users (id int PRIMARY KEY, email varchar(20), phone text);
INSERT INTO users SELECT g, 'u' || g, g::text FROM generate_series(1, 3) g;
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users);
INSERT INTO orders VALUES (1, 1);
CREATE TABLE logs (at int, line text) PARTITION BY LIST (at);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES IN (1);
INSERT INTO logs VALUES (1, 'a');
CREATE TABLE parent (id int, v text);
CREATE TABLE child (w int) INHERITS (parent);
INSERT INTO child VALUES (1, 'a', 1);
CREATE VIEW brief AS SELECT id, email FROM users;
CREATE SCHEMA attic;
-- alter or replace first, in the same transaction
BEGIN;
ALTER TABLE users ALTER phone SET DEFAULT '';
ALTER TABLE users ADD COLUMN extra int;
SAVEPOINT s;
DROP TABLE users CASCADE;
ROLLBACK TO s;
ALTER TABLE users DROP COLUMN phone;
ROLLBACK TO s;
ALTER TABLE users DROP COLUMN extra;
ROLLBACK;
BEGIN;
CREATE OR REPLACE VIEW brief AS SELECT id, email, phone FROM users;
DROP VIEW brief;
ROLLBACK;
CREATE OR REPLACE VIEW brief AS SELECT id FROM users;
SELECT * FROM brief LIMIT 1;
-- rename first: refused; with a permit for the rename, the drop still is
ALTER TABLE users RENAME TO knex_migrations_lock;
ALTER SCHEMA public RENAME TO scratch;
BEGIN;
SELECT safemig.permit('rename table public.users') > 0 AS given;
ALTER TABLE users RENAME TO doomed;
SAVEPOINT s;
DROP TABLE doomed CASCADE;
ROLLBACK TO s;
CREATE TABLE users (id int);
DROP TABLE users;
ROLLBACK;
-- move first
ALTER TABLE users SET SCHEMA attic;
BEGIN;
SELECT safemig.permit('set schema public.users') > 0 AS given;
ALTER TABLE users SET SCHEMA attic;
SAVEPOINT s;
DROP SCHEMA attic CASCADE;
ROLLBACK TO s;
DROP TABLE attic.users CASCADE;
ROLLBACK;
DROP SCHEMA attic;
-- detach or disinherit first
ALTER TABLE logs DETACH PARTITION logs_1;
ALTER TABLE logs DETACH PARTITION logs_1 CONCURRENTLY;
ALTER TABLE child NO INHERIT parent;
BEGIN;
SELECT safemig.permit('detach partition public.logs_1') > 0 AS given;
ALTER TABLE logs DETACH PARTITION logs_1;
SAVEPOINT s;
DROP TABLE logs_1;
ROLLBACK TO s;
TRUNCATE logs_1;
ROLLBACK TO s;
DROP TABLE logs;
ROLLBACK TO s;
TRUNCATE logs;
ROLLBACK;
-- children: dropped, emptied, deprived with their parent
DROP TABLE parent CASCADE;
TRUNCATE parent;
DELETE FROM parent;
ALTER TABLE parent DROP COLUMN v;
ALTER TABLE parent ALTER v TYPE int USING NULL;
DELETE FROM ONLY parent;
TRUNCATE ONLY parent;
-- shadowed by a new schema in search_path, or by a temporary table
BEGIN;
CREATE SCHEMA shadow CREATE TABLE users (id int);
SET LOCAL search_path = shadow, public;
DROP TABLE users;
DROP TABLE users CASCADE;
ROLLBACK;
CREATE TEMP TABLE users (id int);
DROP TABLE users, public.users CASCADE;
TRUNCATE users, public.users CASCADE;
DROP TABLE users;
TRUNCATE users CASCADE;
CREATE FUNCTION pg_temp.wipe() RETURNS void LANGUAGE sql AS 'TRUNCATE orders';
SELECT pg_temp.wipe();
-- TRUNCATE that takes others along, without one that does not
TRUNCATE users, orders;
TRUNCATE logs, orders;
CREATE TABLE refers (id int REFERENCES users);
TRUNCATE refers;
SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM orders), (SELECT count(*) FROM logs), (SELECT count(*) FROM parent);

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE users, orders, logs, parent, refers CASCADE;
DROP EXTENSION safemig;
