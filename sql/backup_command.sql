-- CALL safemig.backup(): what it refuses before anything runs. That it makes one is test/t/150_backup.pl's.
SET client_min_messages = error; CREATE EXTENSION safemig; RESET client_min_messages; \set VERBOSITY terse

-- nothing to run
SHOW safemig.backup_command;
CALL safemig.backup('one');
-- only the configuration file says what runs
SET safemig.backup_command = 'true';
ALTER ROLE CURRENT_USER SET safemig.backup_command = 'true';
ALTER DATABASE :"DBNAME" SET safemig.backup_command = 'true';
-- no label that a shell or a program reads anything into
CALL safemig.backup(NULL);
CALL safemig.backup('');
CALL safemig.backup('a b');
CALL safemig.backup('$(id)');
CALL safemig.backup('a;id');
CALL safemig.backup('../a');
CALL safemig.backup('-a');
CALL safemig.backup('.a');
CALL safemig.backup(E'a\nb');
CALL safemig.backup(repeat('a', 65));
-- on its own
BEGIN;
CALL safemig.backup('one');
ROLLBACK;
CREATE FUNCTION regress_backup() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL safemig.backup('one'); END $$;
SELECT regress_backup();
DO $$ BEGIN CALL safemig.backup('one'); END $$;

-- where files go: a plain path outside the data directory, said by a superuser
SELECT safemig.set('backup_directory', 'relative');
SELECT safemig.set('backup_directory', '/srv/a b');
SELECT safemig.set('backup_directory', '/srv/$(id)');
SELECT safemig.set('backup_directory', '/srv/../etc');
DO $$ BEGIN PERFORM safemig.set('backup_directory', current_setting('data_directory') || '/base');
EXCEPTION WHEN SQLSTATE 'SM009' THEN RAISE NOTICE 'SM009'; END $$;
SELECT safemig.set('backup_directory', '/srv/backup');
SELECT safemig.set('backup_directory', 'beside');
CREATE ROLE regress_safemig_app;
GRANT USAGE ON SCHEMA safemig TO regress_safemig_app;
GRANT EXECUTE ON FUNCTION safemig.set, safemig.set_local TO regress_safemig_app;
SET ROLE regress_safemig_app;
SELECT safemig.set('backup_directory', '/srv/backup');
SELECT safemig.set_local('backup_directory', '/srv/backup');
SELECT safemig.set('backup_keep_for', '1 hour');
DO $$ BEGIN RAISE NOTICE '%', current_setting('safemig.backup_command'); EXCEPTION WHEN insufficient_privilege THEN RAISE NOTICE 'hidden'; END $$;
CALL safemig.backup('one');
RESET ROLE;
GRANT EXECUTE ON PROCEDURE safemig.backup TO regress_safemig_app;
SET ROLE regress_safemig_app;
CALL safemig.backup('one');
RESET ROLE;

-- a point to recover to before each migration with permits, and before no other
SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i int); CREATE TABLE two (i int)');
SELECT safemig.apply('1.1', 'no more', 'DROP TABLE one', permits => ARRAY['drop table public.one']);
SELECT version, name ~ '^safemig_1\.1_\d{8}T\d{6}\.\d{6}Z$' AS name, lsn::pg_lsn <= pg_current_wal_insert_lsn() AS lsn, note
  FROM safemig.restore_points;
-- not of one that failed
SELECT safemig.apply('2', 'two', 'DROP TABLE two; SELECT 1/0', permits => ARRAY['drop table public.two']);
SELECT count(*) FROM safemig.restore_points;

-- likewise before a rollback
SELECT safemig.apply('3', 'three', 'CREATE TABLE three (i int)', down => 'DROP TABLE three');
SELECT safemig.rollback('1.1', permits => ARRAY['drop table public.three']);
SELECT safemig.apply('4', 'four', 'SELECT 4', down => 'SELECT 4');
SELECT safemig.rollback('1.1');
SELECT version, name ~ '^safemig_rollback_3_\d{8}T\d{6}\.\d{6}Z$' AS name, lsn::pg_lsn <= pg_current_wal_insert_lsn() AS lsn, note
  FROM safemig.restore_points WHERE version <> '1.1';

SET safemig.enforce = off;
SET client_min_messages = error;
DROP FUNCTION regress_backup();
DROP TABLE two;
SELECT safemig.purge_object('public.one'), safemig.purge_object('public.three');
DROP EXTENSION safemig;
DROP OWNED BY regress_safemig_app; DROP ROLE regress_safemig_app;
