-- What tied a dropped table to those that stay is cut, and tied again.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE logs (id int, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE logs_2 PARTITION OF logs FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE INDEX logs_day ON logs (day);
INSERT INTO logs SELECT 1, '2026-01-05'; INSERT INTO logs SELECT 2, '2026-02-05';
CREATE TABLE animal (name text CHECK (name <> ''));
CREATE TABLE dog (barks boolean) INHERITS (animal);
INSERT INTO dog VALUES ('rex', true);
CREATE TABLE country (code text PRIMARY KEY);
INSERT INTO country VALUES ('de');
CREATE TABLE city (name text, country text REFERENCES country);
INSERT INTO city VALUES ('bonn', 'de');
CREATE SEQUENCE numbers;
CREATE TABLE bill (id int DEFAULT nextval('numbers'), total int);
SELECT nextval('numbers'), nextval('numbers');
CREATE TABLE team (who text);
CREATE POLICY p ON bill FOR DELETE USING (EXISTS (SELECT FROM team WHERE who = session_user)) ;
SET client_min_messages = error;
CREATE PUBLICATION pub FOR TABLE country (code) WHERE (code <> 'xx'), bill;
RESET client_min_messages;
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
CREATE FOREIGN TABLE far (id int) SERVER nowhere;
INSERT INTO team VALUES ('a');

-- one statement, its permits as the hint gives them
CREATE FUNCTION gone(drops text, VARIADIC permits text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	PERFORM safemig.permit(p) FROM unnest(permits) p;
	EXECUTE drops;
	RETURN drops;
END $$;
CREATE VIEW ties AS
	SELECT 'partition' AS kind, inhrelid::regclass::text AS what, pg_get_expr(relpartbound, oid) || ' of ' || inhparent::regclass AS how FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE relkind <> 'i'
	UNION ALL SELECT 'inherits', inhrelid::regclass::text, inhparent::regclass::text FROM pg_inherits
	UNION ALL SELECT 'column', attrelid::regclass || '.' || attname, attislocal || ' ' || attinhcount FROM pg_attribute WHERE attrelid::regclass::text ~ '^(dog|logs_.)$' AND attnum > 0
	UNION ALL SELECT 'constraint', conname, concat_ws(' ', conrelid::regclass, pg_get_constraintdef(oid), conislocal, coninhcount) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
	UNION ALL SELECT 'default', adrelid::regclass::text, pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid::regclass::text = 'bill'
	UNION ALL SELECT 'policy', polname, pg_get_expr(polqual, polrelid) FROM pg_policy
	UNION ALL SELECT 'publication', prrelid::regclass::text, concat_ws(' ', prattrs::text, pg_get_expr(prqual, prrelid)) FROM pg_publication_rel;
CREATE TABLE saved AS SELECT * FROM ties;

SELECT gone('DROP TABLE logs_1', 'drop partition public.logs_1');
SELECT * FROM logs;
INSERT INTO logs VALUES (9, '2026-01-09');
SELECT safemig.undrop('public.logs_1');
SELECT * FROM logs ORDER BY 1;
SELECT gone('DROP TABLE dog', 'drop table public.dog');
SELECT safemig.undrop('public.dog');
SELECT * FROM animal;
SELECT gone('DROP TABLE country CASCADE', 'drop table public.country', 'drop constraint city_country_fkey on public.city');
INSERT INTO city VALUES ('paris', 'fr');
SELECT safemig.undrop('public.country');
INSERT INTO city VALUES ('rome', 'it');
SELECT * FROM (SELECT * FROM ties EXCEPT SELECT * FROM saved) s ORDER BY 1, 2;
SELECT gone('DROP SEQUENCE numbers CASCADE', 'drop sequence public.numbers');
SELECT safemig.undrop('public.numbers');
SELECT nextval('numbers');
SELECT gone('DROP TABLE team CASCADE', 'drop table public.team', 'drop policy p on public.bill');
SELECT safemig.undrop('public.team');
SELECT gone('DROP FOREIGN TABLE far', 'drop foreign table public.far');
SELECT safemig.undrop('public.far');
SELECT gone('DROP TABLE logs, bill', 'drop table public.logs', 'drop table public.bill');
SELECT to_regclass('logs'), to_regclass('bill'), to_regclass('logs_2');
SELECT safemig.undo_transaction((SELECT xid FROM safemig.bin ORDER BY id DESC LIMIT 1));
SELECT * FROM (SELECT * FROM ties EXCEPT SELECT * FROM saved) s ORDER BY 1, 2;
SELECT * FROM (SELECT * FROM saved EXCEPT SELECT * FROM ties) s ORDER BY 1, 2;

SET safemig.enforce = off;
SET client_min_messages = error;
DROP PUBLICATION pub;
DROP VIEW ties;
DROP TABLE saved, logs, dog, animal, country, city, bill, team;
DROP FOREIGN DATA WRAPPER nothing CASCADE;
DROP FUNCTION gone;
DROP SEQUENCE numbers;
DROP EXTENSION safemig;
