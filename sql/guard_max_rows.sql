-- max_rows: a WHERE that takes too much is refused when the statement ends, and changes nothing.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int PRIMARY KEY, v text);
INSERT INTO t SELECT g, g::text FROM generate_series(1, 100) g;
DELETE FROM t WHERE id > 90;
SELECT safemig.set('max_rows', '10');
DELETE FROM t WHERE id > 79;
UPDATE t SET v = 'x' WHERE id > 79;
MERGE INTO t USING generate_series(60, 90) s (x) ON t.id = s.x WHEN MATCHED THEN DELETE;
DO $$ BEGIN DELETE FROM t WHERE id > 50; END $$;
SELECT count(*), count(*) FILTER (WHERE v = 'x') FROM t;
-- beside them
DELETE FROM t WHERE id > 80;
INSERT INTO t SELECT g, g::text FROM generate_series(200, 300) g;
CREATE TEMP TABLE tmp AS SELECT g FROM generate_series(1, 50) g;
DELETE FROM tmp WHERE g > 10;
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (id int REFERENCES parent ON DELETE CASCADE);
INSERT INTO parent VALUES (1), (2);
INSERT INTO child SELECT 1 FROM generate_series(1, 50);
DELETE FROM parent WHERE id = 1;
SELECT safemig.apply('1', 'backfill', $$UPDATE t SET v = 'y' WHERE id > 10$$);
BEGIN;
SELECT safemig.permit('change rows public.t', reason => 'clean up') > 0 AS given;
DELETE FROM t WHERE id > 20;
ROLLBACK;
SELECT safemig.set('max_rows', 'many');
SELECT safemig.set('max_rows', '-1');
SELECT safemig.set('max_rows', '0');
DELETE FROM t WHERE id > 20;
-- a materialized view emptied by its refresh
CREATE MATERIALIZED VIEW mv AS SELECT * FROM t;
REFRESH MATERIALIZED VIEW mv WITH NO DATA;
REFRESH MATERIALIZED VIEW mv;
REFRESH MATERIALIZED VIEW mv WITH DATA;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t, parent, child CASCADE;
DROP EXTENSION safemig;
