-- Verdicts by environment, and safemig.enforce.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int, v text);
INSERT INTO t VALUES (1, 'x');
CREATE VIEW v AS SELECT id FROM t;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
SELECT action, category, decision FROM safemig.actions
 WHERE action IN ('drop table', 'rename table', 'drop view', 'drop index', 'update all', 'create', 'disarm') ORDER BY 1;
-- production
DROP TABLE t CASCADE;
ALTER TABLE t RENAME TO u;
DROP VIEW v;
CREATE VIEW v AS SELECT id FROM t;
CREATE OR REPLACE VIEW v AS SELECT id, v FROM t;
CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE OR REPLACE FUNCTION f2() RETURNS int LANGUAGE sql AS 'SELECT 2';
-- development: told, not stopped
SELECT safemig.set('environment', 'development');
ALTER TABLE t RENAME TO u;
DROP VIEW v;
TRUNCATE u;
DROP TABLE u;
SELECT name, value, "default" FROM safemig.settings WHERE name IN ('environment', 'data', 'contract');
-- single settings go before the environment's
CREATE TABLE t (id int);
INSERT INTO t VALUES (1);
SELECT safemig.set('data', 'refuse');
DROP TABLE t;
SELECT safemig.set('data', 'allow');
BEGIN;
DROP TABLE t;
ROLLBACK;
SELECT safemig.set('change', 'refuse');
CREATE TABLE not_outside (id int);
ALTER TABLE t ADD COLUMN b int;
SELECT safemig.apply('1', 'inside', 'CREATE TABLE inside_one (id int)');
SELECT safemig.set('change', 'log');
SELECT safemig.set('environment', 'production');
SELECT safemig.set('data', 'refuse');
-- enforce: warn tells what would be refused, off is silent, both a superuser's
SET safemig.enforce = warn;
BEGIN;
DROP TABLE t;
ROLLBACK;
SET safemig.enforce = off;
BEGIN;
DROP TABLE t;
ROLLBACK;
SET safemig.enforce = on;
CREATE ROLE regress_safemig_app;
SET ROLE regress_safemig_app;
SET safemig.enforce = off;
RESET ROLE;
-- wrong names and values
SELECT safemig.set('no_such', 'x');
SELECT safemig.set('data', 'maybe');
SELECT safemig.set('data', '');
SELECT safemig.set('data', 'allow|log');
SELECT safemig.set('runner_wait', '-1');
SELECT safemig.set('runner_wait', 'soon');
SELECT safemig.set(NULL, NULL);
SELECT event, subject, detail FROM safemig.history WHERE event = 'setting changed' ORDER BY id LIMIT 3;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t, inside_one;
DROP FUNCTION f(), f2();
DROP ROLE regress_safemig_app;
DROP EXTENSION safemig;
