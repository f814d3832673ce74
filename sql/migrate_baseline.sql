-- An existing database starts at a baseline, and migrate() demands one.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_migrate_baseline;
CREATE DATABASE regress_migrate_baseline TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_migrate_baseline
SET client_min_messages = warning;
CREATE TABLE users (name text);
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
DO $$ BEGIN PERFORM safemig.set('keep', 'off'); END $$;
CREATE VIEW states AS SELECT version, name, kind, state, note FROM safemig.status;

-- tables from before the extension, and no history: migrate does not guess, apply is told
SELECT safemig.register('1', 'users', 'CREATE TABLE users (name text)');
SELECT safemig.register('2', 'city', 'ALTER TABLE users ADD city text');
SELECT safemig.register('3', 'language', 'ALTER TABLE users ADD language text');
CALL safemig.migrate();
BEGIN;
SELECT safemig.apply('2', 'city', 'ALTER TABLE users ADD city text');
CALL safemig.migrate();
ROLLBACK;

SELECT safemig.baseline('1.5', 'as found');
SELECT safemig.baseline('1.5', 'as found');
TABLE states;
CALL safemig.migrate();
TABLE states;
SELECT safemig.current_version();
-- what it holds is not run again
SELECT safemig.register('1', 'users', 'CREATE TABLE users (name text)');
SELECT safemig.apply('1.4', 'more', 'CREATE TABLE users (name text)');
SELECT safemig.apply('1.5', 'more', 'CREATE TABLE users (name text)');
CALL safemig.migrate();
-- unless the call says so
SELECT safemig.apply('1.4', 'more', 'CREATE TABLE more (name text)', out_of_order => true);
-- and no way leads behind it
SELECT safemig.rollback('1.5');
SELECT safemig.rollback('0');
SELECT safemig.baseline('4', 'too late');
SELECT safemig.baseline('20260119', 'another scheme');

-- 0: nothing of what waits is here
SET safemig.enforce = off;
SET client_min_messages = warning;
DROP EXTENSION safemig CASCADE;
RESET safemig.enforce;
CREATE EXTENSION safemig;
RESET client_min_messages;
DO $$ BEGIN PERFORM safemig.set('keep', 'off'); END $$;
SELECT safemig.register('20260119', 'dated', 'CREATE TABLE dated (name text)');
CALL safemig.migrate();
SELECT safemig.baseline('0', 'empty');
CALL safemig.migrate();
SELECT version, kind, state FROM safemig.status;
SELECT safemig.rollback('0');

-- tables made under its eyes need none
SET safemig.enforce = off;
SET client_min_messages = warning;
DROP EXTENSION safemig CASCADE;
DROP TABLE users, more;
CREATE EXTENSION safemig;
RESET client_min_messages;
RESET safemig.enforce;
CREATE TABLE users (name text);
SELECT safemig.register('1', 'city', 'ALTER TABLE users ADD city text');
CALL safemig.migrate();

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_migrate_baseline;
