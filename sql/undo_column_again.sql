-- A dropped column whose values were copied aside comes back where it was, in
-- partitions too; last in its table when there is no place for it any more.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('data', 'allow');
SELECT safemig.set('contract', 'allow');
CREATE FUNCTION columns() RETURNS TABLE (relname text, columns text) LANGUAGE sql AS $$
	SELECT attrelid::regclass, string_agg(format('%s %s%s', attname, CASE WHEN attislocal THEN 'own ' END, attinhcount), ', ' ORDER BY attnum)
	  FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
	 WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace GROUP BY 1 ORDER BY 1
$$;

-- partitions, one of them with its columns in another order, and one with parts of its own
CREATE TABLE logs (id int, what text, note varchar(20), PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE logs_a PARTITION OF logs FOR VALUES FROM (0) TO (10);
CREATE TABLE logs_b (note varchar(20), gone int, what text, id int NOT NULL);
ALTER TABLE logs_b DROP COLUMN gone;
ALTER TABLE logs ATTACH PARTITION logs_b FOR VALUES FROM (10) TO (20);
CREATE TABLE logs_c PARTITION OF logs FOR VALUES FROM (20) TO (30) PARTITION BY LIST (id);
CREATE TABLE logs_c1 PARTITION OF logs_c DEFAULT;
INSERT INTO logs SELECT g, 'w' || g, 'n' || g FROM generate_series(1, 25, 6) g;
CREATE INDEX logs_what ON logs (what);
SELECT * FROM columns();
ALTER TABLE logs DROP COLUMN what;
INSERT INTO logs VALUES (2, 'new');
UPDATE logs SET id = 14 WHERE id = 1;
UPDATE logs SET note = 'other' WHERE id = 13;
VACUUM FULL logs_c1;
-- it has no column any more that would need one
SELECT reltoastrelid <> 0 AS toast FROM pg_class WHERE relname = 'logs_c1';
SELECT safemig.undrop('public.logs.what');
SELECT reltoastrelid <> 0 AS toast FROM pg_class WHERE relname = 'logs_c1';
SELECT * FROM columns();
SELECT tableoid::regclass, * FROM logs ORDER BY id;
INSERT INTO logs VALUES (3, 'w3', 'n3');
SET enable_seqscan = off;
SELECT id FROM logs WHERE what = 'w25';
RESET enable_seqscan;

-- a partition that never had it
ALTER TABLE logs DROP COLUMN what;
CREATE TABLE logs_d PARTITION OF logs FOR VALUES FROM (30) TO (40);
SELECT safemig.undrop('public.logs.what');
SELECT * FROM columns();
SELECT * FROM logs ORDER BY id;
SET client_min_messages = error;
DROP TABLE logs;
RESET client_min_messages;

-- its type goes along, and is another one of that name when it is back; a child that never had it
CREATE TYPE pair AS (x int, y int);
CREATE TABLE people (id int PRIMARY KEY, likes pair, other pair, nick text);
INSERT INTO people VALUES (1, '(1,2)', '(5,6)', 'bo'), (2, '(3,4)', NULL, 'jo');
SET client_min_messages = error;
DROP TYPE pair CASCADE;
RESET client_min_messages;
UPDATE people SET id = 3 WHERE id = 2;
SELECT safemig.undrop('public.people.likes');
SELECT * FROM columns();
SELECT id, (likes).y, other, nick FROM people ORDER BY id;
ALTER TABLE people DROP COLUMN nick;
SET client_min_messages = error;
DROP TYPE pair CASCADE;
RESET client_min_messages;
CREATE TABLE child () INHERITS (people);
SELECT safemig.undrop('public.people.likes');
SELECT * FROM columns();
SET client_min_messages = error;
DROP TABLE child, people;
RESET client_min_messages;

-- values that stand within other values, too
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE inner_row (id int PRIMARY KEY, m mood, n text);
CREATE TABLE outer_row (id int, r inner_row);
ALTER TABLE inner_row DROP COLUMN n;
INSERT INTO inner_row VALUES (1, 'bad');
INSERT INTO outer_row SELECT id, inner_row FROM inner_row;
SELECT safemig.undrop('public.inner_row.n');
ALTER TABLE inner_row DROP COLUMN n;
DROP TYPE mood CASCADE;
SET client_min_messages = error;
DROP TABLE outer_row;
DROP TABLE inner_row;
DROP TYPE mood;
RESET client_min_messages;

-- values that could not be written back are not copied
CREATE TABLE bare (id int PRIMARY KEY, v text) PARTITION BY LIST (id);
CREATE TABLE bare_1 PARTITION OF bare FOR VALUES IN (1);
CREATE TABLE bare_2 PARTITION OF bare FOR VALUES IN (2);
INSERT INTO bare VALUES (1, 'one');
ALTER TABLE bare_2 REPLICA IDENTITY NOTHING;
SET client_min_messages = error;
CREATE PUBLICATION regress_safemig_pub FOR TABLE bare;
RESET client_min_messages;
ALTER TABLE bare DROP COLUMN v;
ALTER TABLE bare_2 REPLICA IDENTITY DEFAULT;
ALTER TABLE bare DROP COLUMN v;
SELECT safemig.undrop('public.bare.v');
TABLE bare;

SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP PUBLICATION regress_safemig_pub;
DROP TABLE bare;
DROP TYPE pair;
DROP FUNCTION columns();
DROP EXTENSION safemig;
