-- Conditions that ask nothing of a row are no conditions; beside them, real ones.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int PRIMARY KEY, v text);
INSERT INTO t SELECT g, g::text FROM generate_series(1, 500) g;
CREATE TABLE o (id int, c text);
INSERT INTO o VALUES (1, 'a');
ANALYZE;
DO $$
DECLARE
	sql text;
BEGIN
	FOREACH sql IN ARRAY ARRAY[
		'DELETE FROM t WHERE random() >= 0',
		'DELETE FROM t WHERE clock_timestamp() > ''2000-01-01''',
		'DELETE FROM t WHERE id = id',
		'DELETE FROM t WHERE id IS NOT NULL',
		'DELETE FROM t WHERE ctid IS NOT NULL',
		'DELETE FROM t WHERE id <> ALL (''{}''::int[])',
		'DELETE FROM t USING t v WHERE t.id = v.id',
		'DELETE FROM t WHERE id IN (SELECT id FROM t)',
		'DELETE FROM t WHERE EXISTS (SELECT FROM t u WHERE u.id = t.id)',
		'DELETE FROM t USING o',
		'DELETE FROM t USING o WHERE o.id = 1',
		'MERGE INTO t USING (VALUES (1)) v ON true WHEN MATCHED AND now() > ''2000-01-01'' THEN DELETE',
		'-- beside them',
		'DELETE FROM t WHERE ctid = ''(0,1)''',
		'DELETE FROM t WHERE t IS NOT NULL',
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
		'DELETE FROM t WHERE random() < 0.5 AND id = 7']
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

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t, o;
DROP EXTENSION safemig;
