-- Maintenance: only those who may run migrations write, and all can read.
SET client_min_messages = error; CREATE EXTENSION safemig; RESET client_min_messages; \set VERBOSITY terse
CREATE ROLE regress_safemig_app; CREATE ROLE regress_safemig_deployer;
GRANT CREATE ON SCHEMA public TO regress_safemig_app, regress_safemig_deployer;
GRANT USAGE ON SCHEMA safemig TO regress_safemig_app, regress_safemig_deployer;
GRANT EXECUTE ON FUNCTION safemig.apply, safemig.maintenance_on, safemig.maintenance_off TO regress_safemig_deployer;
SET ROLE regress_safemig_app;
CREATE TABLE orders (id int PRIMARY KEY, total int);
INSERT INTO orders SELECT i, i FROM generate_series(1, 3) i;
GRANT ALL ON orders TO regress_safemig_deployer;
CREATE TEMP TABLE mine (i int);
PREPARE later AS UPDATE orders SET total = 0 WHERE id = 1;
CREATE FUNCTION regress_write() RETURNS int LANGUAGE sql AS 'UPDATE public.orders SET total = 9 WHERE id = 1 RETURNING 1';
-- not who was not granted it
SELECT safemig.maintenance_on('mine');
SELECT safemig.maintenance_off();
SET ROLE regress_safemig_deployer;
SELECT safemig.maintenance_on(NULL);
SELECT safemig.maintenance_on('  ');
SELECT safemig.maintenance_on('over', now() - interval '1 second');
SELECT safemig.maintenance_on('we move, back at 6');
SELECT message, until_at, set_by = session_user AS set_by FROM safemig.maintenance;

-- an application is told
SET ROLE regress_safemig_app;
\set SHOW_CONTEXT never
DO $$ BEGIN INSERT INTO orders VALUES (4, 4);
EXCEPTION WHEN SQLSTATE 'SM004' THEN RAISE NOTICE '% %', SQLSTATE, SQLERRM; END $$;
\set VERBOSITY default
INSERT INTO orders VALUES (4, 4);
\set VERBOSITY terse
UPDATE orders SET total = 0 WHERE id = 1;
DELETE FROM orders WHERE id = 1;
WITH gone AS (DELETE FROM orders WHERE id = 1 RETURNING id) SELECT * FROM gone;
EXECUTE later;
SELECT regress_write();
COPY orders FROM '/dev/null';
CREATE TABLE more (i int);
CREATE TABLE more AS SELECT 1;
ALTER TABLE orders ADD note text;
-- reads, and writes what is its own
SELECT count(*) FROM orders;
SELECT id FROM orders WHERE id = 1 FOR UPDATE;
EXPLAIN (COSTS off) UPDATE orders SET total = 0 WHERE id = 1;
BEGIN READ ONLY; SELECT count(*) FROM orders; COMMIT;
INSERT INTO mine VALUES (1);
COPY orders TO stdout;
-- with no owner's rights either
RESET ROLE;
ALTER FUNCTION regress_write() SECURITY DEFINER;
ALTER FUNCTION regress_write() OWNER TO regress_safemig_deployer;
SET ROLE regress_safemig_app;
SELECT regress_write();

-- who may run migrations writes, and so do they
SET ROLE regress_safemig_deployer;
UPDATE orders SET total = 5 WHERE id = 1;
SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i int); INSERT INTO orders VALUES (4, 4)');
-- said anew, and until then
SELECT safemig.maintenance_on('a moment', now() + interval '1 hour');
SET ROLE regress_safemig_app;
UPDATE orders SET total = 0 WHERE id = 1;
RESET ROLE;
SET safemig.enforce = off;
UPDATE safemig.maintenance_mode SET until_at = now() - interval '1 second';
RESET safemig.enforce;
SET ROLE regress_safemig_app;
UPDATE orders SET total = 1 WHERE id = 1;
-- one that was meant for another database
RESET ROLE;
SELECT safemig.maintenance_on('a moment');
SET safemig.enforce = off;
UPDATE safemig.maintenance_mode SET bound_to = '1/1';
RESET safemig.enforce;
SET ROLE regress_safemig_app;
UPDATE orders SET total = 2 WHERE id = 1;
-- a rollback takes it back
RESET ROLE;
BEGIN; SELECT safemig.maintenance_on('never'); ROLLBACK;
SET ROLE regress_safemig_app;
UPDATE orders SET total = 3 WHERE id = 1;
-- off
SET ROLE regress_safemig_deployer;
SELECT safemig.maintenance_on('the last');
SELECT safemig.maintenance_off();
SELECT safemig.maintenance_off();
SET ROLE regress_safemig_app;
EXECUTE later;
SELECT count(*) FROM safemig.maintenance;
RESET ROLE;
SELECT event, reason, detail IS NULL AS open FROM safemig.history WHERE event ~ 'maintenance' ORDER BY id;

SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE orders, one;
DROP EXTENSION safemig;
DROP OWNED BY regress_safemig_app, regress_safemig_deployer;
DROP ROLE regress_safemig_app, regress_safemig_deployer;
