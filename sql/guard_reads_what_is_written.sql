-- Settings and rules hold from the next statement on, however their rows came:
-- a restore into this very session, or a superuser's own hand.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int, at timestamptz);
INSERT INTO t VALUES (1, now());
CREATE INDEX t_id ON t (id);
DROP INDEX t_id;
CREATE INDEX t_id ON t (id);
-- as pg_restore brings them
COPY safemig.config (name, value) FROM STDIN;
upkeep	refuse
\.
DROP INDEX t_id;
-- by hand, with the triggers of a replica asleep
SET safemig.enforce = off;
SET session_replication_role = replica;
DELETE FROM safemig.config;
INSERT INTO safemig.rule (kind, action, decision, bound_to, set_by, set_at)
	VALUES ('rule', 'truncate', 'allow', 'elsewhere', 'me', now());
RESET session_replication_role;
SET safemig.enforce = on;
DROP INDEX t_id;
TRUNCATE t;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t;
SELECT safemig.purge_id(id) FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b \g /dev/null
DROP EXTENSION safemig;
