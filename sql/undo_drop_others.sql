-- DROP of what tables stand on, are in or are owned by: it goes into the bin with
-- them, and event triggers see all of it.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SET safemig.enforce = warn;
CREATE FUNCTION dropped(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	EXECUTE statement;
	RETURN statement;
END $$;
CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
	seen text := (SELECT string_agg(object_identity, ', ' ORDER BY object_identity)
	                FROM pg_event_trigger_dropped_objects() WHERE object_type IN ('table', 'schema', 'type', 'function'));
BEGIN
	PERFORM set_config('client_min_messages', 'notice', true);
	RAISE NOTICE '% dropped %', tg_tag, seen;
END $$;
CREATE EVENT TRIGGER watch ON sql_drop EXECUTE FUNCTION watch();

-- a type with its table
CREATE TYPE address AS (street text, town text);
CREATE TABLE home OF address;
INSERT INTO home VALUES ('Main Street', 'Springfield');
SELECT dropped('DROP TYPE address CASCADE');
SELECT to_regtype('address'), to_regclass('home');
SELECT safemig.undrop('public.address');
SELECT reloftype::regtype FROM pg_class WHERE oid = 'home'::regclass;
SELECT * FROM home;
-- a domain with a table that is partitioned by it, and a column of a table that stays
CREATE DOMAIN year AS int CHECK (VALUE > 0);
CREATE TABLE sale (y year, what text) PARTITION BY LIST (y);
CREATE TABLE sale_1 PARTITION OF sale FOR VALUES IN (2026);
INSERT INTO sale VALUES (2026, 'book');
CREATE TABLE book (published year, title text);
INSERT INTO book VALUES (1851, 'whale');
SELECT dropped('DROP DOMAIN year CASCADE');
SELECT to_regtype('year'), to_regclass('sale');
SELECT safemig.undrop('public.sale');
SELECT * FROM sale_1;
TABLE book;
DROP TABLE book;
SELECT safemig.purge_object('public.book');
INSERT INTO sale VALUES (0, 'scroll');
-- gone for good with what stood on it
SELECT dropped('DROP DOMAIN year CASCADE');
SELECT safemig.purge_object('public.year');
SELECT count(*) FROM pg_type WHERE typname = 'year';

-- what can not come back after it
CREATE FOREIGN DATA WRAPPER regress_undo_wrapper;
CREATE SERVER regress_undo_server FOREIGN DATA WRAPPER regress_undo_wrapper;
CREATE FOREIGN TABLE far (a int) SERVER regress_undo_server;
SELECT dropped('DROP FOREIGN DATA WRAPPER regress_undo_wrapper CASCADE');

-- a schema: its table moves, its function is made again
CREATE SCHEMA shop;
CREATE TABLE shop.item (id int PRIMARY KEY);
CREATE FUNCTION shop.f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
SELECT dropped('DROP SCHEMA shop CASCADE');
SELECT safemig.undrop('shop');
SELECT count(*), shop.f(1) FROM shop.item;
-- all that a role owns
CREATE ROLE regress_undo_owner;
ALTER TABLE shop.item OWNER TO regress_undo_owner;
ALTER FUNCTION shop.f(int) OWNER TO regress_undo_owner;
CREATE INDEX ON shop.item (shop.f(id));
SELECT dropped('DROP OWNED BY regress_undo_owner');
DROP ROLE regress_undo_owner;
SELECT to_regclass('shop.item'), to_regprocedure('shop.f(int)');
SELECT safemig.undrop('shop.item');
SELECT shop.f(1), indexdef FROM pg_indexes WHERE indexname = 'item_f_idx';

SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP EVENT TRIGGER watch;
DROP SCHEMA shop CASCADE;
DROP FOREIGN DATA WRAPPER regress_undo_wrapper CASCADE;
DROP TABLE home;
DROP TYPE address;
DROP FUNCTION watch(), dropped(text);
DROP EXTENSION safemig;
