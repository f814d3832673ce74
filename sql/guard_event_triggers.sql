-- A user's event trigger is no cover: neither within an extension's script nor between judging and doing.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE SCHEMA app CREATE TABLE t (id int);
INSERT INTO app.t VALUES (1);
CREATE TABLE seen (tag text);
CREATE FUNCTION act() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE current_setting('test.act', true);
END $$;
CREATE EVENT TRIGGER act ON ddl_command_end WHEN TAG IN ('CREATE FUNCTION') EXECUTE FUNCTION act();
SET test.act = 'ALTER EXTENSION cube ADD TABLE app.t; DROP TABLE app.t';
CREATE EXTENSION cube;
SET test.act = 'ALTER EXTENSION cube ADD TABLE app.t; TRUNCATE app.t';
CREATE EXTENSION cube;
SET test.act = 'DELETE FROM pg_attribute WHERE attrelid = ''app.t''::regclass';
DO $$
BEGIN
	CREATE EXTENSION cube;
EXCEPTION WHEN SQLSTATE 'SM001' THEN
	RAISE NOTICE 'refused';
END $$;
-- beside it: the script's own doings, and a trigger that only takes notes
SET test.act = 'INSERT INTO seen VALUES (tg_tag())';
CREATE FUNCTION tg_tag() RETURNS text LANGUAGE sql AS $$ SELECT 'a function'::text $$;
CREATE EXTENSION cube VERSION '1.2';
ALTER EXTENSION cube UPDATE;
SELECT DISTINCT tag FROM seen;
DROP EVENT TRIGGER act;
SELECT count(*) FROM app.t;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP EXTENSION cube;
DROP SCHEMA app CASCADE;
DROP TABLE seen;
DROP FUNCTION act(), tg_tag();
DROP EXTENSION safemig;
