-- DELETE and UPDATE of every row of a foreign table: its plan hides the conditions
-- that the other server is asked, the query does not.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE EXTENSION postgres_fdw;
-- the far side is this database with its guard off: what is refused is refused here
DO $$
BEGIN
	EXECUTE format('CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L, options %L)',
		split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'),
		current_database(), '-c safemig.enforce=off');
	EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user %L)', current_user);
END $$;
CREATE TABLE near (id int NOT NULL, v text);
INSERT INTO near SELECT g, g::text FROM generate_series(1, 9) g;
CREATE TABLE other (id int NOT NULL);
INSERT INTO other VALUES (1), (2);
CREATE FOREIGN TABLE t (id int NOT NULL, v text) SERVER far OPTIONS (table_name 'near');
CREATE FOREIGN TABLE o (id int NOT NULL) SERVER far OPTIONS (table_name 'other');
CREATE VIEW tv AS SELECT * FROM t;
CREATE TABLE parts (id int NOT NULL, v text) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100)
	SERVER far OPTIONS (table_name 'near');
CREATE TABLE parent (id int NOT NULL, v text);
CREATE FOREIGN TABLE child () INHERITS (parent) SERVER far OPTIONS (table_name 'near');
-- a join of two foreign tables, done over there: nothing of its condition is in the plan
ALTER SERVER far OPTIONS (ADD use_remote_estimate 'true');
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) DELETE FROM t USING o WHERE t.id = o.id AND o.id = 2;
DELETE FROM t USING o;
DELETE FROM t USING o WHERE o.id = 2;
DELETE FROM t USING o WHERE t.id = o.id AND o.id = 2;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_nestloop;
ALTER SERVER far OPTIONS (DROP use_remote_estimate);
-- refused
DELETE FROM t;
DELETE FROM t WHERE true;
DELETE FROM t WHERE now() > '2000-01-01';
DELETE FROM t WHERE id IS NOT NULL;
DELETE FROM t RETURNING id;
DELETE FROM t WHERE random() >= 0;
DELETE FROM t WHERE EXISTS (SELECT 1);
DELETE FROM t USING o;
DELETE FROM t USING o WHERE o.id = 1;
DELETE FROM tv;
DELETE FROM parts;
DELETE FROM parent;
WITH gone AS (DELETE FROM t RETURNING *) SELECT count(*) FROM gone;
WITH one AS (DELETE FROM t WHERE id = 1 RETURNING *) DELETE FROM t USING one;
PREPARE wipe AS DELETE FROM t;
EXECUTE wipe;
SET plan_cache_mode = force_generic_plan;
EXECUTE wipe;
TRUNCATE t;
-- every row updated: a warning
UPDATE t SET v = 'x';
-- beside them
EXPLAIN (COSTS OFF) DELETE FROM t;
DELETE FROM t WHERE id = 1;
DELETE FROM t WHERE id > 100 OR random() > 2;
DELETE FROM t WHERE v IS NULL;
DELETE FROM t WHERE false;
DELETE FROM t USING o WHERE t.id = o.id;
DELETE FROM t WHERE id IN (SELECT id FROM other WHERE id > 5);
DELETE FROM t WHERE id IN (SELECT id FROM o);
DELETE FROM tv WHERE id = 3;
DELETE FROM parts WHERE id = 4;
DELETE FROM parts WHERE v = 'x' AND id = 5;
DELETE FROM parent WHERE id = 6;
WITH gone AS (DELETE FROM t WHERE id = 7 RETURNING *) SELECT count(*) FROM gone;
PREPARE one (int) AS DELETE FROM t WHERE id = $1;
EXECUTE one(8);
RESET plan_cache_mode;
EXECUTE one(8);
UPDATE t SET v = 'y' WHERE id = 9;
INSERT INTO t VALUES (10, 'z');
SELECT * FROM near ORDER BY id;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP VIEW tv;
DROP FOREIGN TABLE t, o, child;
DROP TABLE near, other, parts, parent;
DROP EXTENSION postgres_fdw CASCADE;
DROP EXTENSION safemig;
