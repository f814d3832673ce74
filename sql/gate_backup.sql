-- The gates backup_max_age, require_down and require_maintenance, and all that are closed in one error.
SET client_min_messages = error; CREATE EXTENSION safemig; RESET client_min_messages; \set VERBOSITY terse
SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i int)');

SELECT safemig.set('backup_max_age', '1 day');
SELECT safemig.apply('2', 'two', 'CREATE TABLE two (i int)');
-- not one that is too old, could not be restored, or that nobody has tried
SELECT safemig.record_backup('old', now() - interval '2 days', 1000, 'abc', true);
SELECT safemig.apply('2', 'two', 'CREATE TABLE two (i int)');
SELECT safemig.record_backup('bad', now() - interval '3 hours', 1000, 'abc', false);
SELECT safemig.apply('2', 'two', 'CREATE TABLE two (i int)');
SELECT safemig.record_backup('new', now() - interval '2 hours', 1000);
SELECT safemig.apply('2', 'two', 'CREATE TABLE two (i int)');
-- once it is restored, it will do; it is still the same backup
SELECT safemig.record_backup(location, taken_at, restored_ok => true) FROM safemig.backups WHERE location = 'new';
SELECT safemig.apply('2', 'two', 'CREATE TABLE two (i int)');
SELECT location, bytes, sha256, restored_ok, verified, label FROM safemig.backups;
SELECT event, subject, detail FROM safemig.history WHERE event ~ 'backup' ORDER BY id;
-- one of another database, which came here with a restore, will not
SET safemig.enforce = off;
UPDATE safemig.backup_record SET bound_to = '1/1';
RESET safemig.enforce;
SELECT safemig.apply('3', 'three', 'CREATE TABLE three (i int)');
SELECT safemig.set('backup_max_age', 'off');
SELECT safemig.apply('3', 'three', 'CREATE TABLE three (i int)');

-- what is no backup is not recorded
SELECT safemig.record_backup(NULL, now());
SELECT safemig.record_backup('x', NULL);
SELECT safemig.record_backup('', now());
SELECT safemig.record_backup('x', now() + interval '1 hour');
SELECT safemig.record_backup('x', 'infinity');
SELECT safemig.record_backup('x', now(), 0);
SELECT safemig.set('backup_max_age', 'one day');
SELECT safemig.set('backup_max_age', '1s');
SELECT safemig.set('backup_keep_for', 'for ever');

-- a down script, be it that nothing is to be done
SELECT safemig.set('require_down', 'on');
SELECT safemig.apply('4', 'four', 'CREATE TABLE four (i int)');
SELECT safemig.apply('4', 'four', 'CREATE TABLE four (i int)', down => ' ');
SELECT safemig.apply('4', 'four', 'CREATE TABLE four (i int)', down => '-- none needed');
-- maintenance, for a migration with permits
SELECT safemig.set('require_maintenance', 'on');
SELECT safemig.apply('5', 'five', 'DROP TABLE four', down => '--', permits => ARRAY['drop table public.four']);
SELECT safemig.apply('5', 'five', 'CREATE TABLE five (i int)', down => '--');
SELECT safemig.maintenance_on('back soon');
SELECT safemig.apply('6', 'six', 'DROP TABLE four', down => '--', permits => ARRAY['drop table public.four']);
SELECT safemig.maintenance_off();

-- all that are closed are said at once
SELECT safemig.set('backup_max_age', '1 day'), safemig.set('require_dry_run', 'on');
\set VERBOSITY default
SELECT safemig.apply('7', 'seven', 'DROP TABLE five', permits => ARRAY['drop table public.five']);
SELECT to_regclass('five');

-- nobody but who was granted it records one
CREATE ROLE regress_safemig_app;
SET ROLE regress_safemig_app;
SELECT safemig.record_backup('x', now(), restored_ok => true);
SELECT count(*) FROM safemig.backups;
RESET ROLE;
GRANT USAGE ON SCHEMA safemig TO regress_safemig_app;
GRANT EXECUTE ON FUNCTION safemig.record_backup TO regress_safemig_app;
GRANT SELECT ON safemig.backups TO regress_safemig_app;
SET ROLE regress_safemig_app;
SELECT safemig.record_backup('by the tool', now() - interval '1 minute', restored_ok => true);
SELECT location, verified FROM safemig.backups WHERE location = 'by the tool';
RESET ROLE;

SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE one, two, three, five;
SELECT safemig.purge_object('public.four');
DROP OWNED BY regress_safemig_app;
DROP EXTENSION safemig;
DROP ROLE regress_safemig_app;
