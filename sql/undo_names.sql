-- Names that are odd, taken or changed meanwhile: what was dropped comes back all the same.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('data', 'allow');
SELECT safemig.set('contract', 'allow');
-- %{oid} is a mark in the bin's own statements, and may be somebody's name
CREATE TABLE pa (id int PRIMARY KEY);
INSERT INTO pa VALUES (1);
CREATE TABLE "ch%{1}" ("c%{x}" int DEFAULT length('%{%}%{') CONSTRAINT "f%{9}" REFERENCES pa);
INSERT INTO "ch%{1}" VALUES (1);
DROP TABLE pa CASCADE;
\d "ch%{1}"
SELECT safemig.undrop('public.pa');
\d "ch%{1}"
SELECT max(id) AS id FROM safemig.bin \gset
CALL safemig.validate(:id);
SELECT convalidated FROM pg_constraint WHERE conname = 'f%{9}';
CREATE TABLE "l%{2}" (k text) PARTITION BY LIST (k);
CREATE TABLE "l'""1" PARTITION OF "l%{2}" FOR VALUES IN ('%{3}', '''');
INSERT INTO "l%{2}" VALUES ('%{3}');
DROP TABLE "l'""1";
SELECT safemig.undrop('public."l''""1"');
SELECT * FROM "l%{2}";

-- statistics of one name in two schemas, one of which is taken; owners
CREATE SCHEMA s1;
CREATE SCHEMA s2;
CREATE TABLE st (a int, b int);
CREATE STATISTICS s1.x ON a, b FROM st;
CREATE STATISTICS s2.x (mcv) ON a, b FROM st;
INSERT INTO st VALUES (1, 1);
DROP TABLE st;
CREATE TABLE other (a int, b int);
CREATE STATISTICS s1.x ON a, b FROM other;
SELECT safemig.undrop('public.st');
SELECT stxnamespace::regnamespace, stxname, stxrelid::regclass FROM pg_statistic_ext ORDER BY 1, 2;

-- types
CREATE TABLE tn (a int);
DROP TABLE tn;
CREATE TYPE tn AS ENUM ('a');
SELECT safemig.undrop('public.tn');
SELECT safemig.undrop('public.tn', repeat('x', 70));
SELECT to_regclass(repeat('x', 63)) IS NOT NULL AS there;
CREATE TABLE tm (a int);
DROP TABLE tm;
CREATE TABLE _tm (a int);
SELECT safemig.undrop('public.tm');
DROP TABLE _tm;
CREATE TABLE tm2 (a tm[]);
SELECT safemig.undrop('public._tm');

-- schema and owner under other names, and others under theirs
CREATE ROLE regress_safemig_first;
CREATE SCHEMA before;
CREATE TABLE before.t (a int);
ALTER TABLE before.t OWNER TO regress_safemig_first;
GRANT SELECT ON before.t TO PUBLIC;
DROP TABLE before.t;
SET safemig.enforce = off;
ALTER SCHEMA before RENAME TO later;
RESET safemig.enforce;
ALTER ROLE regress_safemig_first RENAME TO "regress_safemig_""=/";
CREATE SCHEMA before;
CREATE ROLE regress_safemig_first;
SELECT safemig.undrop('before.t');
SELECT relowner::regrole, relacl FROM pg_class WHERE oid = 'later.t'::regclass;

-- nobody can sit on the schema of the bin that comes next
CREATE SCHEMA pg_safemig_bin_8_1;

SET safemig.enforce = off;
SET client_min_messages = error;
DROP SCHEMA s1, s2, before, later CASCADE;
DROP TABLE pa, "ch%{1}", "l%{2}", st, other, tm2, tm, _tm;
DO $$ BEGIN EXECUTE 'DROP TABLE ' || repeat('x', 63); END $$;
DROP TYPE tn;
DROP ROLE regress_safemig_first, "regress_safemig_""=/";
DROP EXTENSION safemig;
