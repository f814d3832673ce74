-- apply is a part of the caller's transaction, and all or nothing in it.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_apply_transaction;
CREATE DATABASE regress_apply_transaction TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_apply_transaction
SET client_min_messages = warning;
CREATE EXTENSION safemig;
RESET client_min_messages;
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE statement INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

-- two as one unit
BEGIN;
SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i int)');
SELECT safemig.apply('2', 'two', 'CREATE TABLE two (i int)');
ROLLBACK;
SELECT to_regclass('one'), to_regclass('two'), safemig.current_version();
BEGIN;
SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i int)');
SELECT safemig.apply('2', 'two', 'CREATE TABLE two (i int); CREATE TABLE one (i int)');
COMMIT;
SELECT to_regclass('one'), to_regclass('two'), safemig.current_version();

-- an error that somebody catches leaves nothing, and the next one runs
DO $$
BEGIN
	PERFORM safemig.apply('1', 'one', 'CREATE TABLE one (i int); SELECT 1 / 0');
EXCEPTION WHEN division_by_zero THEN
	PERFORM safemig.apply('1', 'one', 'CREATE TABLE one (i int)');
END $$;
SELECT to_regclass('one'), safemig.current_version();
BEGIN;
SAVEPOINT s;
SELECT safemig.apply('2', 'two', 'CREATE TABLE two (i int)');
ROLLBACK TO s;
SELECT safemig.apply('2', 'two', 'CREATE TABLE two (i bigint)');
COMMIT;
SELECT atttypid::regtype FROM pg_attribute WHERE attrelid = 'two'::regclass AND attname = 'i';

-- several in one statement see each other
SELECT safemig.apply('3', 'three', 'CREATE TABLE three (i int)'),
       safemig.apply('4', 'four', 'INSERT INTO three VALUES (4)');
SELECT * FROM three;

-- a deferred constraint fails in the migration, with its name, and not at COMMIT
BEGIN;
SELECT safemig.apply('5', 'deferred', $$
CREATE TABLE parent (i int PRIMARY KEY);
CREATE TABLE child (i int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
INSERT INTO child VALUES (1);
$$);
ROLLBACK;
SELECT safemig.apply('5', 'deferred', $$
CREATE TABLE parent (i int PRIMARY KEY);
CREATE TABLE child (i int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
INSERT INTO child VALUES (1);
INSERT INTO parent VALUES (1);
$$);

-- where it cannot run
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT safemig.apply('6', 'six', 'SELECT 1');
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT outcome($$SELECT safemig.rollback('5')$$);
ROLLBACK;
BEGIN READ ONLY;
SELECT outcome($$SELECT safemig.apply('6', 'six', 'SELECT 1')$$);
ROLLBACK;
BEGIN ISOLATION LEVEL READ UNCOMMITTED;
SELECT outcome($$SELECT safemig.apply('6', 'six', 'SELECT 1')$$);
COMMIT;
SELECT safemig.apply('7', 'seven', $$SELECT safemig.apply('8', 'inner', 'SELECT 1')$$);
SELECT safemig.apply('7', 'seven', $$SELECT safemig.rollback('1')$$);
SELECT version FROM safemig.system_versions;

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_apply_transaction;
