-- A protection is stronger than whatever else lets a statement pass.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
-- a migration tool's table
CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('1'), ('2');
SELECT safemig.protect('schema_migrations', 'frozen') > 0 AS set;
TRUNCATE schema_migrations;
DELETE FROM schema_migrations;
INSERT INTO schema_migrations VALUES ('3');
SELECT safemig.unprotect('schema_migrations');
TRUNCATE schema_migrations;
-- an exempt schema
CREATE SCHEMA scratch;
CREATE TABLE scratch.kept (id int);
CREATE TABLE scratch.any (id int);
INSERT INTO scratch.kept VALUES (1);
INSERT INTO scratch.any VALUES (1);
SELECT safemig.exempt('scratch') > 0 AS set;
SELECT safemig.protect('scratch.kept', 'frozen') > 0 AS set;
DROP TABLE scratch.kept;
TRUNCATE scratch.kept;
ALTER TABLE scratch.kept RENAME TO x;
DROP SCHEMA scratch CASCADE;
TRUNCATE scratch.any;
DROP TABLE scratch.any;
SELECT safemig.unprotect('scratch.kept');
SELECT safemig.protect('scratch.kept', 'data') > 0 AS set;
TRUNCATE scratch.kept;
DROP TABLE scratch.kept;
-- views
CREATE TABLE t (id int);
CREATE VIEW v AS SELECT id FROM t;
CREATE VIEW w AS SELECT id FROM t;
SELECT safemig.protect('v', 'frozen') > 0 AS set;
DROP VIEW v;
CREATE OR REPLACE VIEW v AS SELECT 1 AS id;
ALTER VIEW v RENAME TO x;
DROP VIEW w;
SELECT safemig.protect('v', 'rows');
-- what cannot be protected
CREATE SEQUENCE s;
CREATE TYPE c AS (a int);
SELECT safemig.protect('s', 'frozen');
SELECT safemig.protect('c', 'data');
-- one's own
BEGIN;
CREATE TABLE mine (id int);
SELECT safemig.protect('mine', 'frozen') > 0 AS set;
DROP TABLE mine;
ROLLBACK;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE schema_migrations, t CASCADE;
DROP SCHEMA scratch CASCADE;
DROP SEQUENCE s;
DROP TYPE c;
DROP EXTENSION safemig;
