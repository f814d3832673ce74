-- Settings, replica sessions and hands on the guard's own objects; beside them, what may be set.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE ROLE regress_safemig_app;
CREATE TABLE t (id int);
INSERT INTO t VALUES (1), (2);
ALTER TABLE t OWNER TO regress_safemig_app;
-- a session that plays replica, and one whose settings are reset
SET session_replication_role = replica;
DROP TABLE t;
TRUNCATE t;
DELETE FROM t;
ALTER EVENT TRIGGER safemig_ddl_start DISABLE;
DELETE FROM t WHERE id = 2;
RESET session_replication_role;
SET safemig.enforce = off;
RESET ALL;
TRUNCATE t;
SET safemig.enforce = off;
DISCARD ALL;
TRUNCATE t;
BEGIN;
SET LOCAL safemig.enforce = off;
TRUNCATE t;
ROLLBACK;
TRUNCATE t;
BEGIN;
SAVEPOINT s;
SET safemig.enforce = off;
ROLLBACK TO s;
TRUNCATE t;
ROLLBACK;
SELECT set_config('safemig.enforce', 'off', true);
TRUNCATE t;
-- whoever is no superuser sets nothing of ours, by whatever way
\set VERBOSITY sqlstate
SET ROLE regress_safemig_app;
SET safemig.enforce = off;
SET LOCAL safemig.enforce = off;
SELECT set_config('safemig.enforce', 'off', false);
UPDATE pg_settings SET setting = 'off' WHERE name = 'safemig.enforce';
ALTER ROLE regress_safemig_app SET safemig.enforce = off;
CREATE FUNCTION pg_temp.f() RETURNS void LANGUAGE sql SET safemig.enforce = off AS 'DELETE FROM t';
LOAD 'safemig';
SELECT safemig.set('data', 'allow');
SELECT safemig.permit('truncate t');
\set VERBOSITY terse
RESET ALL;
TRUNCATE t;
SET work_mem = '5MB';
SELECT set_config('work_mem', '6MB', false);
RESET ROLE;
-- the event trigger and its function
ALTER EVENT TRIGGER safemig_ddl_start DISABLE;
ALTER EVENT TRIGGER safemig_ddl_start ENABLE REPLICA;
ALTER EVENT TRIGGER safemig_ddl_start RENAME TO x;
ALTER EVENT TRIGGER safemig_ddl_start OWNER TO CURRENT_USER;
DROP EVENT TRIGGER safemig_ddl_start;
DROP FUNCTION safemig.on_ddl_start() CASCADE;
DROP FUNCTION safemig.apply CASCADE;
CREATE OR REPLACE FUNCTION safemig.on_ddl_start() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
ALTER FUNCTION safemig.on_ddl_start() SET search_path = x;
ALTER FUNCTION safemig.on_ddl_start() RENAME TO x;
CREATE FUNCTION mine() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION mine();
ALTER EVENT TRIGGER mine DISABLE;
ALTER EVENT TRIGGER mine RENAME TO my;
DROP FUNCTION mine CASCADE;
-- the extension and its members
ALTER EXTENSION safemig DROP EVENT TRIGGER safemig_ddl_start;
ALTER EXTENSION safemig DROP FUNCTION safemig.on_ddl_start();
ALTER EXTENSION safemig ADD TABLE t;
ALTER EXTENSION safemig SET SCHEMA public;
DROP EXTENSION IF EXISTS safemig, no_such CASCADE;
-- by a permit
BEGIN;
SELECT safemig.permit('drop event trigger safemig_ddl_start') > 0 AS given;
DROP EVENT TRIGGER safemig_ddl_start;
ROLLBACK;
SELECT safemig.permit('disarm extension safemig');
-- catalogs by hand, by every statement that writes rows
\set VERBOSITY sqlstate
UPDATE pg_class SET relname = 'u' WHERE relname = 't';
UPDATE pg_event_trigger SET evtenabled = 'D' WHERE evtname ~ 'safemig';
DELETE FROM pg_attribute WHERE attrelid = 't'::regclass;
MERGE INTO pg_event_trigger e USING t ON e.evtname ~ 'safemig' WHEN MATCHED THEN DELETE;
INSERT INTO pg_db_role_setting SELECT 0, 0, '{safemig.enforce=off}';
COPY pg_event_trigger FROM '/dev/null';
COPY t FROM STDIN;
3
\.
CREATE TEMP TABLE catalogs AS SELECT relname FROM pg_class;
DELETE FROM catalogs;
SELECT count(*) FROM t;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t;
DROP ROLE regress_safemig_app;
DROP EXTENSION safemig;
