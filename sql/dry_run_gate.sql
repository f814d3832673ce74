-- The gate require_dry_run: no script without a dry run that passed, here and since the last migration.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_dry_run_gate;
CREATE DATABASE regress_dry_run_gate TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_dry_run_gate
SET client_min_messages = warning;
CREATE EXTENSION safemig;

-- open, as long as nobody closes it
SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i int)');
SELECT safemig.set('require_dry_run', 'on');
SELECT safemig.apply('2', 'two', 'CREATE TABLE two (i int)');
SELECT safemig.apply('2', 'two', 'DROP TABLE one', permits => ARRAY['drop table public.one']);
SELECT to_regclass('two');
\set VERBOSITY terse
-- what does not run asks no gate; a wrong script is said to be wrong
SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i int)');
SELECT safemig.apply('2', 'two', 'CREATE TABLE two (i int)', environments => ARRAY['test']);
SELECT safemig.apply('2', 'two', 'CREATE TABL two (i int)');

-- a dry run that fails opens nothing, nor one of another script
SELECT command, error FROM safemig.dry_run('CREATE TABLE two (i int); SELECT 1/0');
SELECT safemig.apply('2', 'two', 'CREATE TABLE two (i int); SELECT 1/0');
SELECT safemig.apply('2', 'two', 'CREATE TABLE two (i int)');
-- one that passes does, whatever the comments and spaces
SELECT command, error FROM safemig.dry_run('CREATE TABLE two (i int)');
SELECT statements, permits, checksum = safemig.checksum('CREATE TABLE two (i int)') AS checksum FROM safemig.dry_runs;
SELECT safemig.apply('2', 'two', E'create table two -- the second\n(i int)');

-- it is worth nothing after the next change
SELECT count(error) FROM safemig.dry_run('CREATE TABLE three (i int)'), pg_sleep(0.01);
SELECT count(error) FROM safemig.dry_run('CREATE TABLE four (i int)');
SELECT safemig.apply('3', 'three', 'CREATE TABLE three (i int)');
SELECT safemig.apply('4', 'four', 'CREATE TABLE four (i int)');
SELECT count(error) FROM safemig.dry_run('CREATE TABLE four (i int)');
SELECT safemig.apply('4', 'four', 'CREATE TABLE four (i int)');
SELECT count(error) FROM safemig.dry_run('CREATE TABLE five (i int)');
SELECT safemig.rollback('3');
SELECT safemig.apply('5', 'five', 'CREATE TABLE five (i int)');
-- also within one transaction
BEGIN;
SELECT count(error) FROM safemig.dry_run('CREATE TABLE five (i int)');
SELECT safemig.apply('5', 'five', 'CREATE TABLE five (i int)');
SELECT count(error) FROM safemig.dry_run('ALTER TABLE five ADD j int');
SELECT safemig.apply('6', 'six', 'ALTER TABLE five ADD j int');
COMMIT;
-- nor in another database
SET safemig.enforce = off;
SELECT count(error) FROM safemig.dry_run('CREATE TABLE seven (i int)');
UPDATE safemig.dry_run_record SET bound_to = '1/1';
RESET safemig.enforce;
SELECT safemig.apply('7', 'seven', 'CREATE TABLE seven (i int)');
-- old ones go with the next
SET safemig.enforce = off;
UPDATE safemig.dry_run_record SET at = at - interval '91 days';
RESET safemig.enforce;
SELECT count(error) FROM safemig.dry_run('CREATE TABLE seven (i int)');
SELECT count(*) FROM safemig.dry_runs;

-- the same words in another schema are another script
CREATE SCHEMA scratch;
CREATE TABLE scratch.here (i int);
CREATE TABLE public.here (i int);
SET search_path = scratch;
SELECT count(error) FROM safemig.dry_run('ALTER TABLE here ADD COLUMN j int');
SET search_path = public;
SELECT safemig.apply('900', 'elsewhere', 'ALTER TABLE here ADD COLUMN j int');
SELECT count(error) FROM safemig.dry_run('ALTER TABLE here ADD COLUMN j int');
SELECT safemig.apply('900', 'here', 'ALTER TABLE here ADD COLUMN j int');

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_dry_run_gate;
