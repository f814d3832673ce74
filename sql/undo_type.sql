-- ALTER COLUMN TYPE: the former values come back, but for rows that were changed since.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE FUNCTION altered(statement text, VARIADIC permits text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	PERFORM safemig.permit(p) FROM unnest(permits) p;
	EXECUTE statement;
	RETURN statement;
END $$;
CREATE TABLE t (id int PRIMARY KEY, price numeric(10,2) DEFAULT 1.25 CHECK (price > 0), code text COLLATE "C", big int);
INSERT INTO t SELECT g, g + 0.5, 'c' || g, g FROM generate_series(1, 6) g;
UPDATE t SET price = NULL WHERE id = 6;
CREATE INDEX ON t (price);

-- lossy: copied
SELECT altered('ALTER TABLE t ALTER price TYPE int', 'alter column type public.t.price');
SELECT what, identity, action, rows, state FROM safemig.bin;
SELECT * FROM t ORDER BY id;
UPDATE t SET price = 77 WHERE id = 2;
UPDATE t SET big = 0 WHERE id = 3;
INSERT INTO t VALUES (7, 8, 'c7', 7);
SELECT safemig.undrop('public.t.price');
SELECT id, price FROM t ORDER BY id;
SELECT format_type(atttypid, atttypmod), pg_get_expr(adbin, adrelid) FROM pg_attribute a JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum WHERE attrelid = 't'::regclass AND attname = 'price';
-- USING, both columns in one statement
SELECT altered('ALTER TABLE t ALTER code TYPE int USING length(code), ALTER price TYPE text USING NULL', 'alter column type public.t.code', 'alter column type public.t.price');
SELECT * FROM t WHERE id = 1;
SELECT safemig.undrop('public.t.code');
SELECT * FROM t ORDER BY id;
SELECT collation_name FROM information_schema.columns WHERE table_name = 't' AND column_name = 'code';
-- what can be cast back in every row is not copied, so it needs no key
SELECT altered('ALTER TABLE t ALTER id TYPE bigint', 'alter column type public.t.id');
INSERT INTO t VALUES (8);
SELECT safemig.undrop('public.t.id');
SELECT pg_typeof(id), count(*) FROM t GROUP BY 1;
SELECT altered('ALTER TABLE t ALTER id TYPE text USING ''n'' || id', 'alter column type public.t.id');
SELECT altered('ALTER TABLE t ALTER id TYPE text USING ''n'' || id', 'alter column type public.t.id without undo');
-- changed twice: the last first
SELECT altered('ALTER TABLE t ALTER price TYPE int', 'alter column type public.t.price');
SELECT max(id) AS first FROM safemig.bin \gset
SELECT altered('ALTER TABLE t ALTER price TYPE smallint USING 1', 'alter column type public.t.price');
SELECT safemig.undrop_id(:first);
SELECT safemig.undrop('public.t.price');
SELECT safemig.undrop_id(:first);
SELECT id, price FROM t ORDER BY id;

-- partitions, and children
CREATE TABLE logs (id int, day date, v numeric, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE logs_2 (v numeric, day date NOT NULL, id int NOT NULL);
ALTER TABLE logs ATTACH PARTITION logs_2 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
INSERT INTO logs VALUES (1, '2026-01-01', 1.5), (2, '2026-02-01', 2.5);
SELECT altered('ALTER TABLE logs ALTER v TYPE int', 'alter column type public.logs.v');
SELECT safemig.undrop('public.logs.v');
SELECT * FROM logs ORDER BY id;
CREATE TABLE animal (id int PRIMARY KEY, w numeric);
CREATE TABLE dog (barks boolean, PRIMARY KEY (id)) INHERITS (animal);
INSERT INTO animal VALUES (1, 1.5);
INSERT INTO dog VALUES (1, 2.5, true);
SELECT altered('ALTER TABLE animal ALTER w TYPE int', 'alter column type public.animal.w');
SELECT safemig.undrop('public.animal.w');
SELECT tableoid::regclass, id, w FROM animal ORDER BY 3;
-- purged
SELECT altered('ALTER TABLE animal ALTER w TYPE int', 'alter column type public.animal.w');
SELECT count(*) > 0 AS kept FROM pg_namespace WHERE nspname ~ 'safemig_bin';
SELECT safemig.purge_object('public.animal.w');
SELECT count(*) FROM pg_namespace n JOIN safemig.bin b ON n.nspname ~ format('safemig_bin_%s_', b.id) WHERE b.identity = 'public.animal.w';

SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE t, logs, animal, dog;
DROP FUNCTION altered;
DROP EXTENSION safemig;
