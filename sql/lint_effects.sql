-- effects() has a row for each effect and for each relation touched, under names that a reader knows.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.told(script text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT pg_catalog.concat_ws(' ', statement || ':', object || ':', coalesce(action, '-'), lock,
	                            CASE WHEN rewrites THEN 'rewrites' END, CASE WHEN scans THEN 'scans' END, decision)
	  FROM safemig.effects(script) ORDER BY statement, object COLLATE "C", action COLLATE "C"
$$;
SET safemig.enforce = off;
SET client_min_messages = error;
CREATE SCHEMA shop;
SET search_path = shop, public;
CREATE TABLE buyer (id bigint PRIMARY KEY, name text);
CREATE TABLE "order" (id bigint PRIMARY KEY, buyer bigint REFERENCES buyer, note text UNIQUE);
CREATE VIEW notes AS SELECT note FROM "order";
CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n, max(note) AS last FROM "order";
RESET client_min_messages;
RESET safemig.enforce;

-- A table goes with its indexes and its TOAST table, of which nobody has to be told.
SELECT pg_temp.told('DROP TABLE "order" CASCADE');
SELECT pg_temp.told('DROP MATERIALIZED VIEW totals');
SELECT pg_temp.told('ALTER TABLE "order" DROP COLUMN note CASCADE');
SELECT pg_temp.told('DROP SCHEMA shop CASCADE');
-- Two relations of one statement, and an index that is locked more strongly than its table.
SELECT pg_temp.told('ALTER TABLE "order" ADD FOREIGN KEY (id) REFERENCES buyer');
SELECT pg_temp.told('ALTER TABLE "order" ALTER COLUMN buyer TYPE int, ALTER COLUMN note SET NOT NULL');
SELECT pg_temp.told('REINDEX TABLE buyer; REINDEX SCHEMA shop');
-- Under the name that it has when the statement comes to it.
SELECT pg_temp.told('ALTER TABLE buyer RENAME TO customer');
SELECT pg_temp.told('ALTER TABLE buyer RENAME TO customer; LOCK TABLE customer');
SELECT pg_temp.told('SELECT 1; SELECT count(*) FROM notes');
RESET search_path;

SET safemig.enforce = off;
SET client_min_messages = error;
DROP SCHEMA shop CASCADE;
DROP EXTENSION safemig;
