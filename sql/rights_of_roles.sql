-- What each role can do with the rights that doc/privileges.md gives it, and no more.
SET client_min_messages = error;
CREATE EXTENSION safemig;
CREATE ROLE regress_deployer;
CREATE ROLE regress_approver;
CREATE ROLE regress_auditor;
CREATE ROLE regress_outsider;
RESET client_min_messages;
\set VERBOSITY terse
CREATE SCHEMA regress_app AUTHORIZATION regress_deployer;

-- as the page gives them; test/t/160_privileges.pl has each of them
GRANT EXECUTE ON FUNCTION
	safemig.apply(text, text, text, text, text[], text, text, text[], text, boolean),
	safemig.register(text, text, text, text, text[], text, text, text[], text, boolean),
	safemig.rollback(text, text[], text),
	safemig.repeatable(text, text),
	safemig.seed(text, text, text[]),
	safemig.plan(text),
	safemig.note(text, text),
	safemig.dry_run(text, text[])
	TO regress_deployer;
GRANT EXECUTE ON PROCEDURE safemig.migrate(text) TO regress_deployer;
GRANT EXECUTE ON FUNCTION safemig.approve(text, text), safemig.attest(text, text, text), safemig.permit(text, text, interval, bigint, text) TO regress_approver;
GRANT USAGE ON SCHEMA regress_app TO regress_approver;
GRANT SELECT ON safemig.incidents, safemig.history TO regress_auditor;
GRANT EXECUTE ON FUNCTION safemig.spooled() TO regress_auditor;

-- the deployer: all of a deployment, on what is its own
SET ROLE regress_deployer;
SELECT safemig.apply('1', 'users', 'CREATE TABLE regress_app.users (id int PRIMARY KEY, name text)');
SELECT safemig.register('2', 'note', 'ALTER TABLE regress_app.users ADD COLUMN note text');
SELECT version, name FROM safemig.plan();
CALL safemig.migrate();
SELECT count(*) > 0 AS rehearsed FROM safemig.dry_run('ALTER TABLE regress_app.users ADD COLUMN more text');
SELECT count(*) AS findings FROM safemig.lint('ALTER TABLE regress_app.users ADD COLUMN more text') WHERE severity = 'error';
SELECT count(*) > 0 AS foreseen FROM safemig.effects('DROP TABLE regress_app.users');
SELECT safemig.note('2', 'seen');
SELECT safemig.repeatable('names', 'CREATE OR REPLACE VIEW regress_app.names AS SELECT name FROM regress_app.users');
SELECT safemig.seed('people', 'INSERT INTO regress_app.users VALUES (1)');
SELECT safemig.rollback('1');
SELECT version, state FROM safemig.status;
SELECT safemig.current_version();

-- and nothing else: its scripts have its rights, the registry is nobody's, the rest is others'
SELECT safemig.apply('3', 'role', 'CREATE ROLE regress_risen');
SELECT count(*) FROM safemig.migration;
UPDATE safemig.migration SET up = '';
SELECT safemig.approve('2');
SELECT safemig.permit('drop table regress_app.users', 'because');
SELECT safemig.set('approvals', '0');
SELECT safemig.mark('2', 'applied', 'because');
SELECT safemig.repair('1', 'because');
SELECT safemig.baseline('9', 'because');
SELECT count(*) FROM safemig.incidents;
SELECT count(*) FROM safemig.history;
SET safemig.enforce = off;
RESET ROLE;

-- the approver: a permit, no script; and an opinion on those of others
SELECT safemig.register('3', 'more', 'ALTER TABLE regress_app.users ADD COLUMN more text');
SET ROLE regress_approver;
SELECT safemig.attest('3', 'staging', 'ran for a week');
SELECT safemig.permit('drop table regress_app.users', 'it is empty') > 0 AS permitted;
SELECT safemig.apply('3', 'not mine', 'SELECT 1');
CALL safemig.migrate();
RESET ROLE;

-- the auditor reads what was done, and changes nothing
SET ROLE regress_auditor;
SELECT event, version FROM safemig.history WHERE event IN ('apply', 'rollback') ORDER BY at;
SELECT count(*) > 0 AS failed FROM safemig.incidents WHERE verdict = 'failed';
SELECT safemig.permit('drop table regress_app.users', 'because');
SELECT safemig.apply('3', 'not mine', 'SELECT 1');
RESET ROLE;

-- anybody: what holds no script, and no part of a deployment
SET ROLE regress_outsider;
SELECT version FROM safemig.system_versions;
SELECT safemig.apply('3', 'not mine', 'SELECT 1');
SELECT safemig.register('3', 'not mine', 'SELECT 1');
SELECT safemig.rollback('0');
SELECT safemig.repeatable('not mine', 'SELECT 1');
SELECT safemig.seed('not mine', 'SELECT 1');
SELECT safemig.dry_run('SELECT 1');
SELECT safemig.plan();
SELECT safemig.note('1', 'not mine');
SELECT safemig.mark('1', 'rolled back', 'because');
SELECT safemig.approve('2');
SELECT safemig.attest('2', 'staging');
CALL safemig.migrate();
SELECT up FROM safemig.migration;
SELECT * FROM safemig.incidents;
RESET ROLE;

SET safemig.enforce = off;
SET client_min_messages = error;
SELECT count(safemig.purge_id(id)) AS purged FROM safemig.bin;
DROP SCHEMA regress_app CASCADE;
DROP EXTENSION safemig CASCADE;
DROP ROLE regress_deployer, regress_approver, regress_auditor, regress_outsider;
