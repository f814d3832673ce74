-- %{oid} is a mark in the bin's own statements: in names, comments and grants it is somebody's text.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('data', 'allow');
SELECT safemig.set('contract', 'allow');
CREATE ROLE "regress_safemig_%{1}";
CREATE SCHEMA "s%{1}";
SET search_path = "s%{1}";
CREATE TYPE "pair%{1}" AS ("x%{2}" int, y text);
COMMENT ON COLUMN "pair%{1}"."x%{2}" IS '%{3}';
CREATE DOMAIN "dom%{1}" AS text DEFAULT '%{4}' CONSTRAINT "c%{5}" CHECK (VALUE <> '%{6}');
COMMENT ON CONSTRAINT "c%{5}" ON DOMAIN "dom%{1}" IS '%{7}';
CREATE TYPE "enum%{1}" AS ENUM ('%{8}');
CREATE FUNCTION "f%{1}"("a%{2}" int) RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT '%{9}' || "a%{2}"; END;
COMMENT ON FUNCTION "f%{1}"(int) IS '%{1}';
GRANT EXECUTE ON FUNCTION "f%{1}"(int) TO "regress_safemig_%{1}";
CREATE TABLE "t%{1}" ("id%{2}" int PRIMARY KEY, k text, d "dom%{1}");
CREATE TABLE "r%{1}" (id int CONSTRAINT "fk%{1}" REFERENCES "t%{1}");
CREATE INDEX "i%{1}" ON "t%{1}" (k) WHERE k <> '%{2}';
COMMENT ON INDEX "i%{1}" IS '%{1}';
CREATE STATISTICS "st%{1}" ON "id%{2}", k FROM "t%{1}";
COMMENT ON STATISTICS "st%{1}" IS '%{1}';
CREATE POLICY "p%{1}" ON "t%{1}" TO "regress_safemig_%{1}" USING (k <> '%{2}');
COMMENT ON POLICY "p%{1}" ON "t%{1}" IS '%{1}';
CREATE RULE "ru%{1}" AS ON DELETE TO "t%{1}" DO ALSO NOTIFY "n%{1}";
ALTER TABLE "t%{1}" DISABLE RULE "ru%{1}";
CREATE VIEW "v%{1}" AS SELECT "id%{2}", "f%{1}"("id%{2}") AS w FROM "t%{1}";
ALTER VIEW "v%{1}" OWNER TO "regress_safemig_%{1}";
GRANT SELECT ("id%{2}") ON "v%{1}" TO PUBLIC;
GRANT SELECT ON "t%{1}" TO "regress_safemig_%{1}";
SET client_min_messages = error;
CREATE PUBLICATION "pub%{1}" FOR TABLE "t%{1}" ("id%{2}");
RESET client_min_messages;
ALTER TABLE "t%{1}" ALTER "id%{2}" DROP DEFAULT;
CREATE FUNCTION public.described() RETURNS text[] LANGUAGE sql SET search_path = "s%{1}" AS $$
	SELECT array_agg(x ORDER BY x) FROM (
	SELECT concat(i.type, ' ', i.identity, ' ', d.description) FROM pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i WHERE d.description ~ '^%\{'
	UNION ALL SELECT pg_get_indexdef('"i%{1}"'::regclass)
	UNION ALL SELECT pg_get_functiondef('"f%{1}"'::regproc)
	UNION ALL SELECT concat(relname, relowner::regrole, relacl) FROM pg_class WHERE relname = 'v%{1}'
	UNION ALL SELECT concat(proname, proacl) FROM pg_proc WHERE proname = 'f%{1}'
	UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'fk%{1}' OR contypid = '"dom%{1}"'::regtype
	UNION ALL SELECT p::text FROM pg_policies p
	UNION ALL SELECT concat(pg_get_ruledef(oid), ev_enabled) FROM pg_rewrite WHERE rulename = 'ru%{1}'
	UNION ALL SELECT pg_get_statisticsobjdef(oid) FROM pg_statistic_ext
	UNION ALL SELECT concat(pubname, tablename, attnames) FROM pg_publication_tables
	UNION ALL SELECT format_type(typbasetype, typtypmod) || typdefault FROM pg_type WHERE typname = 'dom%{1}'
	UNION ALL SELECT enumlabel FROM pg_enum WHERE enumtypid = '"enum%{1}"'::regtype
	UNION ALL SELECT attname FROM pg_attribute WHERE attrelid = '"pair%{1}"'::regclass) s(x)
$$;
CREATE TABLE public.before AS SELECT public.described() AS d;
RESET search_path;

BEGIN;
ALTER TABLE "s%{1}"."r%{1}" DROP CONSTRAINT "fk%{1}";
DROP INDEX "s%{1}"."i%{1}";
DROP STATISTICS "s%{1}"."st%{1}";
DROP POLICY "p%{1}" ON "s%{1}"."t%{1}";
DROP RULE "ru%{1}" ON "s%{1}"."t%{1}";
DROP PUBLICATION "pub%{1}";
SET LOCAL client_min_messages = error;
DROP FUNCTION "s%{1}"."f%{1}"(int) CASCADE;
DROP TYPE "s%{1}"."pair%{1}", "s%{1}"."enum%{1}";
DROP DOMAIN "s%{1}"."dom%{1}" CASCADE;
SELECT pg_current_xact_id() AS xid \gset
COMMIT;
-- without the server's warning of wal_level
SET client_min_messages = error;
SELECT safemig.undo_transaction(:'xid');
RESET client_min_messages;
SELECT public.described() = d AS as_before FROM public.before;
SELECT unnest(public.described()) EXCEPT SELECT unnest(d) FROM public.before;
INSERT INTO "s%{1}"."t%{1}" VALUES (1, 'k');
SELECT * FROM "s%{1}"."t%{1}";

SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP SCHEMA "s%{1}" CASCADE;
DROP TABLE public.before;
DROP FUNCTION public.described();
DROP PUBLICATION "pub%{1}";
DROP OWNED BY "regress_safemig_%{1}";
DROP ROLE "regress_safemig_%{1}";
DROP EXTENSION safemig;
