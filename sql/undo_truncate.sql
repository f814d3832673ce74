-- TRUNCATE keeps the old files, and undrop() gives them back as they were.
SET client_min_messages = error;
CREATE EXTENSION safemig;
CREATE EXTENSION IF NOT EXISTS btree_gist;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('keep_max_bytes', '1GB'), safemig.set('data', 'allow');

-- every kind of index, TOAST, a dropped column, a default that no row holds
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, gone int DEFAULT 3, a text UNIQUE,
    big text, j int[], r int4range, twice int GENERATED ALWAYS AS (id * 2) STORED);
ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
INSERT INTO t (a, big, j, r) SELECT 'a' || g, repeat(md5(g::text), 200), ARRAY[g, g + 1], int4range(g, g + 1)
  FROM generate_series(1, 500) g;
SET safemig.enforce = off;
ALTER TABLE t DROP COLUMN gone;
RESET safemig.enforce;
ALTER TABLE t ADD COLUMN late int DEFAULT 7;
CREATE INDEX t_gin ON t USING gin (j);
CREATE INDEX t_brin ON t USING brin (id) WITH (pages_per_range = 2);
CREATE INDEX t_hash ON t USING hash (a);
CREATE INDEX t_expr ON t (lower(a), (id + 1));
CREATE INDEX t_part ON t (id) WHERE id > 250;
CREATE INDEX t_incl ON t (late) INCLUDE (a);
CREATE INDEX t_spgist ON t USING spgist (r);
ALTER TABLE t ADD CONSTRAINT t_excl EXCLUDE USING gist (r WITH &&);
CREATE TEMP TABLE before AS SELECT * FROM t;
CREATE TEMP TABLE files AS SELECT oid, relfilenode, reltoastrelid FROM pg_class
  WHERE oid = 't'::regclass OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 't'::regclass);

PREPARE how_many AS SELECT count(*) FROM t WHERE a >= 'a';
EXECUTE how_many;
TRUNCATE t;
EXECUTE how_many;
SELECT id, what, identity, action, named, rows > 400 AS rows, bytes > 3000000 AS bytes, statement, state FROM safemig.bin;
SELECT c.relname, c.relowner = e.extowner AS ours, c.relnatts FROM pg_class c JOIN safemig.bin_item i ON c.oid = i.bin_oid
  JOIN pg_extension e ON e.extname = 'safemig';
-- nobody drops it, nobody reads it, no index of it serves a plan
SELECT format('DROP TABLE %s', bin_oid::regclass) FROM safemig.bin_item \gexec
SELECT count(*) AS valid FROM pg_index WHERE indisvalid AND indrelid = (SELECT bin_oid FROM safemig.bin_item);
-- the emptied table is as good as any
INSERT INTO t (a, big, r) SELECT 'x' || g, repeat(md5(g::text), 200), NULL FROM generate_series(1, 10) g RETURNING late;
SELECT sum(length(big)) FROM t;
DELETE FROM t WHERE id > 0;

SELECT safemig.undrop('public.t');
EXECUTE how_many;
SELECT count(*) AS rows, count(*) FILTER (WHERE t IS DISTINCT FROM b) AS differ FROM t FULL JOIN before b USING (id);
SELECT count(*) AS moved FROM files f JOIN pg_class c USING (oid)
  WHERE f.relfilenode <> c.relfilenode OR f.reltoastrelid <> c.reltoastrelid;
SELECT count(*) AS bin FROM pg_namespace WHERE nspname LIKE 'pg\_safemig\_bin%';
SET enable_seqscan = off;
SELECT id, late, twice FROM t WHERE a = 'a17';
SELECT id FROM t WHERE lower(a) = 'a17' AND id + 1 = 18;
SELECT id FROM t WHERE j @> ARRAY[17] ORDER BY id;
SELECT id FROM t WHERE r && int4range(17, 18);
RESET enable_seqscan;
INSERT INTO t (a, r) VALUES ('a17', NULL);
INSERT INTO t (a, r) VALUES ('new', int4range(17, 18));
INSERT INTO t (a) VALUES ('new') RETURNING id, twice, late;
SELECT safemig.undrop('public.t');

-- twice in one transaction; undone in reverse order
BEGIN;
TRUNCATE t;
INSERT INTO t (a) VALUES ('second');
TRUNCATE t;
INSERT INTO t (a) VALUES ('third');
COMMIT;
SELECT safemig.undo_transaction((SELECT max(xid::text::bigint)::text::xid8 FROM safemig.bin));
SELECT count(*) AS rows, count(*) FILTER (WHERE a IN ('second', 'third')) AS new FROM t;
DELETE FROM t WHERE a IN ('new', 'second', 'third');

-- a rollback leaves nothing, to a savepoint too
BEGIN; TRUNCATE t; ROLLBACK;
BEGIN; SAVEPOINT s; TRUNCATE t; ROLLBACK TO s; INSERT INTO t (a) VALUES ('kept'); COMMIT;
BEGIN; TRUNCATE t; SAVEPOINT s; SELECT safemig.undrop('public.t'); ROLLBACK TO s; SELECT count(*) FROM t; ROLLBACK;
SELECT count(*) AS kept FROM safemig.bin WHERE state = 'kept';
SELECT count(*) FROM t;
BEGIN; TRUNCATE t; SAVEPOINT s; SELECT safemig.undrop('public.t'); ROLLBACK TO s; COMMIT;
SELECT safemig.undrop('public.t');

-- the server would truncate these files in place
BEGIN; CLUSTER t USING t_pkey; TRUNCATE t; COMMIT;
SELECT safemig.undrop('public.t');
BEGIN; CLUSTER t USING t_pkey; TRUNCATE t; INSERT INTO t (a) VALUES ('lost'); ROLLBACK;
BEGIN; TRUNCATE t; SELECT safemig.undrop('public.t'); SELECT count(*) FROM t; COMMIT;
SELECT count(*), sum(length(big)) FROM t;
BEGIN; TRUNCATE t; SELECT safemig.undrop('public.t'); SET LOCAL safemig.enforce = off; TRUNCATE t; ROLLBACK;
SELECT count(*), sum(length(big)) FROM t;

-- an open cursor is in the way, as it is of the server's
BEGIN; DECLARE c CURSOR FOR SELECT * FROM t; FETCH 1 FROM c \g /dev/null
TRUNCATE t;
ROLLBACK;

-- nobody's loss: temporary, new in this transaction, empty
CREATE TEMP TABLE temporary AS SELECT 1; TRUNCATE temporary;
BEGIN; CREATE TABLE fresh AS SELECT 1; TRUNCATE fresh; COMMIT; TRUNCATE fresh;
SELECT count(*) AS kept FROM safemig.bin WHERE state = 'kept';

SET safemig.enforce = off;
DROP TABLE t, fresh;
SET client_min_messages = error;
SELECT safemig.purge_id(id) FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b \g /dev/null
DROP EXTENSION safemig;
