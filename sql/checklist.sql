-- The list before a deployment, each line answered from what is on record.
SET client_min_messages = error;
CREATE EXTENSION safemig;
-- a part of its own, stood in for where it is not installed
SET safemig.enforce = off;
DO $$ BEGIN
	IF to_regclass('safemig.backup_record') IS NULL THEN
		CREATE TABLE safemig.backup_record (location text NOT NULL, taken_at timestamptz NOT NULL, bytes bigint, sha256 text,
			restored_ok boolean, label text, readable boolean NOT NULL, recorded_at timestamptz NOT NULL, recorded_by text NOT NULL, bound_to text NOT NULL);
	END IF;
END $$;
RESET safemig.enforce;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE users (id int PRIMARY KEY, email text);
INSERT INTO users VALUES (1, 'a'), (2, 'b');
SELECT safemig.register('1.1', 'language', 'ALTER TABLE users ADD language text', 'ALTER TABLE users DROP language');
SELECT safemig.register('1.2', 'email', 'ALTER TABLE users DROP email', permits => '{drop column public.users.email}');
SELECT safemig.register('1.3', 'city', 'ALTER TABLE users ADD city text NOT NULL');

SELECT item, state, evidence, CASE WHEN item !~ 'backup' THEN next END AS next FROM safemig.checklist('1.1');
-- what is asked of one that loses, and of one that needs a backfill
SELECT item, state, evidence, next FROM safemig.checklist('1.2') WHERE item IN ('backward compatible', 'data intact', 'backfill needed', 'rollback known', 'dry run done');
SELECT item, state, evidence FROM safemig.checklist('1.3') WHERE item IN ('backward compatible', 'data intact', 'backfill needed');
SELECT count(*) FROM safemig.checklist('9.9');
SELECT count(*) FROM safemig.checklist(NULL);

SELECT safemig.register('1.5', 'names', 'ALTER TABLE users RENAME id TO nr; UPDATE users SET email = NULL');
SELECT item, state, evidence FROM safemig.checklist('1.5') WHERE item IN ('backward compatible', 'data intact');

-- the work is done, and each line closes
SELECT count(*) FROM safemig.dry_run('ALTER TABLE users ADD language text');
SELECT safemig.attest('1.1', 'test');
SELECT item, state FROM safemig.checklist('1.1') WHERE item IN ('dry run done', 'tested in staging');
SELECT safemig.attest('1.1', 'staging');
CREATE ROLE regress_safemig_reader SUPERUSER;
SET SESSION AUTHORIZATION regress_safemig_reader;
SELECT safemig.approve('1.1', 'read it');
RESET SESSION AUTHORIZATION;
SET safemig.enforce = off;
INSERT INTO safemig.backup_record SELECT 'old', now() - interval '3 days', 1, NULL, true, NULL, true, now(), 'me', (SELECT bound_to FROM safemig.dry_run_record LIMIT 1);
SELECT item, state FROM safemig.checklist('1.1') WHERE item ~ 'backup';
INSERT INTO safemig.backup_record SELECT 'elsewhere', now(), 1, NULL, true, NULL, true, now(), 'me', 'another/database';
SELECT item, state FROM safemig.checklist('1.1') WHERE item ~ 'backup';
INSERT INTO safemig.backup_record SELECT 'new', now(), 1, NULL, NULL, NULL, true, now(), 'me', (SELECT bound_to FROM safemig.dry_run_record LIMIT 1);
RESET safemig.enforce;
SELECT item, state FROM safemig.checklist('1.1');
-- another script needs all of it anew
BEGIN;
SELECT safemig.register('1.1', 'language', 'ALTER TABLE users ADD language varchar', 'ALTER TABLE users DROP language');
SELECT item, state, evidence FROM safemig.checklist('1.1') WHERE item IN ('dry run done', 'tested in staging', 'approval');
ROLLBACK;
-- a gate that is closed, and not by words only
SELECT safemig.set('require_dry_run', 'on');
SELECT item, state, evidence FROM safemig.checklist('1.2') WHERE item = 'gates open';
SELECT item, state, evidence FROM safemig.checklist('1.1') WHERE item = 'gates open';
SELECT safemig.set('require_dry_run', 'off');

-- applied: what it did, instead of what it would do
CALL safemig.migrate('1.2');
SELECT item, state FROM safemig.checklist('1.1');
SELECT item, state, evidence FROM safemig.checklist('1.2') WHERE item IN ('data intact', 'backfill needed', 'rollback known', 'gates open');
SELECT safemig.apply('1.4', 'write', 'UPDATE users SET language = id::text WHERE id = 1; DELETE FROM users WHERE id = 2');
SELECT item, state, evidence, next FROM safemig.checklist('1.4') WHERE item IN ('data intact', 'backfill needed', 'rollback known');

-- whoever may call it, and nobody else; it lends no right
CREATE ROLE regress_safemig_deployer;
GRANT EXECUTE ON FUNCTION safemig.checklist TO regress_safemig_deployer;
SET ROLE regress_safemig_deployer;
SELECT count(*) FROM safemig.checklist('1.3');
SELECT * FROM safemig.checklist_lines('x', 'x', '[]', '[]', '{}', NULL);
RESET ROLE;
REVOKE EXECUTE ON FUNCTION safemig.checklist FROM regress_safemig_deployer;
SET ROLE regress_safemig_deployer;
SELECT count(*) FROM safemig.checklist('1.3');
RESET ROLE;

SET client_min_messages = error;
SET safemig.enforce = off;
SELECT safemig.purge_object('public.users.email') \g /dev/null
DROP ROLE regress_safemig_deployer, regress_safemig_reader;
DROP TABLE users;
DROP EXTENSION safemig CASCADE;
