-- What the bin needs, dropped by who owns it, purged in its order, and whose it was meanwhile.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('data', 'allow'), safemig.set('contract', 'allow') \g /dev/null
CREATE ROLE regress_safemig_owner;
CREATE ROLE regress_safemig_user;
CREATE ROLE regress_safemig_other;
CREATE SCHEMA app AUTHORIZATION regress_safemig_owner;
GRANT USAGE ON SCHEMA safemig TO regress_safemig_owner;
GRANT EXECUTE ON FUNCTION safemig.undrop, safemig.expose TO regress_safemig_owner;

-- by an owner who is no superuser
SET ROLE regress_safemig_owner;
CREATE TYPE app.phase AS ENUM ('new', 'done');
CREATE FUNCTION app.stamp() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NEW; END';
GRANT USAGE ON TYPE app.phase TO regress_safemig_user WITH GRANT OPTION;
REVOKE EXECUTE ON FUNCTION app.stamp FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.stamp TO regress_safemig_user, regress_safemig_other;
COMMENT ON TYPE app.phase IS 'of a task';
CREATE TABLE app.task (state app.phase);
CREATE TRIGGER stamp BEFORE INSERT ON app.task FOR EACH ROW EXECUTE FUNCTION app.stamp();
ALTER TABLE app.task ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON app.task TO regress_safemig_user, regress_safemig_other;
INSERT INTO app.task VALUES ('done');
RESET ROLE;
CREATE VIEW dress AS
	SELECT typname AS what, typowner::regrole::text AS owner, typacl::text AS acl, obj_description(oid, 'pg_type') FROM pg_type WHERE typname = 'phase'
	UNION ALL SELECT proname, proowner::regrole::text, proacl::text, NULL FROM pg_proc WHERE proname = 'stamp'
	UNION ALL SELECT polname, polroles::regrole[]::text, NULL, NULL FROM pg_policy WHERE polname = 'mine';
SELECT * FROM dress ORDER BY 1;
SET ROLE regress_safemig_owner;
DROP TABLE app.task;
DROP TYPE app.phase;
DROP FUNCTION app.stamp;
RESET ROLE;
SELECT * FROM dress ORDER BY 1;
-- nobody is held back: neither roles nor the schema
DROP ROLE regress_safemig_other;
DROP SCHEMA app;
SET ROLE regress_safemig_owner;
\set VERBOSITY default
SELECT safemig.undrop('app.task');
\set VERBOSITY terse
RESET ROLE;
SELECT safemig.undrop('app');
SET ROLE regress_safemig_owner;
SELECT safemig.undrop('app.task');
RESET ROLE;
SELECT * FROM dress ORDER BY 1;
SELECT * FROM app.task;

-- the type is somebody else's
ALTER TYPE app.phase OWNER TO regress_safemig_user;
GRANT USAGE ON SCHEMA app TO regress_safemig_user;
SET ROLE regress_safemig_owner;
DROP TABLE app.task;
DROP TYPE app.phase;
RESET ROLE;
SET ROLE regress_safemig_user;
DROP TYPE app.phase;
RESET ROLE;
SET ROLE regress_safemig_owner;
SELECT safemig.undrop('app.task');
RESET ROLE;

-- for good, in its order
SELECT min(id) AS needing, max(id) AS needed FROM safemig.bin WHERE state = 'kept' \gset
SELECT safemig.purge_id(:needed);
SELECT safemig.purge_object('app.phase');
SET safemig.enforce = off;
UPDATE safemig.bin_entry SET expires_at = now() - interval '1 day' WHERE id = :needed;
RESET safemig.enforce;
CALL safemig.purge_expired();
SELECT count(*) FROM safemig.health() h WHERE h::text ~ 'expired';
SELECT identity, state FROM safemig.bin WHERE id IN (:needing, :needed) ORDER BY id;
SET safemig.enforce = off;
UPDATE safemig.bin_entry SET expires_at = now() - interval '1 day' WHERE id = :needing;
RESET safemig.enforce;
CALL safemig.purge_expired();
SELECT identity, state FROM safemig.bin WHERE id IN (:needing, :needed) ORDER BY id;
SELECT count(*) FROM pg_type WHERE typname = 'phase';
SELECT count(*) FROM pg_namespace WHERE nspname ~ 'safemig_bin';

-- nothing is kept any more, and yet what is in the bin is not broken
CREATE TYPE kind AS ENUM ('a');
CREATE TABLE thing (k kind);
INSERT INTO thing VALUES ('a');
DROP TABLE thing;
SELECT safemig.set('keep', 'off') \g /dev/null
DROP TYPE kind CASCADE;
SELECT safemig.set('keep', 'on') \g /dev/null
SELECT safemig.undrop('public.thing');
SELECT * FROM thing;
DROP TABLE thing;
BEGIN;
SELECT safemig.permit('drop type public.kind without undo') > 0 AS permitted;
DROP TYPE kind;
COMMIT;
SELECT safemig.undrop('public.thing');
SELECT * FROM thing;

-- the extension does not go while there is one of them
DROP TABLE thing;
DROP TYPE kind;
SELECT safemig.purge_object('public.thing');
SET safemig.enforce = off;
DROP EXTENSION safemig;
SELECT safemig.purge_object('public.kind');
SET client_min_messages = error;
DROP VIEW dress;
DROP SCHEMA app CASCADE;
SELECT count(safemig.purge_id(id)) >= 0 AS purged FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept' ORDER BY id) s;
DROP EXTENSION safemig;
DROP ROLE regress_safemig_owner, regress_safemig_user;
