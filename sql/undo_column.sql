-- DROP COLUMN: the values stay in their rows, and come back with all that was theirs.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE ROLE regress_safemig_reader;
CREATE SCHEMA shop;
CREATE TABLE shop.users (id serial PRIMARY KEY, email varchar(80) COLLATE "C" NOT NULL DEFAULT 'no@x', age int, note text);
ALTER TABLE shop.users ADD COLUMN lang text DEFAULT 'en';
ALTER TABLE shop.users ALTER email SET STATISTICS 77, ALTER email SET (n_distinct = 5), ALTER note SET STORAGE EXTERNAL;
COMMENT ON COLUMN shop.users.email IS 'where';
GRANT SELECT (email), UPDATE (email) ON shop.users TO regress_safemig_reader;
INSERT INTO shop.users (email, age, note) SELECT g || '@x', g, repeat('n', g) FROM generate_series(1, 5) g;
INSERT INTO shop.users (email, age, note, lang) VALUES ('6@x', 6, repeat('long', 3000), NULL);
CREATE FUNCTION gone(drops text, VARIADIC permits text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	PERFORM safemig.permit(p) FROM unnest(permits) p;
	EXECUTE drops;
	RETURN drops;
END $$;
CREATE VIEW state AS
	SELECT a.attrelid::regclass || '.' || a.attname AS what, concat_ws(' ', a.attnum, format_type(a.atttypid, a.atttypmod), a.attcollation::regcollation, a.attnotnull, a.attidentity,
	       a.attgenerated, a.attislocal, a.attinhcount, a.attstorage, a.attstattarget, (SELECT string_agg(o, ' ') FROM unnest(a.attoptions) o WHERE o !~ '^pg_attver=') , a.attacl::text, a.attmissingval::text, a.atthasdef, pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum)) AS how
	  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum JOIN pg_class c ON c.oid = a.attrelid
	 WHERE c.relnamespace = 'shop'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
	UNION ALL
	SELECT pg_describe_object(classid, objid, objsubid), concat_ws(' ', pg_describe_object(refclassid, refobjid, refobjsubid), deptype)
	  FROM pg_depend d WHERE refclassid <> 'pg_extension'::regclass
	   AND (classid, objid) IN (SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relnamespace = 'shop'::regnamespace)
	UNION ALL SELECT 'sequence', s::text FROM pg_sequences s WHERE schemaname = 'shop';
CREATE TABLE saved_state AS SELECT * FROM state;
CREATE TABLE saved_rows AS SELECT * FROM shop.users;
CREATE VIEW lost AS (SELECT * FROM saved_state EXCEPT SELECT * FROM state) UNION ALL (SELECT * FROM state EXCEPT SELECT * FROM saved_state);

-- refused without a permit; with it kept, three columns in one statement
ALTER TABLE shop.users DROP COLUMN email;
SELECT gone('ALTER TABLE shop.users DROP COLUMN email, DROP COLUMN IF EXISTS none, DROP note, DROP lang',
	'drop column shop.users.email', 'drop column shop.users.note', 'drop column shop.users.lang');
SELECT * FROM shop.users ORDER BY id;
SELECT what, identity, action, named, state FROM safemig.bin ORDER BY identity;
-- updates carry them, in every way to update; twice
UPDATE shop.users SET age = age + 1;
UPDATE shop.users SET age = age - 1;
INSERT INTO shop.users (id, age) VALUES (1, 100) ON CONFLICT (id) DO UPDATE SET age = 1;
MERGE INTO shop.users u USING (VALUES (2)) v(id) ON u.id = v.id WHEN MATCHED THEN UPDATE SET age = 2;
SET session_replication_role = replica;
UPDATE shop.users SET age = age WHERE id = 3;
RESET session_replication_role;
WITH moved AS (UPDATE shop.users SET age = age RETURNING id) SELECT count(*) FROM moved;
VACUUM shop.users;
-- VACUUM FULL and CLUSTER, which rewrite the table, are refused; what does not rewrite it is not
VACUUM FULL shop.users;
ALTER TABLE shop.users ADD COLUMN r float DEFAULT 1;
SELECT gone($$ALTER TABLE shop.users DROP COLUMN r$$, $$drop column shop.users.r$$);
CLUSTER shop.users USING users_pkey;
SELECT safemig.undrop('shop.users.email');
SELECT * FROM lost ORDER BY 1;
SELECT count(*) FROM (SELECT id, email, age, note, lang FROM shop.users EXCEPT SELECT * FROM saved_rows) s;
SELECT count(*) FROM shop.users;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'shop.users'::regclass;
VACUUM FULL shop.users;
SELECT count(*) FROM (SELECT id, email, age, note, lang FROM shop.users EXCEPT SELECT * FROM saved_rows) s;

-- the sequence goes along, and comes back where it stood
SELECT gone('ALTER TABLE shop.users DROP COLUMN id', 'drop column shop.users.id');
SELECT to_regclass('shop.users_id_seq');
SELECT identity, action FROM safemig.bin WHERE state = 'kept' ORDER BY identity;
SELECT safemig.undrop('shop.users.id');
SELECT * FROM lost WHERE what !~ 'users_pkey|seq' ORDER BY 1;
SELECT nextval('shop.users_id_seq');

-- rows that came since have none of it
SELECT gone('ALTER TABLE shop.users DROP COLUMN email', 'drop column shop.users.email');
INSERT INTO shop.users (age) VALUES (7), (8);
SELECT safemig.undrop('shop.users.email');
SELECT attnotnull FROM pg_attribute WHERE attrelid = 'shop.users'::regclass AND attname = 'email';
-- the name is taken
SELECT gone('ALTER TABLE shop.users DROP COLUMN email', 'drop column shop.users.email');
ALTER TABLE shop.users ADD COLUMN email text;
SELECT safemig.undrop('shop.users.email');
SELECT safemig.undrop('shop.users.email', 'email_before');
SELECT id, email, email_before FROM shop.users ORDER BY id;
-- purged: no trigger is left
SELECT gone('ALTER TABLE shop.users DROP COLUMN email_before', 'drop column shop.users.email_before');
SELECT safemig.purge_object('shop.users.email_before');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'shop.users'::regclass;
SELECT safemig.undrop('shop.users.email_before');

SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP SCHEMA shop CASCADE;
DROP TABLE saved_state, saved_rows CASCADE;
DROP FUNCTION gone;
DROP ROLE regress_safemig_reader;
DROP EXTENSION safemig;
