-- A user's event trigger is no cover: neither within an extension's script nor between judging and doing.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
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
-- the name leads elsewhere when the statement runs
CREATE TABLE orders (id int, amt numeric);
INSERT INTO orders VALUES (1, 1.25);
CREATE TYPE kind AS ENUM ('a');
CREATE TEMP TABLE orders (id int, amt numeric, extra int);
CREATE TYPE pg_temp.kind AS ENUM ('a');
CREATE FUNCTION sw() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('search_path', current_setting('test.path'), false);
END $$;
CREATE EVENT TRIGGER sw ON ddl_command_start WHEN TAG IN ('ALTER TABLE', 'ALTER TYPE') EXECUTE FUNCTION sw();
SET test.path = 'public, pg_temp';
SET search_path = pg_temp, public;
ALTER TABLE orders ALTER amt TYPE int USING NULL;
SET search_path = pg_temp, public;
ALTER TABLE orders RENAME amt TO other;
SET search_path = pg_temp, public;
ALTER TABLE orders RENAME TO other;
SET search_path = pg_temp, public;
ALTER TABLE orders SET SCHEMA app;
SET search_path = pg_temp, public;
ALTER TABLE orders SET UNLOGGED;
SET search_path = pg_temp, public;
ALTER TABLE orders DROP COLUMN amt;
SET search_path = pg_temp, public;
ALTER TYPE kind RENAME VALUE 'a' TO 'b';
SET search_path = pg_temp, public;
ALTER TABLE orders ADD COLUMN note text;
-- beside it: to where it is nobody's loss
SET test.path = 'pg_temp, public';
SET search_path = public, pg_temp;
ALTER TABLE orders RENAME extra TO other;
SET search_path = pg_temp, public;
ALTER TABLE orders ALTER amt TYPE int USING NULL;
SELECT * FROM public.orders;
DROP EVENT TRIGGER sw;
RESET search_path;
SELECT count(*) FROM app.t;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP EXTENSION cube;
DROP SCHEMA app CASCADE;
DROP TABLE seen, public.orders;
DROP TYPE public.kind;
DROP FUNCTION act(), tg_tag(), sw();
DROP EXTENSION safemig;
