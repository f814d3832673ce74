-- What migration tools write to their own tables are versions in the log: what each really sends.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE VIEW log AS SELECT kind, version, name, state, statements, note FROM safemig.status;
SELECT safemig.adopt('nobody');
-- Knex has run before: a baseline; what comes later is seen
CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch int, migration_time timestamptz);
INSERT INTO knex_migrations (name, batch) VALUES ('20260101_users.js', 1), ('20260102_orders.js', 1);
SELECT safemig.adopt();
SELECT safemig.adopt('Knex');
BEGIN;
CREATE TABLE users (id int PRIMARY KEY, email text);
CREATE TABLE IF NOT EXISTS users (id int);
CREATE INDEX users_email_idx ON users (email);
INSERT INTO knex_migrations (name, batch) VALUES ('20260103_more.js', 2);
COMMIT;
BEGIN;
ALTER TABLE users ADD language text;
INSERT INTO knex_migrations (name, batch) VALUES ('20260104_gone.js', 3);
ROLLBACK;
BEGIN;
DROP INDEX users_email_idx;
DELETE FROM knex_migrations WHERE name = '20260102_orders.js';
COMMIT;
SELECT * FROM log;
SELECT tool, version, statements, down_statements FROM safemig.tool_versions WHERE name IS NULL;
-- Prisma begins a row, runs the script, ends the row; and takes a failed one back
CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('a', 'x', '20260105_first'), ('b', 'y', '20260106_wrong');
SELECT count(*) FROM log WHERE kind = 'prisma';
ALTER TABLE users ADD phone text; CREATE INDEX ON users (phone);
UPDATE _prisma_migrations SET applied_steps_count = applied_steps_count + 1, finished_at = now() WHERE id = 'a';
UPDATE _prisma_migrations SET logs = 'ERROR', rolled_back_at = now() WHERE id = 'b';
INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('c', 'y', '20260106_wrong', now());
SELECT * FROM log WHERE kind = 'prisma';
-- golang-migrate and Alembic keep only where they stand
CREATE SCHEMA go;
CREATE TABLE go.schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
BEGIN; TRUNCATE go.schema_migrations; INSERT INTO go.schema_migrations VALUES (1, true); COMMIT;
BEGIN; TRUNCATE go.schema_migrations; INSERT INTO go.schema_migrations VALUES (1, false); COMMIT;
BEGIN; TRUNCATE go.schema_migrations; INSERT INTO go.schema_migrations VALUES (2, false); COMMIT;
SELECT * FROM log WHERE kind = 'golang-migrate';
BEGIN; TRUNCATE go.schema_migrations; INSERT INTO go.schema_migrations VALUES (1, true); COMMIT;
BEGIN; TRUNCATE go.schema_migrations; INSERT INTO go.schema_migrations VALUES (1, false); COMMIT;
SELECT * FROM log WHERE kind = 'golang-migrate';
BEGIN; TRUNCATE go.schema_migrations; COMMIT;
SELECT * FROM log WHERE kind = 'golang-migrate';
CREATE TABLE alembic_version (version_num varchar(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO alembic_version (version_num) VALUES ('ae10');
UPDATE alembic_version SET version_num = 'b2f4' WHERE alembic_version.version_num = 'ae10';
SELECT * FROM log WHERE kind = 'alembic';
UPDATE alembic_version SET version_num = 'ae10' WHERE alembic_version.version_num = 'b2f4';
SELECT * FROM log WHERE kind = 'alembic';
DELETE FROM alembic_version WHERE alembic_version.version_num = 'ae10';
SELECT * FROM log WHERE kind = 'alembic';
-- taken back: the tools' tables are as they were, the log stays
SELECT safemig.unadopt('knex');
DELETE FROM knex_migrations WHERE batch = 2;
SELECT state FROM log WHERE version = '20260103_more.js';
SELECT count(*) FROM pg_trigger WHERE tgname LIKE '~safemig_adopt%' AND tgrelid = 'knex_migrations'::regclass;
SELECT event, version, detail FROM safemig.history WHERE event LIKE 'tool%' AND version LIKE '202601%' ORDER BY id;
-- safemig's own versions and their scheme are not concerned
SELECT safemig.apply('1.0', 'own', 'CREATE TABLE own ()');
SELECT safemig.current_version();
SELECT kind, version FROM safemig.status LIMIT 2;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP VIEW log;
DROP EXTENSION safemig;
INSERT INTO knex_migrations (name, batch) VALUES ('later.js', 4);
SELECT count(*) FROM pg_trigger WHERE tgname LIKE '~safemig%';
DROP TABLE knex_migrations, _prisma_migrations, alembic_version, users, own;
DROP SCHEMA go CASCADE;
