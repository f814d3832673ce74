-- A script that captures a table takes back what it deletes and updates there, without a down script.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('keep_max_bytes', '1GB');
CREATE TABLE t (id int PRIMARY KEY, a text, b int);
INSERT INTO t SELECT g, 'a' || g, g FROM generate_series(1, 6) g;
CREATE TABLE other (id int PRIMARY KEY, t int REFERENCES t ON DELETE CASCADE);
INSERT INTO other VALUES (1, 1), (2, 6);
CREATE TABLE parted (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (10) TO (20);
INSERT INTO parted VALUES (1, 1), (11, 11);
CREATE TABLE before AS SELECT 't' AS x, to_jsonb(t) AS r FROM t UNION ALL SELECT 'p', to_jsonb(parted) FROM parted;
CREATE VIEW differences AS WITH now AS (SELECT 't', to_jsonb(t) FROM t UNION ALL SELECT 'p', to_jsonb(parted) FROM parted)
	SELECT '+' AS d, a.* FROM (TABLE now EXCEPT TABLE before) a UNION ALL SELECT '-', b.* FROM (TABLE before EXCEPT TABLE now) b;

SELECT safemig.apply('1', 'all of it', $$
	SELECT safemig.capture('public.t');
	SELECT safemig.capture('public.other');
	SELECT safemig.capture('public.parted');
	UPDATE t SET a = upper(a);
	ALTER TABLE t ADD COLUMN c int DEFAULT 7;
	UPDATE t SET c = b, b = NULL WHERE id < 4;
	DELETE FROM t WHERE id = 5;
	DO 'BEGIN FOR i IN 1..2 LOOP UPDATE t SET b = -i WHERE id = i; END LOOP; END';
	UPDATE parted SET id = id + 1, v = 0;
	DELETE FROM parted_2;
$$, permits => ARRAY['delete all public.parted_2', 'update all public.t', 'update all public.parted']);
SELECT s ->> 'statement' AS nr, s ->> 'what' AS what, s ->> 'sql' AS sql, s ? 'unknown' AS unknown FROM safemig.migration, jsonb_array_elements(inverse) s;
SELECT safemig.rollback('0', permits => ARRAY['drop column public.t.c']);
TABLE differences;

-- not so: what was written before the capture, by a cascade to another table, into one partition of many, and what was inserted
SELECT safemig.apply('2', 'all of it', $$
	UPDATE t SET a = 'x' WHERE id = 2;
	SELECT safemig.capture('public.t');
	SELECT safemig.capture('public.parted_1');
	DELETE FROM t WHERE id = 6;
	UPDATE parted SET v = 0 WHERE id < 5;
	INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET b = 0;
	MERGE INTO t USING (VALUES (2)) v(i) ON t.id = i WHEN MATCHED THEN DELETE;
	INSERT INTO t VALUES (9);
$$);
DO $$ BEGIN PERFORM safemig.rollback('0'); EXCEPTION WHEN SQLSTATE 'SM006' THEN DECLARE d text; BEGIN GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL; RAISE INFO '%', d; END; END $$;

-- nor when the bin has had no room for it
SELECT safemig.set(n, v) FROM (VALUES ('keep_max_bytes', '1MB'), ('keep_when_full', 'pass')) s(n, v);
CREATE TABLE big (id int PRIMARY KEY, v text);
INSERT INTO big SELECT g, repeat('x', 1500) FROM generate_series(1, 7000) g;
SELECT safemig.apply('3', 'big', $$ SELECT safemig.capture('public.big'); DELETE FROM big WHERE id > 0 $$);
SELECT s ->> 'what' AS what, s ? 'unknown' AS unknown FROM safemig.migration m, jsonb_array_elements(inverse) s WHERE version = '3';
SELECT safemig.set('keep_max_bytes', '1GB');

-- with a down script: rows that it leaves alone come back, also into a table that it makes again
CREATE TABLE again (id int PRIMARY KEY, v int);
INSERT INTO again VALUES (1, 1), (2, 2);
SELECT safemig.apply('4', 'again', $$ SELECT safemig.capture('public.again'); DELETE FROM again; DROP TABLE again $$,
	$$ CREATE TABLE again (id int PRIMARY KEY, v int) $$, permits => ARRAY['delete all public.again', 'drop table public.again']);
SELECT safemig.rollback('3');
SELECT * FROM again ORDER BY id;

SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP VIEW differences;
DROP TABLE t, other, parted, before, big, again;
DROP EXTENSION safemig;
