-- Tables of migration tools are known by types, keys and what may not be empty, not by names.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
-- somebody's table of that name, dressed up
CREATE TABLE changes (id int, data text);
INSERT INTO changes SELECT g, 'x' FROM generate_series(1, 50) g;
ALTER TABLE changes ADD change_id int, ADD committer_name int, ADD planner_name int;
TRUNCATE changes;
ALTER TABLE changes DROP COLUMN change_id, DROP COLUMN committer_name, DROP COLUMN planner_name;
ALTER TABLE changes ADD change_id text, ADD committer_name text, ADD planner_name text;
DELETE FROM changes;
BEGIN;
ALTER TABLE changes ADD PRIMARY KEY (id);
ALTER TABLE changes DROP COLUMN change_id;
ALTER TABLE changes ADD change_id text NOT NULL DEFAULT '', ALTER committer_name SET DEFAULT '';
TRUNCATE changes;
ROLLBACK;
CREATE TABLE schema_info (id int, version int NOT NULL);
INSERT INTO schema_info VALUES (1, 1);
DELETE FROM schema_info;
CREATE TABLE schema_migrations (id int PRIMARY KEY, version text NOT NULL);
INSERT INTO schema_migrations VALUES (1, '1');
TRUNCATE schema_migrations;
-- columns of this transaction do not count
CREATE TABLE goose_db_version (id int PRIMARY KEY);
INSERT INTO goose_db_version VALUES (1);
BEGIN;
ALTER TABLE goose_db_version ADD version_id bigint NOT NULL DEFAULT 0, ADD is_applied boolean NOT NULL DEFAULT true;
DELETE FROM goose_db_version;
ROLLBACK;
-- the tools' own
CREATE SCHEMA tools;
SET search_path = tools;
CREATE TABLE changes (change_id text PRIMARY KEY, change text NOT NULL, committer_name text NOT NULL, planner_name text NOT NULL);
CREATE TABLE schema_info (version integer DEFAULT 0 NOT NULL);
CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
CREATE TABLE alembic_version (version_num varchar(32) NOT NULL PRIMARY KEY);
CREATE TABLE databasechangeloglock (id int PRIMARY KEY, locked boolean NOT NULL, lockgranted timestamp, lockedby varchar(255));
CREATE TABLE databasechangelog (id varchar(255) NOT NULL, author varchar(255) NOT NULL, filename varchar(255) NOT NULL,
	dateexecuted timestamp NOT NULL, orderexecuted int NOT NULL, exectype varchar(10) NOT NULL);
CREATE TABLE "SequelizeMeta" (name varchar(255) NOT NULL PRIMARY KEY);
INSERT INTO changes VALUES ('a', 'b', 'c', 'd');
INSERT INTO schema_info VALUES (1);
INSERT INTO schema_migrations VALUES (1, false);
INSERT INTO alembic_version VALUES ('ae1');
INSERT INTO databasechangeloglock VALUES (1, true);
INSERT INTO databasechangelog VALUES ('1', 'me', 'f', now(), 1, 'EXECUTED');
INSERT INTO "SequelizeMeta" VALUES ('1.js');
UPDATE schema_info SET version = 2;
UPDATE alembic_version SET version_num = 'ae2';
TRUNCATE schema_migrations;
DELETE FROM databasechangeloglock;
UPDATE databasechangelog SET exectype = 'RERAN';
DELETE FROM changes;
DELETE FROM "SequelizeMeta";

SET client_min_messages = error;
SET safemig.enforce = off;
RESET search_path;
DROP SCHEMA tools CASCADE;
DROP TABLE changes, schema_info, schema_migrations, goose_db_version;
DROP EXTENSION safemig;
