-- The gates require_tested and approvals: of the very script that is to run.
SET client_min_messages = error; CREATE EXTENSION safemig; RESET client_min_messages; \set VERBOSITY terse
CREATE ROLE regress_safemig_ann; CREATE ROLE regress_safemig_bob;
GRANT USAGE ON SCHEMA safemig TO regress_safemig_ann, regress_safemig_bob;
GRANT EXECUTE ON FUNCTION safemig.approve TO regress_safemig_ann, regress_safemig_bob;
SELECT safemig.baseline('0.1', 'as it is');

SELECT safemig.set('require_tested', 'on');
SELECT safemig.register('1', 'one', 'CREATE TABLE one (i int)');
CALL safemig.migrate();
SELECT safemig.attest('1', 'development');
CALL safemig.migrate();
SELECT safemig.attest('1', 'staging');
-- not of another script
SELECT safemig.register('1', 'one', 'CREATE TABLE one (i bigint)');
CALL safemig.migrate();
SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i bigint)');
-- but whatever its comments
SELECT safemig.register('1', 'one', 'CREATE TABLE one (i int) -- the first');
CALL safemig.migrate();
SELECT safemig.set('require_tested', 'off');

SELECT safemig.set('approvals', 'many');
SELECT safemig.set('approvals', '2');
SELECT safemig.register('2', 'two', 'CREATE TABLE two (i int)');
\set VERBOSITY default
\set SHOW_CONTEXT never
CALL safemig.migrate();
\set VERBOSITY terse
SET SESSION AUTHORIZATION regress_safemig_ann;
SELECT safemig.approve('2');
SELECT safemig.approve('2', 'once more');
RESET SESSION AUTHORIZATION;
CALL safemig.migrate();
SET SESSION AUTHORIZATION regress_safemig_bob;
SELECT safemig.approve('2');
RESET SESSION AUTHORIZATION;
CALL safemig.migrate();
SELECT version FROM safemig.system_versions;

-- nor of the same words with more permits, another down script or without its check
SELECT safemig.set('approvals', '1');
INSERT INTO two VALUES (1);
SELECT safemig.register('3', 'three', 'DROP TABLE two', check_sql => 'SELECT to_regclass(''two'') IS NOT NULL');
SET SESSION AUTHORIZATION regress_safemig_ann;
SELECT safemig.approve('3', 'the guard stops it');
RESET SESSION AUTHORIZATION;
CALL safemig.migrate();
SELECT safemig.apply('3', 'three', 'DROP TABLE two', permits => '{drop table public.two}');
SELECT safemig.register('3', 'three', 'DROP TABLE two', permits => '{drop table public.two}');
CALL safemig.migrate();
SELECT version, approved_by, current FROM safemig.approvals WHERE version = '3';
SELECT state, evidence FROM safemig.checklist('3') WHERE item = 'approval';
SET SESSION AUTHORIZATION regress_safemig_ann;
SELECT safemig.approve('3', 'it may go');
RESET SESSION AUTHORIZATION;
SELECT safemig.apply('3', 'three', 'DROP TABLE two', 'TABLE one', permits => '{drop table public.two}');
SET client_min_messages = error;
CALL safemig.migrate();
RESET client_min_messages;
SELECT version FROM safemig.system_versions;

SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE one;
SELECT safemig.purge_object('public.two') \g /dev/null
DROP OWNED BY regress_safemig_ann, regress_safemig_bob;
DROP EXTENSION safemig;
DROP ROLE regress_safemig_ann, regress_safemig_bob;
