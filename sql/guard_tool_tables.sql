-- Version and lock tables of migration tools may be emptied; a table that only has the name may not.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
-- golang-migrate, at every run
CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
INSERT INTO schema_migrations VALUES (1, false);
TRUNCATE "public"."schema_migrations";
INSERT INTO schema_migrations VALUES (2, false);
-- Liquibase, when it sets its tables up
CREATE TABLE databasechangelog (id varchar(255) NOT NULL, author varchar(255) NOT NULL, filename varchar(255) NOT NULL, dateexecuted timestamp NOT NULL, orderexecuted int NOT NULL, exectype varchar(10) NOT NULL);
CREATE TABLE databasechangeloglock (id int PRIMARY KEY, locked boolean NOT NULL, lockgranted timestamp, lockedby text);
INSERT INTO databasechangelog VALUES ('1', 'a', 'f', now(), 1, 'EXECUTED');
INSERT INTO databasechangeloglock VALUES (1, false);
DELETE FROM databasechangeloglock;
INSERT INTO databasechangeloglock VALUES (1, false);
UPDATE databasechangeloglock SET locked = true;
DELETE FROM databasechangelog;
-- but they are not dropped, and a table of that name with other columns is a table
DROP TABLE schema_migrations;
ALTER TABLE schema_migrations DROP COLUMN version;
CREATE SCHEMA shop;
CREATE TABLE shop.schema_migrations (bird text, flown date);
INSERT INTO shop.schema_migrations VALUES ('swallow', '2026-04-01');
TRUNCATE shop.schema_migrations;
DELETE FROM shop.schema_migrations;
UPDATE shop.schema_migrations SET flown = NULL;
-- nor is a rename or another table in the same statement a way in
CREATE TABLE users (id int, version int);
INSERT INTO users VALUES (1, 1);
TRUNCATE schema_migrations, users;
ALTER TABLE users RENAME TO schema_info;
BEGIN;
CREATE TABLE follows (version bigint REFERENCES schema_migrations);
TRUNCATE schema_migrations CASCADE;
ROLLBACK;
CREATE TABLE follows (version bigint REFERENCES schema_migrations);
INSERT INTO follows VALUES (2);
TRUNCATE schema_migrations CASCADE;
SELECT (SELECT count(*) FROM schema_migrations), (SELECT count(*) FROM users), (SELECT count(*) FROM shop.schema_migrations);

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE schema_migrations, databasechangelog, databasechangeloglock, users, follows;
DROP SCHEMA shop CASCADE;
DROP EXTENSION safemig;
