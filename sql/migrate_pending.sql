-- What is registered waits, and runs in order, each in a transaction of its own.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_migrate_pending;
CREATE DATABASE regress_migrate_pending TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_migrate_pending
SET client_min_messages = warning;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE VIEW states AS SELECT version, name, state, note FROM safemig.status;
CREATE TABLE trail (version text, xid xid8 DEFAULT pg_current_xact_id());

SELECT safemig.register('1.10', 'ten', 'INSERT INTO trail VALUES (''1.10'')');
SELECT safemig.register('1.9', 'nine', 'INSERT INTO trail VALUES (''wrong'')');
-- it may be replaced while it waits
SELECT safemig.register('1.9', 'nine', 'INSERT INTO trail VALUES (''1.9'')');
SELECT safemig.register('1.9', 'nine', 'INSERT INTO trail VALUES (''1.9'')');
SELECT safemig.register('1.11', 'eleven', 'INSERT INTO trail SELECT 1 / 0');
SELECT safemig.register('1.12', 'twelve', 'INSERT INTO trail VALUES (''1.12'')');
-- what cannot run does not wait either, nor what is of another scheme
SELECT safemig.register('1.13', 'broken', 'INSERT INTO');
SELECT safemig.register('1.13', 'its own transaction', 'COMMIT');
SELECT safemig.register('20260119', 'dated', 'SELECT 1');
TABLE states;
SELECT * FROM safemig.system_versions;

-- up to a target
CALL safemig.migrate('1.9');
TABLE states;
CALL safemig.migrate('1.9.9');

-- a failure in the middle leaves what came before it, and is on record
CALL safemig.migrate();
TABLE states;
SELECT version, subject, detail FROM safemig.history WHERE event = 'failed' AND version IS NOT NULL;
SELECT version, statement FROM safemig.incidents WHERE version = '1.11';

-- inside a transaction block all is in that one
SELECT safemig.register('1.11', 'eleven', 'INSERT INTO trail VALUES (''1.11'')');
BEGIN;
CALL safemig.migrate();
TABLE states;
ROLLBACK;
TABLE states;
BEGIN;
CALL safemig.migrate();
COMMIT;
SELECT version, count(*) OVER (PARTITION BY xid) AS in_its_transaction FROM trail ORDER BY xid::text::bigint, version;

-- applied: it stays as it was
SELECT safemig.register('1.11', 'eleven', 'INSERT INTO trail VALUES (''1.11'')');
SELECT safemig.register('1.11', 'eleven', 'INSERT INTO trail VALUES (''1.12'')');
CALL safemig.migrate();

-- from a DO block, too, and within a subtransaction as in a block
SELECT safemig.register('1.13', 'thirteen', 'INSERT INTO trail VALUES (''1.13'')');
SELECT safemig.register('1.14', 'fourteen', 'INSERT INTO trail VALUES (''1.14'')');
DO $$ BEGIN CALL safemig.migrate('1.13'); END $$;
DO $$ BEGIN CALL safemig.migrate(); RAISE 'too late'; EXCEPTION WHEN raise_exception THEN NULL; END $$;
SELECT version, state FROM states WHERE version > '1.12';

-- below the newest applied version
SELECT safemig.register('1.12.5', 'late', 'INSERT INTO trail VALUES (''1.12.5'')');
CALL safemig.migrate();
SELECT safemig.register('1.12.5', 'late', 'INSERT INTO trail VALUES (''1.12.5'')', out_of_order => true);
CALL safemig.migrate();
SELECT detail FROM safemig.history WHERE event = 'apply' AND version = '1.12.5';

-- taken back, it waits no more until it is registered again
SELECT safemig.register('1.15', 'fifteen', 'CREATE TABLE made (i int)');
CALL safemig.migrate();
SELECT safemig.rollback('1.14');
CALL safemig.migrate();
SELECT safemig.register('1.15', 'fifteen', 'CREATE TABLE made (i int)');
CALL safemig.migrate();
SELECT version, state FROM states WHERE version > '1.12';

-- one that fails at its commit is on record as any that fails
SELECT safemig.register('1.15.1', 'late', 'CREATE TEMP TABLE a (id int PRIMARY KEY) ON COMMIT DELETE ROWS; CREATE TEMP TABLE b (id int REFERENCES a)');
CALL safemig.migrate();
SELECT version, state, note FROM safemig.status WHERE version = '1.15.1';
SELECT safemig.mark('1.15.1', 'rolled back', 'not needed');

-- a stored script that somebody wrote to
SELECT safemig.register('1.16', 'sixteen', 'SELECT 1');
SET safemig.enforce = off;
UPDATE safemig.migration SET up = up || ' -- changed' WHERE version = '1.10';
RESET safemig.enforce;
CALL safemig.migrate();
SELECT version, action FROM safemig.plan();
SELECT version, checksum_state FROM safemig.status WHERE version IN ('1.10', '1.16');
-- whoever brings it finds it, too; of others nothing is said
SELECT safemig.apply('1.10', 'ten', 'INSERT INTO trail VALUES (''1.10'')');
SELECT safemig.register('1.10', 'ten', 'INSERT INTO trail VALUES (''1.10'')');
SELECT safemig.apply('1.9', 'nine', 'INSERT INTO trail VALUES (''1.9'')');
SELECT safemig.repair('1.10', 'a comment');
-- one that waits is run as it was registered, or not at all
SET safemig.enforce = off;
UPDATE safemig.migration SET up = 'SELECT 2' WHERE version = '1.16';
RESET safemig.enforce;
SELECT version, action FROM safemig.plan();
SELECT version, checksum_state FROM safemig.status WHERE version = '1.16';
CALL safemig.migrate();
SELECT version, state FROM states WHERE version = '1.16';
SELECT safemig.register('1.16', 'sixteen', 'SELECT 1');
CALL safemig.migrate();
SELECT version, checksum_state FROM safemig.status WHERE checksum_state <> 'unchanged';

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_migrate_pending;
