-- Disabling triggers is refused where there is one, and nobody's business where there is none.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE bare (id int PRIMARY KEY);
CREATE TABLE referring (id int REFERENCES bare);
CREATE TABLE watched (id int);
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER watcher BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION watch();
CREATE RULE quiet AS ON DELETE TO watched DO INSTEAD NOTHING;
-- one of its own
ALTER TABLE watched DISABLE TRIGGER ALL;
ALTER TABLE watched DISABLE TRIGGER USER;
ALTER TABLE watched DISABLE TRIGGER watcher;
ALTER TABLE watched ENABLE REPLICA TRIGGER watcher;
ALTER TABLE watched DISABLE RULE quiet;
ALTER TABLE watched ENABLE TRIGGER ALL;
ALTER TABLE watched ENABLE ALWAYS TRIGGER watcher;
-- those of a foreign key, on both sides
ALTER TABLE referring DISABLE TRIGGER ALL;
ALTER TABLE bare DISABLE TRIGGER ALL;
ALTER TABLE referring DISABLE TRIGGER USER;
-- and who is no superuser may not in any case
CREATE ROLE sm_owner;
ALTER TABLE referring OWNER TO sm_owner;
ALTER TABLE watched OWNER TO sm_owner;
SET ROLE sm_owner;
DO $$BEGIN
    ALTER TABLE referring DISABLE TRIGGER ALL;
EXCEPTION WHEN insufficient_privilege THEN RAISE NOTICE 'the server says so itself';
END$$;
ALTER TABLE watched DISABLE TRIGGER ALL;
RESET ROLE;
SELECT tgname, tgenabled FROM pg_trigger WHERE tgname = 'watcher';
-- none: as Rails does before it loads fixtures
ALTER TABLE referring DROP CONSTRAINT referring_id_fkey;
ALTER TABLE bare DISABLE TRIGGER ALL;
ALTER TABLE referring DISABLE TRIGGER ALL;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE referring, bare, watched;
DROP FUNCTION watch();
DROP ROLE sm_owner;
DROP EXTENSION safemig;
