-- What belongs to a dropped column: identity, sequences that others use, grants of roles that go, what depends on it.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE ROLE regress_safemig_owner;
CREATE ROLE regress_safemig_reader;
CREATE SCHEMA shop AUTHORIZATION regress_safemig_owner;
GRANT EXECUTE ON FUNCTION safemig.undrop(text, text) TO regress_safemig_owner, regress_safemig_reader;
CREATE FUNCTION permitted(VARIADIC permits text[]) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(safemig.permit(p)) FROM unnest(permits) p';
CREATE FUNCTION gone(drops text, VARIADIC permits text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	PERFORM public.permitted(VARIADIC permits);
	EXECUTE drops;
	RETURN drops;
END $$;
SET ROLE regress_safemig_owner;
CREATE TABLE shop.bill (no int GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 5), other serial, third int, "odd %{name}" text DEFAULT '%{1}');
ALTER TABLE shop.bill ALTER third SET DEFAULT nextval('shop.bill_other_seq');
INSERT INTO shop.bill SELECT FROM generate_series(1, 3);
GRANT SELECT ("odd %{name}") ON shop.bill TO regress_safemig_reader WITH GRANT OPTION;

-- an ordinary owner drops and brings back, somebody else does not
SELECT public.gone('ALTER TABLE shop.bill DROP no, DROP "odd %{name}"', 'drop column shop.bill.no', 'drop column shop.bill."odd %{name}"');
UPDATE shop.bill SET third = 0 WHERE other = 1;
SET ROLE regress_safemig_reader;
SELECT safemig.undrop('shop.bill.no');
SET ROLE regress_safemig_owner;
SELECT safemig.undrop('shop.bill.no');
INSERT INTO shop.bill DEFAULT VALUES;
INSERT INTO shop.bill (no) VALUES (1);
SELECT * FROM shop.bill ORDER BY no;
SELECT attidentity, attnotnull, attacl::text FROM pg_attribute WHERE attrelid = 'shop.bill'::regclass AND attnum IN (1, 4) ORDER BY attnum;
SELECT pg_get_serial_sequence('shop.bill', 'no');

-- a sequence that another default uses: RESTRICT is the server's, CASCADE takes the default along
SELECT public.gone('ALTER TABLE shop.bill DROP other', 'drop column shop.bill.other');
SELECT public.gone('ALTER TABLE shop.bill DROP other CASCADE', 'drop column shop.bill.other', 'drop sequence shop.bill_other_seq', 'drop default for shop.bill.third');
INSERT INTO shop.bill ("odd %{name}") VALUES ('new') RETURNING third;
SELECT safemig.undrop('shop.bill.other');
INSERT INTO shop.bill ("odd %{name}") VALUES ('newer') RETURNING other, third;
SELECT pg_get_serial_sequence('shop.bill', 'other');
-- rows without a value: no identity
SELECT public.gone('ALTER TABLE shop.bill DROP no', 'drop column shop.bill.no');
INSERT INTO shop.bill ("odd %{name}") VALUES ('newest');
SELECT safemig.undrop('shop.bill.no');
SELECT count(*), count(no) FROM shop.bill;
RESET ROLE;

-- a role whose grants are gone
SELECT gone('ALTER TABLE shop.bill DROP "odd %{name}"', 'drop column shop.bill."odd %{name}"');
REVOKE ALL ON FUNCTION safemig.undrop(text, text) FROM regress_safemig_reader;
DROP ROLE regress_safemig_reader;
SELECT safemig.undrop('shop.bill."odd %{name}"');
SELECT attacl::text FROM pg_attribute WHERE attrelid = 'shop.bill'::regclass AND attnum = 4;

-- our triggers are guarded, the user's are his
SELECT gone('ALTER TABLE shop.bill DROP third', 'drop column shop.bill.third');
DROP FUNCTION safemig.carry_kept_columns() CASCADE;
ALTER TABLE shop.bill DISABLE TRIGGER ALL;
BEGIN;
SET LOCAL safemig.enforce = warn;
SET LOCAL client_min_messages = error;
ALTER TABLE shop.bill DISABLE TRIGGER ALL;
COMMIT;
UPDATE shop.bill SET other = other WHERE other < 3;
SELECT safemig.undrop('shop.bill.third');
SELECT other, third FROM shop.bill WHERE other < 4 ORDER BY 1;
-- rewritten while nobody was awake
SELECT gone('ALTER TABLE shop.bill DROP third', 'drop column shop.bill.third');
SET safemig.enforce = off;
VACUUM FULL shop.bill;
RESET safemig.enforce;
SELECT safemig.undrop('shop.bill.third');
SELECT safemig.purge_object('shop.bill.third');
-- moved to another tablespace: its file is another, its bytes are not
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE regress_safemig_space LOCATION '';
CREATE TABLE shop.far (a int PRIMARY KEY, b text);
INSERT INTO shop.far VALUES (1, 'b');
SELECT gone('ALTER TABLE shop.far DROP b', 'drop column shop.far.b');
ALTER TABLE shop.far SET TABLESPACE regress_safemig_space;
SELECT safemig.undrop('shop.far.b');
SELECT * FROM shop.far;
-- a type that a kept column needs
CREATE TYPE shop.mood AS ENUM ('sad', 'happy');
ALTER TABLE shop.far ADD COLUMN feels shop.mood DEFAULT 'happy';
SELECT gone('ALTER TABLE shop.far DROP feels', 'drop column shop.far.feels');
DROP TYPE shop.mood;
DO $$ BEGIN PERFORM gone('DROP TYPE shop.mood CASCADE', 'drop type shop.mood'); EXCEPTION WHEN SQLSTATE 'SM001' THEN RAISE NOTICE '%', regexp_replace(SQLERRM, '_\d+', '', 'g'); END $$;
SELECT safemig.undrop('shop.far.feels');
SELECT * FROM shop.far;
-- a cursor that is open
CREATE TABLE shop.plain (a int PRIMARY KEY, b text);
INSERT INTO shop.plain VALUES (1, 'b');
SELECT gone('ALTER TABLE shop.plain DROP b', 'drop column shop.plain.b');
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM shop.plain;
SELECT safemig.undrop('shop.plain.b');
ROLLBACK;
-- plans made before see what comes back; a transaction that is rolled back kept nothing
PREPARE all_of AS SELECT * FROM shop.plain;
PREPARE touch AS UPDATE shop.plain SET a = a;
EXECUTE all_of;
SET client_min_messages = error;
EXECUTE touch;
RESET client_min_messages;
BEGIN;
SELECT safemig.undrop('shop.plain.b');
ROLLBACK;
SELECT safemig.undrop('shop.plain.b');
SELECT * FROM shop.plain;
BEGIN;
SELECT gone('ALTER TABLE shop.plain DROP b', 'drop column shop.plain.b');
SAVEPOINT s;
SELECT safemig.undrop('shop.plain.b');
ROLLBACK TO s;
SELECT count(*) FROM safemig.bin WHERE state = 'kept';
ROLLBACK;
SELECT count(*) FROM safemig.bin WHERE state = 'kept';
SELECT * FROM shop.plain;

SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP SCHEMA shop CASCADE;
DROP FUNCTION gone, permitted;
DROP EXTENSION safemig;
DROP ROLE regress_safemig_owner;
DROP TABLESPACE regress_safemig_space;
