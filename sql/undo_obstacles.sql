-- What came after a statement stands in the way of taking it back: told by name, and
-- nothing changes. Settings of the session do not.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SET safemig.enforce = warn;
CREATE FUNCTION altered(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	EXECUTE statement;
	RETURN statement;
END $$;
CREATE TABLE t (id int PRIMARY KEY, n int, g int GENERATED ALWAYS AS (7) STORED);
INSERT INTO t VALUES (1, 10), (2, 20);

-- a changed type, and then the column went
SELECT altered('ALTER TABLE t ALTER n TYPE text USING n || ''!''');
SELECT max(id) AS changed FROM safemig.bin \gset
SELECT altered('ALTER TABLE t DROP n');
SELECT safemig.undrop_id(:changed);
SELECT safemig.undrop('public.t.n');
SELECT safemig.undrop_id(:changed);
SELECT id, n FROM t ORDER BY id;
-- its key went
SELECT altered('ALTER TABLE t ALTER n TYPE text USING n || ''!''');
SELECT max(id) AS changed FROM safemig.bin \gset
SELECT altered('ALTER TABLE t DROP id');
SELECT safemig.undrop_id(:changed);
SELECT safemig.undrop('public.t.id');
SELECT safemig.undrop_id(:changed);
SELECT id, n FROM t ORDER BY id;
-- a generated column reads it now
SELECT altered('ALTER TABLE t ALTER n TYPE bigint');
ALTER TABLE t ADD twice bigint GENERATED ALWAYS AS (n * 2) STORED;
SELECT safemig.undrop('public.t.n');
ALTER TABLE t DROP twice;
SELECT safemig.undrop('public.t.n');
SELECT pg_typeof(n), count(*) FROM t GROUP BY 1;

-- columns that are added again, of a table that is a partition now
CREATE TABLE part (a bigint PRIMARY KEY, c int, b int, g int GENERATED ALWAYS AS (7) STORED);
INSERT INTO part VALUES (1, 2, 5);
SELECT altered('ALTER TABLE part DROP b, DROP g');
SELECT altered('ALTER TABLE part ALTER c TYPE bigint');
CREATE TABLE whole (a bigint PRIMARY KEY, c bigint) PARTITION BY LIST (a);
ALTER TABLE whole ATTACH PARTITION part FOR VALUES IN (1);
SELECT safemig.undrop('public.part.b');
ALTER TABLE whole DETACH PARTITION part;
SELECT safemig.undrop('public.part.b');
SELECT a, b, g FROM part;

-- the row of a table that stays is a column of one in the bin
CREATE TABLE inner_row (a int, b int);
CREATE TABLE outer_row (r inner_row);
INSERT INTO outer_row VALUES ((1, 2));
SELECT altered('DROP TABLE outer_row');
ALTER TABLE inner_row DROP b;
ALTER TABLE inner_row ADD c int;
SELECT safemig.undrop('public.outer_row');
SELECT * FROM outer_row;
SELECT altered('ALTER TABLE inner_row DROP b');

-- a table of a type, changed by its type
CREATE TYPE shape AS (a int, b text);
CREATE TABLE typed OF shape;
INSERT INTO typed VALUES (1, 'x');
SELECT altered('ALTER TYPE shape DROP ATTRIBUTE b CASCADE');
SELECT safemig.undrop('public.typed.b');
ALTER TABLE typed NOT OF;
SELECT safemig.undrop('public.typed.b');
SELECT * FROM typed;

-- no obstacle: a view that joins the table without the column
CREATE TABLE l (x int, gone int, y int);
CREATE TABLE r (x int, z int);
ALTER TABLE l DROP gone;
CREATE VIEW plain AS SELECT * FROM l;
CREATE VIEW joined AS SELECT x, y, z FROM l FULL JOIN r USING (x);
SELECT safemig.undrop('public.l.gone');
SELECT replace(pg_get_viewdef('plain'), 'l.', '') AS plain, replace(pg_get_viewdef('joined'), 'l.', '') AS joined;

-- strings as they were before SQL had them
SET standard_conforming_strings = off;
CREATE INDEX t_text ON t ((n::text || '%{1}'));
SELECT altered('DROP INDEX t_text');
SELECT safemig.undrop('public.t_text');
SELECT indexdef FROM pg_indexes WHERE indexname = 't_text';
SELECT count(*) > 0 AS looked FROM safemig.health();
RESET standard_conforming_strings;

SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE l, r CASCADE;
DROP TABLE t, part, whole, outer_row, inner_row, typed;
DROP TYPE shape;
DROP FUNCTION altered(text);
DROP EXTENSION safemig;
