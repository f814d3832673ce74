-- max_rows counts what a rule, an upsert or a writable CTE changes too.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int PRIMARY KEY, v text);
INSERT INTO t SELECT g, g::text FROM generate_series(1, 100) g;
CREATE TABLE log (id int);
CREATE RULE purge AS ON INSERT TO log DO ALSO DELETE FROM t WHERE id > new.id;
CREATE RULE mark AS ON UPDATE TO log DO ALSO UPDATE t SET v = 'y' WHERE id > new.id;
SELECT safemig.set('max_rows', '10');
-- a rule
INSERT INTO log VALUES (50);
INSERT INTO log VALUES (95);
UPDATE log SET id = 50;
UPDATE log SET id = 90;
-- an upsert
INSERT INTO t SELECT g, 'x' FROM generate_series(1, 50) g ON CONFLICT (id) DO UPDATE SET v = excluded.v;
INSERT INTO t SELECT g, 'x' FROM generate_series(86, 200) g ON CONFLICT (id) DO UPDATE SET v = excluded.v;
INSERT INTO t SELECT g, 'x' FROM generate_series(1, 50) g ON CONFLICT (id) DO NOTHING;
-- a writable CTE
WITH d AS (DELETE FROM t WHERE id > 100 RETURNING 1) SELECT count(*) FROM d;
WITH d AS (DELETE FROM t WHERE id > 190) SELECT 1 AS one;
WITH u AS (UPDATE t SET v = 'z' WHERE id > 182 RETURNING 1) DELETE FROM t WHERE id > 100 AND id < 104;
WITH u AS (UPDATE t SET v = 'z' WHERE id > 182 RETURNING 1) DELETE FROM t WHERE id > 100 AND id < 103;
-- a merge that adds
MERGE INTO t USING generate_series(301, 350) s (x) ON t.id = s.x
	WHEN NOT MATCHED THEN INSERT VALUES (s.x, 'new');
MERGE INTO t USING generate_series(331, 360) s (x) ON t.id = s.x
	WHEN MATCHED THEN UPDATE SET v = 'm' WHEN NOT MATCHED THEN INSERT VALUES (s.x, 'new');
MERGE INTO t USING generate_series(341, 380) s (x) ON t.id = s.x
	WHEN MATCHED THEN UPDATE SET v = 'm' WHEN NOT MATCHED THEN INSERT VALUES (s.x, 'new');
SELECT v, count(*) FROM t WHERE v ~ '^[a-z]' GROUP BY v ORDER BY v;
-- a permit, and no limit
BEGIN;
SELECT safemig.permit('change rows public.t') > 0 AS given;
INSERT INTO log VALUES (50);
ROLLBACK;
SELECT safemig.set('max_rows', '0');
INSERT INTO log VALUES (50);
SELECT count(*) FROM t;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t, log CASCADE;
DROP EXTENSION safemig;
