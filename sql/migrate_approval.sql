-- Who has looked at a script, and where it was tried.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_migrate_approval;
CREATE DATABASE regress_migrate_approval TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_migrate_approval
SET client_min_messages = warning;
CREATE ROLE regress_author LOGIN;
CREATE ROLE regress_approver LOGIN;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
GRANT CREATE ON SCHEMA public TO regress_author;
GRANT EXECUTE ON FUNCTION safemig.register, safemig.approve TO regress_author;
GRANT EXECUTE ON FUNCTION safemig.approve, safemig.attest TO regress_approver;
CREATE VIEW approvals AS SELECT version, approved_by, note, current FROM safemig.approvals;

SET SESSION AUTHORIZATION regress_author;
SELECT safemig.register('1', 'one', 'CREATE TABLE a (i int)');
SELECT safemig.approve('1', 'looks good to me');
RESET SESSION AUTHORIZATION;
-- another role is no other person
GRANT regress_approver TO regress_author;
SET SESSION AUTHORIZATION regress_author;
SET ROLE regress_approver;
SELECT safemig.approve('1', 'looks good to me');
RESET SESSION AUTHORIZATION;
REVOKE regress_approver FROM regress_author;

SET SESSION AUTHORIZATION regress_approver;
SELECT safemig.approve('1', 'read it');
SELECT safemig.approve('1', 'read it again');
SELECT safemig.approve('2', 'not there');
SELECT safemig.attest('1', 'staging', 'ran for a week');
SELECT safemig.attest('1', 'moon', 'no such');
SELECT safemig.register('1', 'one', 'CREATE TABLE b (i int)');
RESET SESSION AUTHORIZATION;
SELECT * FROM approvals;
SELECT version, environment, attested_by, note, current FROM safemig.attestations;
-- what failed here is no failed attempt at the version
SELECT version, state FROM safemig.status;

-- other spacing is the same script, another script is not approved
SET SESSION AUTHORIZATION regress_author;
SELECT safemig.register('1', 'one', 'CREATE  TABLE a (i int) -- a');
RESET SESSION AUTHORIZATION;
SELECT version, current FROM approvals;
SET SESSION AUTHORIZATION regress_author;
SELECT safemig.register('1', 'one', 'CREATE TABLE b (i int)');
RESET SESSION AUTHORIZATION;
SELECT version, current FROM approvals;
SELECT version, current FROM safemig.attestations;

-- what is applied does not wait
CALL safemig.migrate();
SELECT safemig.approve('1', 'too late');
SELECT event, version, reason, session_role FROM safemig.history WHERE event IN ('approval', 'attestation') ORDER BY id;

-- what has only a name, and no version before it, waits for them as well
SELECT safemig.set('approvals', '1'), safemig.set('require_tested', 'on');
SELECT safemig.repeatable('ones', 'CREATE OR REPLACE VIEW ones AS SELECT 1 AS one');
CALL safemig.migrate();
SELECT safemig.attest('repeatable ones', 'staging');
SET SESSION AUTHORIZATION regress_approver;
SELECT safemig.approve('repeatable ones', 'read it');
RESET SESSION AUTHORIZATION;
SELECT safemig.repeatable('ones', 'CREATE OR REPLACE VIEW ones AS SELECT 1 AS one');
SELECT safemig.repeatable('ones', 'CREATE OR REPLACE VIEW ones AS SELECT 2 AS one');
SELECT safemig.set('approvals', '0'), safemig.set('require_tested', 'off');
CALL safemig.migrate();
SELECT one FROM ones;

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_migrate_approval;
DROP ROLE regress_author, regress_approver;
