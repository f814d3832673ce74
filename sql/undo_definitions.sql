-- What statements make again is kept as those statements, and comes back as it was.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('contract', 'allow') IS NULL AS set;
SELECT safemig.set('data', 'allow') IS NULL AS set;
CREATE ROLE regress_safemig_owner;
CREATE ROLE regress_safemig_reader;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE FUNCTION plot(w int, h int DEFAULT 1) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT w * h /* %{1} */';
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE field (id int PRIMARY KEY, w int NOT NULL DEFAULT 2, h int, kind mood);
CREATE TABLE crop (id int, field int CONSTRAINT grows REFERENCES field);
INSERT INTO field SELECT g, g, g FROM generate_series(1, 3) g;
INSERT INTO crop VALUES (1, 1);
CREATE INDEX field_area ON field (plot(w, h)) WHERE w > 0;
COMMENT ON INDEX field_area IS 'how large';
ALTER TABLE field ADD CONSTRAINT wide CHECK (w > 0);
CREATE TRIGGER stamp BEFORE UPDATE ON field FOR EACH ROW EXECUTE FUNCTION stamp();
ALTER TABLE field DISABLE TRIGGER stamp;
CREATE POLICY mine ON field FOR SELECT TO regress_safemig_reader USING (w < 10);
CREATE RULE quiet AS ON DELETE TO crop DO INSTEAD NOTHING;
CREATE VIEW areas AS SELECT id, plot(w, h) AS a FROM field;
ALTER VIEW areas OWNER TO regress_safemig_owner;
GRANT SELECT ON field TO regress_safemig_owner;
GRANT SELECT ON areas TO regress_safemig_reader WITH GRANT OPTION;
COMMENT ON VIEW areas IS 'all of them';
CREATE VIEW state AS
	SELECT 'relation ' || relname AS what, concat_ws(' ', relkind, relowner::regrole, relacl::text, obj_description(oid, 'pg_class')) AS how FROM pg_class WHERE relname ~ '^(field|crop|areas)'
	UNION ALL SELECT 'view ' || viewname, definition FROM pg_views WHERE viewname = 'areas'
	UNION ALL SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
	UNION ALL SELECT 'constraint ' || conname, concat_ws(' ', conrelid::regclass, pg_get_constraintdef(oid), convalidated) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
	UNION ALL SELECT 'trigger ' || tgname, concat_ws(' ', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = 'field'::regclass
	UNION ALL SELECT 'policy ' || polname, pg_get_expr(polqual, polrelid) FROM pg_policy
	UNION ALL SELECT 'rule ' || rulename, pg_get_ruledef(oid) FROM pg_rewrite WHERE rulename <> '_RETURN' AND ev_class = 'crop'::regclass
	UNION ALL SELECT 'function ' || oid::regprocedure, pg_get_functiondef(oid) FROM pg_proc WHERE proname IN ('plot', 'stamp')
	UNION ALL SELECT 'column ' || attname, concat_ws(' ', attnotnull, pg_get_expr(adbin, adrelid)) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = 'field'::regclass AND attnum > 0;
CREATE TABLE saved AS SELECT * FROM state;

DROP VIEW areas;
SELECT safemig.undrop('public.areas');
DROP INDEX field_area;
SELECT safemig.undrop('field_area');
ALTER TABLE field DROP CONSTRAINT wide, ALTER w DROP DEFAULT, ALTER w DROP NOT NULL;
SELECT safemig.undrop('wide on public.field');
DROP TRIGGER stamp ON field;
SELECT safemig.undrop('stamp on public.field');
DROP POLICY mine ON field;
SELECT safemig.undrop('mine on public.field');
DROP RULE quiet ON crop;
SELECT safemig.undrop('quiet on public.crop');
SET client_min_messages = error;
DROP FUNCTION plot, stamp CASCADE;
RESET client_min_messages;
SELECT * FROM saved EXCEPT SELECT * FROM state ORDER BY 1;
SELECT safemig.undrop('public.plot(integer,integer)');
SELECT * FROM saved EXCEPT SELECT * FROM state ORDER BY 1;
SELECT * FROM state EXCEPT SELECT * FROM saved ORDER BY 1;
SELECT id, a FROM areas ORDER BY 1;

-- a renamed table gets it back; rows that came meanwhile are not held against it
ALTER TABLE field DROP CONSTRAINT wide;
ALTER TABLE field RENAME TO meadow;
INSERT INTO meadow VALUES (9, -1, 1);
SELECT safemig.undrop('wide on public.field');
INSERT INTO meadow VALUES (10, -1, 1);
DELETE FROM meadow WHERE id = 9;
ALTER TABLE meadow VALIDATE CONSTRAINT wide;
ALTER TABLE meadow RENAME TO field;
SELECT * FROM saved EXCEPT SELECT * FROM state ORDER BY 1;

-- what is in its way keeps all of it in the bin
DROP VIEW areas;
CREATE VIEW areas AS SELECT 1 AS one;
SELECT safemig.undrop('public.areas');
SELECT safemig.undrop('public.areas', 'areas_before');
SELECT what, identity, state FROM safemig.bin WHERE identity = 'public.areas' ORDER BY id DESC LIMIT 1;
ALTER VIEW areas RENAME TO areas_now;
SELECT safemig.undrop('public.areas');

-- each of the daily drops of one thing is one entry, its last
ALTER TABLE crop DROP CONSTRAINT grows;
ALTER TABLE crop ADD CONSTRAINT grows FOREIGN KEY (field) REFERENCES field;
ALTER TABLE crop DROP CONSTRAINT grows;
ALTER TABLE crop ADD CONSTRAINT grows FOREIGN KEY (field) REFERENCES field ON DELETE CASCADE;
ALTER TABLE crop DROP CONSTRAINT grows;
SELECT count(*) FROM safemig.bin WHERE identity = 'grows on public.crop' AND state = 'kept';
SELECT safemig.undrop('grows on public.crop');
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'grows';

-- a condition is code of the table's owner, and runs as that one, not as who brings it back
CREATE FUNCTION whoami(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''the owner: %'', current_user = ''regress_safemig_owner''; RETURN true; END';
ALTER TABLE crop OWNER TO regress_safemig_owner;
ALTER TABLE crop ADD CONSTRAINT who CHECK (whoami(id));
ALTER TABLE crop DROP CONSTRAINT who;
SELECT safemig.undrop('who on public.crop');
-- its owner may have it back, and nobody else
GRANT USAGE ON SCHEMA safemig TO regress_safemig_owner, regress_safemig_reader;
GRANT EXECUTE ON FUNCTION safemig.undrop(text, text) TO regress_safemig_owner, regress_safemig_reader;
SET ROLE regress_safemig_owner;
ALTER TABLE crop DROP CONSTRAINT who;
SET ROLE regress_safemig_reader;
SELECT safemig.undrop('who on public.crop');
SET ROLE regress_safemig_owner;
SELECT safemig.undrop('who on public.crop');
RESET ROLE;

-- what no statement makes again is refused, unless it may go for good
CREATE TYPE raw;
CREATE FUNCTION raw_in(cstring) RETURNS raw LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION raw_out(raw) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE raw (INPUT = raw_in, OUTPUT = raw_out, LIKE = text);
SET client_min_messages = error;
DROP TYPE raw CASCADE;
BEGIN;
SELECT safemig.permit('drop type public.raw without undo') > 0 AS permitted;
DROP TYPE raw CASCADE;
ROLLBACK;
DROP TYPE mood;
RESET client_min_messages;

SET safemig.enforce = off;
SET client_min_messages = error;
DROP VIEW state;
DROP TABLE saved, field, crop CASCADE;
DROP TYPE raw CASCADE;
DROP TYPE mood;
DROP FUNCTION plot, stamp, whoami;
DROP OWNED BY regress_safemig_owner, regress_safemig_reader;
DROP ROLE regress_safemig_owner, regress_safemig_reader;
DROP EXTENSION safemig;
