-- Conditions that ask nothing of a row are no conditions; beside them, real ones.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int PRIMARY KEY, v text);
INSERT INTO t SELECT g, g::text FROM generate_series(1, 200) g;
CREATE TABLE o (id int, c text);
INSERT INTO o VALUES (1, 'a');
CREATE TABLE p (id int, k int, PRIMARY KEY (id, k)) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (100) TO (1000);
INSERT INTO p SELECT g * 5, g * 5 FROM generate_series(1, 40) g;
CREATE TABLE par (id int, v text);
CREATE TABLE chi (extra int) INHERITS (par);
INSERT INTO par SELECT g, 'x' FROM generate_series(1, 50) g;
INSERT INTO chi SELECT g, 'y', g FROM generate_series(1, 50) g;
CREATE TABLE one (id int PRIMARY KEY, v varchar(9) NOT NULL);
INSERT INTO one VALUES (1, 'settings');
ANALYZE;
CREATE FUNCTION try_all() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	sql text;
BEGIN
	FOREACH sql IN ARRAY ARRAY[
		'DELETE FROM t WHERE random() >= 0',
		'DELETE FROM t WHERE clock_timestamp() > ''2000-01-01''',
		'DELETE FROM t WHERE id = id',
		'DELETE FROM t WHERE id IS NOT NULL',
		'DELETE FROM t WHERE id <> ALL (''{}''::int[])',
		'DELETE FROM t USING t v WHERE t.id = v.id',
		'DELETE FROM t WHERE id IN (SELECT id FROM t)',
		'DELETE FROM t WHERE EXISTS (SELECT FROM t u WHERE u.id = t.id)',
		'DELETE FROM t USING o',
		'DELETE FROM t USING o WHERE o.id = 1',
		'DELETE FROM p a USING p b WHERE a.id = b.id AND a.k = b.k',
		'DELETE FROM p WHERE k IN (SELECT k FROM p)',
		'DELETE FROM par WHERE id IN (SELECT id FROM par)',
		'DELETE FROM ONLY par WHERE id IN (SELECT id FROM par)',
		'DELETE FROM one WHERE id IN (SELECT id FROM one)',
		'DELETE FROM one a USING one b WHERE a.v = b.v',
		'DELETE FROM t WHERE id IN (SELECT id FROM t WHERE id IS NOT NULL)',
		'DELETE FROM t WHERE id IN (SELECT id FROM t GROUP BY id)',
		'DELETE FROM t WHERE id IN (SELECT DISTINCT id FROM t)',
		'DELETE FROM t WHERE id IN (SELECT id FROM t ORDER BY v)',
		'DELETE FROM t WHERE id IN (SELECT id FROM t OFFSET 0)',
		'DELETE FROM t WHERE id IN (SELECT id FROM t OFFSET 0) AND id IS NOT NULL',
		'DELETE FROM t WHERE ctid IS NOT NULL',
		'DELETE FROM t WHERE ctid = ctid',
		'DELETE FROM t WHERE tableoid IS NOT NULL',
		'DELETE FROM one WHERE one IS NOT NULL',
		'MERGE INTO t USING (VALUES (1)) v ON true WHEN MATCHED AND t.id IS NOT NULL THEN DELETE',
		'MERGE INTO t USING (VALUES (1)) v ON true WHEN MATCHED AND now() > ''2000-01-01'' THEN DELETE',
		'MERGE INTO t USING o ON true WHEN MATCHED AND o.id IS NOT NULL THEN DELETE',
		'-- beside them',
		'DELETE FROM t USING o WHERE t.id = 5',
		'DELETE FROM t USING o WHERE t.id = o.id',
		'DELETE FROM t USING t v WHERE t.id = v.id AND v.v = ''3''',
		'DELETE FROM t USING t v WHERE t.id < v.id AND t.v = v.v',
		'DELETE FROM t WHERE id IN (SELECT id FROM t WHERE v = ''9'')',
		'DELETE FROM t WHERE id IN (SELECT id FROM o)',
		'DELETE FROM t WHERE NOT EXISTS (SELECT FROM t u WHERE u.id = t.id)',
		'DELETE FROM t WHERE v IS NOT NULL AND id < 3',
		'MERGE INTO t USING o ON t.id = 5 WHEN MATCHED THEN DELETE',
		'UPDATE t SET v = o.c FROM o WHERE t.id = 7',
		'DELETE FROM t WHERE random() < 0.5 AND id = 7',
		'DELETE FROM p a USING p b WHERE a.id = b.id AND a.k = b.k AND b.k < 10',
		'DELETE FROM p a USING p1 b WHERE a.id = b.id AND a.k = b.k',
		'DELETE FROM p a USING p b WHERE a.id = b.k + 1',
		'DELETE FROM par WHERE id IN (SELECT id FROM ONLY par)',
		'DELETE FROM one WHERE id IN (SELECT id FROM one WHERE v = ''a'')',
		'DELETE FROM one a USING one b WHERE a.v = b.v AND a.id <> b.id',
		'DELETE FROM t WHERE id IN (SELECT id FROM t GROUP BY id HAVING count(*) > 1)',
		'DELETE FROM t WHERE id IN (SELECT max(id) FROM t GROUP BY v)',
		'DELETE FROM t WHERE id IN (SELECT id FROM t ORDER BY v LIMIT 5)',
		'DELETE FROM t WHERE id IN (SELECT id FROM t OFFSET 5)',
		'DELETE FROM t WHERE t IS NOT NULL',
		'DELETE FROM t WHERE ctid = ''(0,1)''::tid',
		'MERGE INTO t USING (VALUES (1)) v ON true WHEN MATCHED AND t.id = 3 THEN DELETE']
	LOOP
		BEGIN
			EXECUTE sql;
			RAISE NOTICE 'allowed: %', sql;
			RAISE EXCEPTION USING ERRCODE = 'ZZ001';
		EXCEPTION
			WHEN SQLSTATE 'SM001' THEN
				RAISE NOTICE 'refused: %', sql;
			WHEN SQLSTATE 'ZZ001' THEN
				NULL;
		END;
	END LOOP;
END $$;
SELECT try_all();
-- by other plans
SET jit = off;
SET enable_seqscan = off;
SELECT try_all();
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT try_all();
SET enable_material = off;
SET enable_indexscan = off;
SELECT try_all();
SET enable_nestloop = off;
RESET enable_mergejoin;
SELECT try_all();

SET client_min_messages = error;
SET safemig.enforce = off;
DROP FUNCTION try_all();
DROP TABLE t, o, p, par, chi, one;
DROP EXTENSION safemig;
