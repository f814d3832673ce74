-- Every row, by a statement that does not look like it; beside each, the same with a real condition.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE o (id int PRIMARY KEY, v text) WITH (autovacuum_enabled = off);
INSERT INTO o SELECT g, g::text FROM generate_series(1, 300) g;
CREATE TABLE s (x int, y bool);
INSERT INTO s VALUES (1, true);
CREATE TABLE bin (id int);
CREATE VIEW ov AS SELECT * FROM o;
CREATE VIEW few AS SELECT * FROM o WHERE id > 298;
-- a writable CTE, also one of two, also below COPY
WITH a AS (DELETE FROM o WHERE id = 301 RETURNING id), b AS (DELETE FROM o RETURNING id) SELECT count(*) FROM b;
WITH a AS (DELETE FROM o RETURNING id) INSERT INTO bin SELECT id FROM a;
COPY (WITH a AS (DELETE FROM o RETURNING id) SELECT * FROM a) TO STDOUT;
COPY (DELETE FROM o RETURNING id) TO STDOUT;
CREATE TABLE moved AS WITH a AS (SELECT 1) SELECT * FROM a;
WITH a AS (DELETE FROM o WHERE id = 300 RETURNING id) INSERT INTO bin SELECT id FROM a;
COPY (DELETE FROM o WHERE id = 299 RETURNING id) TO STDOUT;
-- MERGE: a condition on the source asks nothing of the row
MERGE INTO o USING s ON true WHEN MATCHED AND s.y THEN DELETE;
MERGE INTO o USING s ON s.x = 1 WHEN MATCHED AND s.x > 0 THEN DELETE;
MERGE INTO o USING o p ON p.id = o.id WHEN MATCHED AND o.id IS NOT NULL THEN DELETE;
MERGE INTO o USING s ON true WHEN MATCHED AND o.id = 298 THEN DO NOTHING WHEN MATCHED THEN DELETE;
MERGE INTO o USING s ON true WHEN MATCHED AND s.y THEN UPDATE SET v = 'x';
MERGE INTO o USING s ON true WHEN MATCHED AND o.id = 298 THEN DELETE;
MERGE INTO o USING s ON true WHEN MATCHED AND o.id = s.x + 296 THEN DELETE;
MERGE INTO o USING s ON o.id = s.x + 295 WHEN MATCHED AND s.y THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (1000, 'n');
-- an updatable view, with and without rows of its own to hide
DELETE FROM ov;
UPDATE ov SET v = NULL WHERE true;
DELETE FROM few;
DELETE FROM ov WHERE id = 295;
-- rules and triggers
CREATE RULE wipe AS ON UPDATE TO s DO ALSO DELETE FROM o;
UPDATE s SET y = false WHERE x = 1;
CREATE OR REPLACE RULE wipe AS ON UPDATE TO s DO ALSO DELETE FROM o WHERE id = OLD.x;
UPDATE s SET y = true WHERE x = 1;
CREATE FUNCTION wipe() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM o; RETURN OLD; END $$;
CREATE VIEW joined AS SELECT o.id FROM o JOIN s ON s.x < o.id;
CREATE TRIGGER wipe INSTEAD OF DELETE ON joined FOR EACH ROW EXECUTE FUNCTION wipe();
DELETE FROM joined WHERE id = 10;
-- conditions that every row meets
DELETE FROM o WHERE ctid IS NOT NULL;
DELETE FROM o WHERE id IS DISTINCT FROM NULL;
DELETE FROM o WHERE (SELECT true);
DELETE FROM o WHERE now() > '2000-01-01' OR id = 5;
DELETE FROM o WHERE id = 5 OR id IS NOT NULL;
DELETE FROM o USING o p WHERE p.ctid = o.ctid;
DELETE FROM o WHERE ctid IN (SELECT ctid FROM o);
DELETE FROM o USING s;
DELETE FROM o WHERE ctid = '(0,1)';
DELETE FROM o USING s WHERE o.id = s.x;
DELETE FROM o WHERE id = 5 OR id = 6;
SET plan_cache_mode = force_generic_plan;
PREPARE pick (int) AS DELETE FROM o WHERE $1 IS NULL OR id = $1;
EXECUTE pick (7);
RESET plan_cache_mode;
SET enable_nestloop = off;
DELETE FROM o USING o p WHERE p.id = o.id;
DELETE FROM o USING o p WHERE p.id = o.id AND p.v = 'nobody';
RESET enable_nestloop;
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM o WHERE id = 4 FOR UPDATE;
FETCH c;
DELETE FROM o WHERE CURRENT OF c;
COMMIT;
-- an upsert changes rows that are there: of a table that must not change it is refused
INSERT INTO o VALUES (10, 'x') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
SELECT safemig.protect('o', 'rows') > 0 AS set;
INSERT INTO o VALUES (10, 'y') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
INSERT INTO o SELECT id FROM o ON CONFLICT (id) DO UPDATE SET v = NULL;
INSERT INTO o VALUES (10, 'y') ON CONFLICT (id) DO NOTHING;
INSERT INTO o VALUES (2000, 'y');
-- an estimate that knows of what was taken back
SELECT safemig.unprotect('o');
INSERT INTO bin VALUES (1), (2), (3);
BEGIN;
INSERT INTO bin SELECT generate_series(4, 8);
ROLLBACK;
SET safemig.enforce = off;
BEGIN;
DELETE FROM bin;
ROLLBACK;
RESET safemig.enforce;
DELETE FROM bin;
SELECT count(*) FROM o WHERE id < 295;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE o, s, bin, moved CASCADE;
DROP FUNCTION wipe;
DROP EXTENSION safemig;
