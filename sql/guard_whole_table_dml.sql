-- DELETE and UPDATE of every row, judged by the plan and not by the text.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int NOT NULL, v text);
INSERT INTO t SELECT g, g::text FROM generate_series(1, 5) g;
CREATE TABLE parts (id int, v text) PARTITION BY LIST (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);
INSERT INTO parts VALUES (1, 'a'), (2, 'b');
CREATE VIEW tv AS SELECT * FROM t;
-- refused
DELETE FROM t;
DELETE FROM ONLY t;
DELETE FROM t WHERE true;
DELETE FROM t WHERE 1 = 1;
DELETE FROM t WHERE now() > '2000-01-01';
DELETE FROM t WHERE EXISTS (SELECT 1);
DELETE FROM tv;
DELETE FROM parts;
WITH gone AS (DELETE FROM t RETURNING *) SELECT count(*) FROM gone;
MERGE INTO t USING (VALUES (1)) s (x) ON true WHEN MATCHED THEN DELETE;
COPY (DELETE FROM t RETURNING *) TO STDOUT;
EXPLAIN ANALYZE DELETE FROM t;
CREATE FUNCTION wipe() RETURNS void BEGIN ATOMIC DELETE FROM t; END;
SELECT wipe();
CREATE TABLE button (id int);
CREATE RULE wipe AS ON INSERT TO button DO INSTEAD DELETE FROM t;
INSERT INTO button VALUES (1);
-- every row updated: a warning
UPDATE t SET v = NULL;
UPDATE t SET v = 'x' WHERE true;
-- beside them
EXPLAIN (COSTS OFF) DELETE FROM t;
DELETE FROM t WHERE id = 1;
DELETE FROM t WHERE id > 100;
DELETE FROM t WHERE false;
DELETE FROM parts WHERE id = 1;
UPDATE t SET v = 'y' WHERE id = 2;
INSERT INTO t VALUES (9, 'z');
MERGE INTO t USING (VALUES (9)) s (x) ON t.id = s.x WHEN MATCHED THEN DELETE;
SELECT count(*) FROM t;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t, parts, button CASCADE;
DROP EXTENSION safemig;
