-- The guard protects itself, superusers included, and tells the way out.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int);
INSERT INTO t VALUES (1);
\set VERBOSITY default
DROP EXTENSION safemig;
\set VERBOSITY terse
DROP EXTENSION safemig CASCADE;
DROP SCHEMA safemig CASCADE;
DROP TABLE safemig.config;
DROP FUNCTION safemig.permit(text, text, interval, bigint, text);
DROP EVENT TRIGGER safemig_ddl_start;
ALTER EVENT TRIGGER safemig_ddl_start DISABLE;
ALTER EXTENSION safemig DROP TABLE safemig.config;
ALTER TABLE safemig.config RENAME TO other;
ALTER TABLE safemig.config ADD COLUMN x int;
ALTER SCHEMA safemig RENAME TO other;
TRUNCATE safemig.incident;
DELETE FROM safemig.incident;
SET safemig.enforce = warn;
DROP EXTENSION safemig;
RESET safemig.enforce;
SELECT c FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(setconfig) c
 WHERE d.datname = current_database() AND setrole = 0 AND c ~ 'preload';
-- what is made its member later, too
SET safemig.enforce = off;
CREATE TABLE added (id int PRIMARY KEY);
ALTER EXTENSION safemig ADD TABLE added;
SET safemig.enforce = on;
DROP TABLE added;
DROP INDEX added_pkey;
DELETE FROM added WHERE id = 1;
SET safemig.enforce = off;
ALTER EXTENSION safemig DROP TABLE added;
SET safemig.enforce = on;
DELETE FROM added WHERE id = 1;
DROP TABLE added;
-- beside it
COMMENT ON TABLE t IS 'mine';
CREATE EXTENSION pg_trgm;
DROP EXTENSION pg_trgm;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t, added;
DROP EXTENSION safemig;
-- nothing is left behind
SELECT count(*) FROM pg_namespace WHERE nspname = 'safemig';
SELECT count(*) FROM pg_event_trigger;
SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase,
	unnest(setconfig) c
 WHERE d.datname = current_database() AND c ~ 'safemig';
