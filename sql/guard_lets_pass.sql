-- What is nobody's loss passes: temporary, made here, empty, gone already.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE empty_one (id int, v text);
CREATE TABLE full_one (id int, v text);
INSERT INTO full_one VALUES (1, NULL);
-- temporary, also when it shadows a real table
CREATE TEMP TABLE full_one (id int);
INSERT INTO full_one VALUES (1);
TRUNCATE full_one;
DELETE FROM full_one;
DROP TABLE full_one;
CREATE TEMP TABLE gone ON COMMIT DROP AS SELECT 1;
-- made by the same transaction
BEGIN;
CREATE TABLE here (id serial, v text);
INSERT INTO here (v) VALUES ('a');
ALTER TABLE here DROP COLUMN v;
TRUNCATE here;
DELETE FROM here;
DROP TABLE here;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
DROP FUNCTION f();
CREATE SCHEMA s CREATE TABLE t (id int);
DROP SCHEMA s CASCADE;
COMMIT;
-- but not what the transaction only altered or replaced
CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';
BEGIN;
ALTER TABLE full_one ADD COLUMN w int;
DROP TABLE full_one;
ROLLBACK;
BEGIN;
CREATE OR REPLACE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 2';
DROP FUNCTION g();
ROLLBACK;
-- nor what a rolled-back savepoint made
BEGIN;
SAVEPOINT a;
CREATE TABLE twice (id int);
ROLLBACK TO a;
TRUNCATE full_one;
ROLLBACK;
-- a backfill of a column made in the same transaction
BEGIN;
ALTER TABLE full_one ADD COLUMN score int;
UPDATE full_one SET score = 1;
COMMIT;
-- also in children, where it has another number
CREATE TABLE par (id int);
CREATE TABLE chi (extra int) INHERITS (par);
CREATE TABLE parts (id int) PARTITION BY RANGE (id);
CREATE TABLE part1 PARTITION OF parts DEFAULT;
INSERT INTO chi VALUES (1, 1);
INSERT INTO parts VALUES (1);
BEGIN;
ALTER TABLE par ADD COLUMN score int;
UPDATE par SET score = 1;
ALTER TABLE parts ADD COLUMN score int;
UPDATE parts SET score = 1;
UPDATE par SET id = 1;
COMMIT;
-- empty: TRUNCATE and DELETE pass, DROP COLUMN warns, DROP TABLE stays refused
TRUNCATE empty_one;
DELETE FROM empty_one;
ALTER TABLE empty_one DROP COLUMN v;
DROP TABLE empty_one;
-- a column that holds only NULL
ALTER TABLE full_one DROP COLUMN v;
-- a schema with nothing in it
CREATE SCHEMA bare;
DROP SCHEMA bare;
CREATE SCHEMA bare;
DROP SCHEMA bare CASCADE;
CREATE SCHEMA bare CREATE VIEW v AS SELECT 1;
DROP SCHEMA bare CASCADE;
-- version and lock tables of tools
CREATE TABLE knex_migrations_lock (index serial PRIMARY KEY, is_locked int);
INSERT INTO knex_migrations_lock (is_locked) VALUES (0);
UPDATE knex_migrations_lock SET is_locked = 1;
DELETE FROM knex_migrations_lock;
CREATE TABLE changes (id int);
INSERT INTO changes VALUES (1);
DELETE FROM changes;
-- row security that was never on
ALTER TABLE full_one DISABLE ROW LEVEL SECURITY;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE empty_one, full_one, par, chi, parts, knex_migrations_lock, changes;
DROP FUNCTION g();
DROP SCHEMA bare CASCADE;
DROP EXTENSION safemig;
