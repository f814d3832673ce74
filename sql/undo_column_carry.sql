-- The values of a dropped column survive whatever is done to its rows.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE FUNCTION gone(drops text, VARIADIC permits text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	PERFORM safemig.permit(p) FROM unnest(permits) p;
	EXECUTE drops;
	RETURN drops;
END $$;

-- triggers that return NEW or another row, generated columns, values out of line and compressed
CREATE TABLE t (id int PRIMARY KEY, n int, big text, small text, fixed char(5), num numeric, flag boolean, twice int GENERATED ALWAYS AS (n * 2) STORED, other text);
ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
INSERT INTO t (id, n, big, small, fixed, num, flag, other)
	SELECT g, g, repeat(md5(g::text), 300), repeat('s', 3000 * (g % 2)), 'f' || g, g + 0.25, g % 2 = 0, repeat('o', 100) FROM generate_series(1, 20) g;
UPDATE t SET big = NULL, flag = NULL WHERE id = 20;
CREATE TABLE was AS SELECT * FROM t;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.other := NEW.other || '!'; RETURN NEW; END $$;
CREATE FUNCTION same() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION another() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE r t; BEGIN r := NEW; r.other := 'another'; RETURN r; END $$;
CREATE TRIGGER a_stamp BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER b_same BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION same();
CREATE TRIGGER c_another BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.id % 3 = 0) EXECUTE FUNCTION another();
CREATE TRIGGER "~zz" BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION same();
SELECT gone('ALTER TABLE t DROP big', 'drop column public.t.big');
DROP TRIGGER "~zz" ON t;
SELECT gone('ALTER TABLE t DROP big, DROP small, DROP fixed, DROP num, DROP flag', 'drop column public.t.big', 'drop column public.t.small', 'drop column public.t.fixed', 'drop column public.t.num', 'drop column public.t.flag');
SELECT gone('ALTER TABLE t DROP COLUMN n CASCADE', 'drop column public.t.n', 'drop column public.t.twice');
SET client_min_messages = error;
SET jit_above_cost = 0;
SET jit = on;
UPDATE t SET other = 'x' || id;
UPDATE t SET other = repeat(other, 3000) WHERE id < 5;
RESET jit;
CREATE OR REPLACE FUNCTION round_trip() RETURNS void LANGUAGE plpgsql AS $$ BEGIN FOR i IN 1..20 LOOP UPDATE t SET other = other || i WHERE id = i; END LOOP; END $$;
SELECT round_trip();
BEGIN; UPDATE t SET other = 'rolled back'; SAVEPOINT s; UPDATE t SET other = 'more'; ROLLBACK TO s; UPDATE t SET id = id + 100 WHERE id = 7; COMMIT;
ALTER TABLE t ADD COLUMN late text DEFAULT 'late';
UPDATE t SET late = 'l' WHERE id = 1;
DELETE FROM t WHERE id = 19;
VACUUM (FREEZE) t;
RESET client_min_messages;
SELECT safemig.undrop('public.t.big');
SELECT safemig.undrop('public.t.n');
SELECT w.id FROM was w LEFT JOIN t ON t.id = CASE WHEN w.id = 7 THEN 107 ELSE w.id END WHERE (t.n, t.big, t.small, t.fixed, t.num, t.flag, t.twice) IS DISTINCT FROM (w.n, w.big, w.small, w.fixed, w.num, w.flag, w.twice);
SELECT (SELECT array_agg(attname ORDER BY attnum) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped) AS columns;
CREATE EXTENSION amcheck;
SELECT * FROM verify_heapam('t');
SELECT bt_index_check('t_pkey', true);

-- inheritance: children with the column of their own, of their parent, of both
CREATE TABLE animal (id int PRIMARY KEY, name text NOT NULL, legs int);
CREATE TABLE dog (barks boolean) INHERITS (animal);
CREATE TABLE cat (name text) INHERITS (animal);
CREATE TABLE puppy () INHERITS (dog);
INSERT INTO animal VALUES (1, 'a', 1); INSERT INTO dog VALUES (2, 'd', 2, true); INSERT INTO cat VALUES (3, 'c', 3); INSERT INTO puppy VALUES (4, 'p', 4, false);
CREATE VIEW inherited AS SELECT attrelid::regclass::text AS rel, attname::text, attnum, attislocal, attinhcount, attnotnull FROM pg_attribute
	WHERE attrelid IN (SELECT oid FROM pg_class WHERE relname IN ('animal', 'dog', 'cat', 'puppy')) AND attnum > 0 AND NOT attisdropped;
CREATE TABLE was_inherited AS SELECT * FROM inherited;
SELECT gone('ALTER TABLE animal DROP name', 'drop column public.animal.name');
SELECT rel, attname, attislocal, attinhcount FROM inherited WHERE attname = 'name';
UPDATE animal SET legs = legs + 1 WHERE id < 9;
SELECT safemig.undrop('public.animal.name');
SELECT * FROM animal ORDER BY id;
(TABLE inherited EXCEPT TABLE was_inherited) UNION ALL (TABLE was_inherited EXCEPT TABLE inherited);
SELECT gone('ALTER TABLE ONLY animal DROP name', 'drop column public.animal.name');
SELECT rel, attname, attislocal, attinhcount FROM inherited WHERE attname = 'name' ORDER BY 1;
CREATE TABLE fish () INHERITS (animal);
SELECT safemig.undrop('public.animal.name');
ALTER TABLE fish ADD COLUMN name text;
SELECT safemig.undrop('public.animal.name');
(TABLE inherited EXCEPT TABLE was_inherited) UNION ALL (TABLE was_inherited EXCEPT TABLE inherited);

-- TRUNCATE; the table goes and comes back meanwhile; the same statement rewrites
SELECT gone('ALTER TABLE dog DROP barks', 'drop column public.dog.barks');
SELECT gone('TRUNCATE dog', 'truncate public.dog without undo', 'truncate public.puppy without undo');
INSERT INTO dog VALUES (5, 'e', 5);
SELECT safemig.undrop('public.dog.barks');
SELECT id, barks FROM dog;
SELECT gone('ALTER TABLE dog DROP barks, ADD COLUMN r float DEFAULT random()', 'drop column public.dog.barks');
SELECT gone('ALTER TABLE t DROP num', 'drop column public.t.num');
SELECT gone('DROP TABLE t', 'drop table public.t');
SELECT safemig.undrop('public.t.num');
SELECT safemig.undrop('public.t');
UPDATE t SET other = '' WHERE id < 50;
SELECT safemig.undrop('public.t.num');
SELECT count(*) FROM t JOIN was USING (id) WHERE t.num = was.num;

SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP VIEW inherited;
DROP TABLE t, was, animal, dog, cat, puppy, fish, was_inherited;
DROP FUNCTION gone, stamp, same, another, round_trip;
DROP EXTENSION amcheck;
DROP EXTENSION safemig;
