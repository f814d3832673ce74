-- health(): what weakens the guard, with the statement that puts it right.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TEMP VIEW sick AS SELECT "check", state, detail, what_to_do FROM safemig.health() WHERE what_to_do IS NOT NULL AND detail !~ '^(session |level 1|safemig.enforce is off in this)';
SELECT * FROM sick;
SELECT "check", state FROM safemig.health() WHERE "check" NOT IN ('sessions') ORDER BY 1;

-- each weakness is found, and gone when its remedy has run
SET safemig.enforce = off;
CREATE ROLE regress_safemig_weak;
GRANT SET ON PARAMETER safemig.enforce TO regress_safemig_weak;
GRANT SET ON PARAMETER session_preload_libraries TO PUBLIC;
CREATE FUNCTION weak() RETURNS int LANGUAGE sql SET safemig.enforce = off AS 'SELECT 1';
ALTER ROLE regress_safemig_weak SET safemig.enforce = warn;
ALTER EVENT TRIGGER safemig_ddl_start DISABLE;
SELECT safemig.set_rule('truncate', 'allow');
CREATE TABLE t (id int);
SELECT safemig.permit('truncate public.t', valid_for => '1 hour') > 0 AS given;
SELECT safemig.permit('truncate public.t', valid_for => '10 years') > 0 AS given;
SELECT "check", state, regexp_replace(detail, '[0-9]{4}-.*', 'DAY') AS detail, what_to_do FROM sick;
REVOKE SET ON PARAMETER safemig.enforce FROM regress_safemig_weak;
REVOKE SET ON PARAMETER session_preload_libraries FROM PUBLIC;
ALTER FUNCTION weak() RESET safemig.enforce;
ALTER ROLE regress_safemig_weak RESET safemig.enforce;
SELECT safemig.drop_rule('truncate');
SELECT safemig.revoke_permit(max(id)) FROM safemig.permits;
SET client_min_messages = error;
SELECT safemig.arm();
RESET client_min_messages;
SELECT * FROM sick;
SELECT "check", state, detail FROM safemig.health() WHERE detail ~ 'enforce is';
RESET safemig.enforce;

-- an environment that was set in another database
SELECT safemig.set('environment', 'test');
SET safemig.enforce = off;
UPDATE safemig.config SET bound_to = '1/1' WHERE name = 'environment';
RESET safemig.enforce;
SELECT * FROM safemig.health() WHERE detail ~ 'counts as production';
SELECT safemig.library_version() = extversion AS same_version FROM pg_extension WHERE extname = 'safemig';

-- not for everybody
SET ROLE regress_safemig_weak;
SELECT * FROM safemig.health();
RESET ROLE;

-- inventory: what there is, protected by its parents too
CREATE TABLE parent (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE child PARTITION OF parent FOR VALUES FROM (0) TO (10);
CREATE TABLE "Odd name" (id int REFERENCES parent);
CREATE VIEW over AS SELECT id FROM parent;
SELECT safemig.protect('public.parent', 'rows') > 0 AS protected;
SELECT safemig.protect('public.child', 'data') > 0 AS protected;
SELECT identity, kind, rows, protection, exempt, dependents FROM safemig.inventory WHERE identity ~ '^public\.(parent|child|"Odd)' ORDER BY 1;
SET ROLE regress_safemig_weak;
SELECT count(*) > 0 AS readable FROM safemig.inventory;
RESET ROLE;

SET safemig.enforce = off;
SET client_min_messages = error;
DROP VIEW sick;
DROP TABLE "Odd name", parent CASCADE;
DROP TABLE t;
DROP FUNCTION weak();
DROP ROLE regress_safemig_weak;
DROP EXTENSION safemig;
