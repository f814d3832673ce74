-- A role that may deploy does all of it with grants alone; another one none of it.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_migrate_rights;
CREATE DATABASE regress_migrate_rights TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_migrate_rights
SET client_min_messages = warning;
CREATE ROLE regress_deploy LOGIN;
CREATE ROLE regress_other LOGIN;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
GRANT CREATE ON SCHEMA public TO regress_deploy;
GRANT EXECUTE ON FUNCTION safemig.register, safemig.apply, safemig.rollback, safemig.plan, safemig.repeatable,
	safemig.seed, safemig.note, safemig.mark, safemig.repair, safemig.baseline, safemig.attest TO regress_deploy;
GRANT EXECUTE ON PROCEDURE safemig.migrate TO regress_deploy;
CREATE TABLE secret (what text);
INSERT INTO secret VALUES ('x');

SET SESSION AUTHORIZATION regress_deploy;
SELECT safemig.baseline('0', 'empty');
SELECT safemig.register('1', 'one', 'CREATE TABLE mine (i int)');
SELECT safemig.register('2', 'two', 'SELECT set_config(''regress.who'', current_user, false)', check_sql => 'SELECT current_user = ''regress_deploy''');
SELECT version, action FROM safemig.plan();
CALL safemig.migrate();
SELECT safemig.repeatable('mine', 'CREATE OR REPLACE VIEW all_mine AS SELECT i FROM mine');
SELECT safemig.note('1', 'noted');
SELECT safemig.attest('1', 'test', NULL);
SELECT safemig.repair('1', 'reworded', up => 'CREATE TABLE mine (i integer)');
SELECT safemig.mark('3', 'applied', 'by hand');
SELECT safemig.mark('3', 'rolled back', 'by hand');
-- scripts have the caller's rights and no more
SELECT safemig.register('4', 'four', 'UPDATE secret SET what = ''y'' WHERE what = ''x''');
CALL safemig.migrate();
SELECT safemig.mark('4', 'rolled back', 'not mine');
SELECT safemig.rollback('1');
SELECT version, name, state, applied_by FROM safemig.status;
-- nor do they reach the registry
SELECT up FROM safemig.migration;
SELECT * FROM safemig.approval;
SELECT safemig.apply('5', 'five', 'UPDATE safemig.migration SET state = ''applied''');

SET SESSION AUTHORIZATION regress_other;
SELECT safemig.register('6', 'six', 'SELECT 6');
CALL safemig.migrate();
SELECT * FROM safemig.plan();
SELECT safemig.baseline('0', 'empty');
SELECT safemig.repeatable('x', 'SELECT 1');
SELECT safemig.seed('x', 'SELECT 1');
SELECT safemig.mark('1', 'applied', 'x');
SELECT safemig.repair('1', 'x');
SELECT safemig.note('1', 'x');
SELECT safemig.approve('1', 'x');
SELECT safemig.attest('1', 'test', 'x');
-- what it may do is look
SELECT version, name, state FROM safemig.status;
SELECT count(*) FROM safemig.approvals;
RESET SESSION AUTHORIZATION;

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_migrate_rights;
DROP ROLE regress_deploy, regress_other;
