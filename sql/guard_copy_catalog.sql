-- COPY writes catalogs as INSERT does; and an empty table is no cover for what hangs on it.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int);
INSERT INTO t VALUES (1);
DO $$
DECLARE
	sql text;
BEGIN
	FOREACH sql IN ARRAY ARRAY[
		'COPY pg_depend FROM ''/dev/null''',
		'COPY pg_db_role_setting (setdatabase, setrole, setconfig) FROM ''/dev/null''',
		'COPY t FROM ''/dev/null''',
		'COPY pg_description TO ''/dev/null''']
	LOOP
		BEGIN
			EXECUTE sql;
			RAISE NOTICE 'allowed: %', sql;
		EXCEPTION WHEN SQLSTATE 'SM001' THEN
			RAISE NOTICE 'refused: %', sql;
		END;
	END LOOP;
END $$;
BEGIN;
SELECT safemig.permit('change catalog pg_catalog.pg_depend', 'a test') > 0 AS given;
COPY pg_depend FROM stdin;
\.
ROLLBACK;
-- one permit is enough for what takes every row
BEGIN;
SELECT safemig.permit('change catalog pg_catalog.pg_description', 'a test') > 0 AS given;
DELETE FROM pg_description;
ROLLBACK;
-- a sequence that others draw from, on a column of an empty table
CREATE SEQUENCE s;
SELECT setval('s', 12345);
CREATE TABLE empty (a int, b serial, c int GENERATED ALWAYS AS IDENTITY, d serial);
CREATE TABLE other (n int DEFAULT nextval('empty_d_seq'));
ALTER SEQUENCE s OWNED BY empty.a;
ALTER TABLE empty DROP COLUMN a;
ALTER TABLE empty DROP COLUMN d CASCADE;
SELECT last_value FROM s;
-- its own ones go with their columns
ALTER TABLE empty DROP COLUMN b;
ALTER TABLE empty DROP COLUMN c;
-- a permit for the column covers them
BEGIN;
SELECT safemig.permit('drop column public.empty.a') > 0 AS given;
ALTER TABLE empty DROP COLUMN a;
ROLLBACK;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t, empty, other CASCADE;
DROP EXTENSION safemig;
