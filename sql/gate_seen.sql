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

SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE one, two;
DROP OWNED BY regress_safemig_ann, regress_safemig_bob;
DROP EXTENSION safemig;
DROP ROLE regress_safemig_ann, regress_safemig_bob;
