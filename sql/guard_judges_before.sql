-- Statements that commit on their own are judged before they start, and leave nothing half done.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int, v text);
INSERT INTO t VALUES (1, 'x');
CREATE INDEX t_id ON t (id);
CREATE INDEX t_v ON t (v);
CREATE TABLE logs (at int) PARTITION BY LIST (at);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES IN (1);
INSERT INTO logs VALUES (1);
-- DROP INDEX CONCURRENTLY, where indexes may not go
SELECT safemig.set_rule('drop index', 'refuse') > 0 AS set;
DROP INDEX CONCURRENTLY t_id;
DROP INDEX t_id;
SELECT indisvalid, indislive FROM pg_index WHERE indexrelid = 't_id'::regclass;
REINDEX INDEX CONCURRENTLY t_id;
SELECT safemig.drop_rule('drop index');
DROP INDEX CONCURRENTLY t_id;
SELECT to_regclass('t_id') IS NULL AS gone;
-- DETACH PARTITION CONCURRENTLY
ALTER TABLE logs DETACH PARTITION logs_1 CONCURRENTLY;
SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = 'logs_1'::regclass;
CREATE TABLE logs_2 (at int);
ALTER TABLE logs ATTACH PARTITION logs_2 FOR VALUES IN (2);
-- DROP SUBSCRIPTION, which would take the slot with it
SET client_min_messages = error;
CREATE SUBSCRIPTION regress_safemig_sub CONNECTION 'dbname=none' PUBLICATION p WITH (connect = false, slot_name = NONE);
RESET client_min_messages;
SELECT safemig.set_rule('drop subscription', 'refuse') > 0 AS set;
DROP SUBSCRIPTION regress_safemig_sub;
SELECT count(*) FROM pg_subscription;
SELECT safemig.drop_rule('drop subscription');
DROP SUBSCRIPTION regress_safemig_sub;
DROP SUBSCRIPTION IF EXISTS regress_safemig_sub;
-- DROP DATABASE and its rename; another database is nobody's loss here
SELECT current_database() AS here \gset
\set VERBOSITY sqlstate
DROP DATABASE :"here";
DROP DATABASE :"here" WITH (FORCE);
ALTER DATABASE :"here" RENAME TO other;
\set VERBOSITY terse
CREATE DATABASE regress_safemig_brief;
DROP DATABASE regress_safemig_brief WITH (FORCE);
-- large objects, one made by the same transaction
SELECT lo_create(4713);
SELECT lo_unlink(4713);
SELECT lo_unlink(oid) FROM pg_largeobject_metadata WHERE oid = 4713;
DELETE FROM pg_largeobject_metadata WHERE oid = 4713;
BEGIN;
SELECT lo_create(4714);
SELECT lo_unlink(4714);
COMMIT;
SELECT oid FROM pg_largeobject_metadata WHERE oid IN (4713, 4714);

SET client_min_messages = error;
SET safemig.enforce = off;
SELECT lo_unlink(4713);
DROP TABLE t, logs;
DROP EXTENSION safemig;
