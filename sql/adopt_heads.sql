-- What the tools' own runs showed: statements that are the tool's own affair, heads that
-- are merged or jumped over, and the order of what was there before.
SET client_min_messages = error;
CREATE EXTENSION safemig;
CREATE VIEW log AS SELECT kind, version, state, statements, note FROM safemig.status;
SELECT safemig.adopt() \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
-- sqitch makes its registry in one transaction: none of it is of the first change
BEGIN;
CREATE SCHEMA IF NOT EXISTS sqitch;
COMMENT ON SCHEMA sqitch IS 'Sqitch database deployment metadata v1.1.';
CREATE TABLE sqitch.projects (project text PRIMARY KEY);
CREATE TABLE sqitch.changes (change_id text PRIMARY KEY, script_hash text UNIQUE, change text NOT NULL, project text NOT NULL REFERENCES sqitch.projects, note text NOT NULL DEFAULT '', committed_at timestamptz NOT NULL DEFAULT clock_timestamp(), committer_name text NOT NULL, committer_email text NOT NULL, planned_at timestamptz NOT NULL, planner_name text NOT NULL, planner_email text NOT NULL);
COMMENT ON TABLE sqitch.changes IS 'Tracks the changes currently deployed to the database.';
COMMIT;
CREATE TABLE users (id int);
INSERT INTO sqitch.projects VALUES ('shop');
INSERT INTO sqitch.changes VALUES ('c2', 'h1', 'users', 'shop', '', '2026-01-01', 'a', 'a', now(), 'a', 'a');
-- a table that is made in the transaction of its first version; a lock table; one that is made and let go
BEGIN;
CREATE TABLE alembic_version (version_num varchar(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
CREATE TABLE orders (id int);
INSERT INTO alembic_version (version_num) VALUES ('a1');
COMMIT;
CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch int, migration_time timestamptz);
CREATE TABLE knex_migrations_lock (index serial PRIMARY KEY, is_locked int);
BEGIN;
SAVEPOINT s;
CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);
ROLLBACK TO s;
ALTER TABLE users ADD a int;
COMMIT;
INSERT INTO knex_migrations (name) VALUES ('01');
SELECT * FROM log;
SELECT version, statements FROM safemig.tool_versions;
-- Alembic: two branches and their merge in one transaction, taken back and merged again
BEGIN;
ALTER TABLE orders ADD b int;
INSERT INTO alembic_version (version_num) VALUES ('b2');
ALTER TABLE orders ADD c int;
UPDATE alembic_version SET version_num = 'c2' WHERE version_num = 'a1';
CREATE INDEX ON orders (b, c);
DELETE FROM alembic_version WHERE version_num = 'b2';
UPDATE alembic_version SET version_num = 'd3' WHERE version_num = 'c2';
COMMIT;
SELECT * FROM log WHERE kind = 'alembic';
UPDATE alembic_version SET version_num = 'c2' WHERE version_num = 'd3';
INSERT INTO alembic_version (version_num) VALUES ('b2');
SELECT * FROM log WHERE kind = 'alembic';
BEGIN;
SAVEPOINT s;
DELETE FROM alembic_version WHERE version_num = 'b2';
ROLLBACK TO s;
DELETE FROM alembic_version WHERE version_num = 'b2';
SAVEPOINT s;
UPDATE alembic_version SET version_num = 'd3' WHERE version_num = 'c2';
ROLLBACK TO s;
COMMENT ON TABLE orders IS 'old';
UPDATE alembic_version SET version_num = 'a1' WHERE version_num = 'c2';
COMMIT;
SELECT * FROM log WHERE kind = 'alembic';
-- stamp to one far back, and forward to one that is applied: no step back
UPDATE alembic_version SET version_num = 'e4' WHERE version_num = 'a1';
UPDATE alembic_version SET version_num = 'f5' WHERE version_num = 'e4';
UPDATE alembic_version SET version_num = 'a1' WHERE version_num = 'f5';
UPDATE alembic_version SET version_num = 'e4' WHERE version_num = 'a1';
-- stamp --purge
BEGIN; DELETE FROM alembic_version; INSERT INTO alembic_version (version_num) VALUES ('e4'); COMMIT;
SELECT * FROM log WHERE kind = 'alembic';
SELECT event, version FROM safemig.history WHERE detail LIKE 'alembic%' ORDER BY id;
SELECT version, statements, down_statements FROM safemig.tool_versions WHERE tool = 'alembic';
-- what was there before, in the order in which it came and not of its keys
SELECT safemig.unadopt('sqitch');
INSERT INTO sqitch.changes VALUES ('c3', 'h3', 'third', 'shop', '', '2026-01-03', 'a', 'a', now(), 'a', 'a'), ('c1', 'h4', 'fourth', 'shop', '', '2026-01-04', 'a', 'a', now(), 'a', 'a');
CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
SELECT safemig.unadopt('prisma');
INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at) VALUES ('b', 'x', 'first', '2026-01-01', '2026-01-01'), ('a', 'x', 'second', '2026-01-02', '2026-01-02');
SELECT safemig.adopt();
SELECT kind, version, note FROM log WHERE kind IN ('sqitch', 'prisma');

SET client_min_messages = error;
SET safemig.enforce = off;
DROP VIEW log;
DROP SCHEMA sqitch CASCADE;
DROP TABLE users, orders, alembic_version, knex_migrations, knex_migrations_lock, _prisma_migrations;
DROP EXTENSION safemig;
