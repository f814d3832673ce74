-- Constraints that come back count their parents as before, and hold for each partition.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('data', 'allow');
CREATE FUNCTION constraints() RETURNS TABLE (relname text, conname text, own boolean, parents int, valid boolean) LANGUAGE sql AS $$
	SELECT DISTINCT conrelid::regclass::text, CASE WHEN conparentid = 0 THEN conname ELSE 'for a partition' END, conislocal, coninhcount, convalidated
	  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f') ORDER BY 1, 2
$$;

-- a diamond: one child has the column of its own too
CREATE TABLE a (id int, x int CONSTRAINT x_check CHECK (x > 0));
CREATE TABLE b (y text, x int) INHERITS (a);
CREATE TABLE c (z text) INHERITS (a);
CREATE TABLE d () INHERITS (c, b);
INSERT INTO d VALUES (1, 1);
SELECT * FROM constraints();
ALTER TABLE a DROP COLUMN x;
SELECT * FROM constraints();
SELECT safemig.undrop('public.a.x');
SELECT * FROM constraints();
ALTER TABLE a DROP CONSTRAINT x_check;
SELECT safemig.undrop('x_check on public.a');
SELECT * FROM constraints();
INSERT INTO d VALUES (2, 0);
INSERT INTO d VALUES (2, 2);
SET client_min_messages = error;
DROP TABLE a CASCADE;

-- a foreign key to a partitioned table
CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (id);
CREATE TABLE p_3 PARTITION OF p_2 DEFAULT;
RESET client_min_messages;
CREATE TABLE r (id int CONSTRAINT fk REFERENCES p);
INSERT INTO p VALUES (1), (11);
INSERT INTO r VALUES (1), (11);
SELECT * FROM constraints();
ALTER TABLE r DROP CONSTRAINT fk;
SELECT safemig.undrop('fk on public.r');
SELECT * FROM constraints();
-- it does not hold any more: nor do its parts
ALTER TABLE r DROP CONSTRAINT fk;
INSERT INTO r VALUES (12);
SELECT safemig.undrop('fk on public.r');
SELECT * FROM constraints();

SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE r, p;
DROP FUNCTION constraints();
DROP EXTENSION safemig;
