-- A drop that names no table and takes rows along is refused; without rows to take it is only warned of.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE SCHEMA shop;
SET search_path = shop, public;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TYPE unused AS ENUM ('a');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN idle AS int;
CREATE TYPE span AS RANGE (subtype = int);
CREATE COLLATION plain FROM "C";
CREATE COLLATION idle_too FROM "C";
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION start_of() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE EXTENSION citext SCHEMA public;
CREATE TABLE users (id int PRIMARY KEY, m mood, p positive, s span, c text COLLATE plain, e citext,
	g int GENERATED ALWAYS AS (twice(id)) STORED, n int DEFAULT start_of());
INSERT INTO users VALUES (1, 'good', 1, '[1,2]', 'x', 'y');
-- a column by its type, domain, range, collation, function, extension
DROP TYPE mood CASCADE;
DROP DOMAIN positive CASCADE;
DROP TYPE span CASCADE;
DROP COLLATION plain CASCADE;
DROP FUNCTION twice CASCADE;
DROP ROUTINE twice(int) CASCADE;
DROP EXTENSION citext CASCADE;
DROP EXTENSION citext;
DROP TYPE unused;
DROP DOMAIN idle;
DROP COLLATION idle_too;
DROP FUNCTION start_of CASCADE;
-- a column by a view whose row type it has, a table by its access method
CREATE VIEW brief AS SELECT id FROM users;
CREATE TABLE kept (id int, b brief);
INSERT INTO kept VALUES (1, ROW(1));
DROP VIEW brief CASCADE;
CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE stored (id int) USING heap_too;
INSERT INTO stored VALUES (1);
DROP ACCESS METHOD heap_too CASCADE;
CREATE VIEW other AS SELECT 1;
DROP VIEW other CASCADE;
-- typed tables: with their type, and by its attributes
CREATE TYPE person AS (name text, age int);
CREATE TABLE people OF person;
INSERT INTO people VALUES ('a', 1);
DROP TYPE person CASCADE;
ALTER TYPE person DROP ATTRIBUTE age CASCADE;
ALTER TYPE person ALTER ATTRIBUTE age TYPE text CASCADE;
ALTER TYPE person ADD ATTRIBUTE height int CASCADE;
SELECT * FROM people;
-- a materialized view and a foreign table by server, wrapper and extension
CREATE EXTENSION postgres_fdw SCHEMA public;
CREATE SERVER away FOREIGN DATA WRAPPER postgres_fdw;
CREATE FOREIGN TABLE far (id int) SERVER away;
CREATE MATERIALIZED VIEW near AS SELECT id FROM far WITH NO DATA;
DROP SERVER away CASCADE;
DROP FOREIGN DATA WRAPPER postgres_fdw CASCADE;
DROP EXTENSION postgres_fdw CASCADE;
DROP FOREIGN TABLE far CASCADE;
DROP SERVER away;
SELECT safemig.set('contract', 'refuse');
CREATE FOREIGN TABLE far_too (id int) SERVER away;
DROP FOREIGN TABLE far_too;
SELECT safemig.set('contract', 'warn');
DROP FOREIGN TABLE far_too;
-- a schema, one without rows in it, and one made here
CREATE SCHEMA views CREATE VIEW ids AS SELECT id FROM shop.users;
DROP SCHEMA shop CASCADE;
DROP SCHEMA views CASCADE;
BEGIN;
CREATE SCHEMA here CREATE TABLE t (id int);
INSERT INTO here.t VALUES (1);
DROP SCHEMA here CASCADE;
COMMIT;
-- an extension in a schema, with a column of its type elsewhere
CREATE SCHEMA ext;
CREATE EXTENSION hstore SCHEMA ext;
CREATE TABLE tags (id int, h ext.hstore);
INSERT INTO tags VALUES (1, '');
DROP EXTENSION hstore CASCADE;
DROP SCHEMA ext CASCADE;
ALTER EXTENSION hstore SET SCHEMA public;
SELECT count(*) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped;

SET client_min_messages = error;
SET safemig.enforce = off;
RESET search_path;
DROP SCHEMA shop, ext CASCADE;
DROP EXTENSION citext;
DROP EXTENSION postgres_fdw CASCADE;
DROP ACCESS METHOD heap_too;
DROP EXTENSION safemig;
