-- What a script will lock is taken before its first statement, in the strongest
-- mode that any of them needs.
SET client_min_messages = error; CREATE EXTENSION safemig; RESET client_min_messages;
\set VERBOSITY terse
DO $$ BEGIN PERFORM safemig.set('keep', 'off'); END $$;
CREATE TABLE lk_users (id int PRIMARY KEY, name text);
CREATE TABLE lk_orders (id int PRIMARY KEY, user_id int, at date);
CREATE TABLE lk_logs (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE lk_logs_1 PARTITION OF lk_logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE lk_other (id int);
CREATE INDEX lk_other_id ON lk_other (id);
CREATE TABLE lk_seen (version text, relation text, mode text);
CREATE FUNCTION lk_look(version text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO lk_seen SELECT version, l.relation::regclass::text, l.mode FROM pg_locks l
	WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.relation >= 16384
	AND l.relation::regclass::text ~ '^lk_' AND l.mode ~ '^(Share|AccessEx|Exclusive)' $$;

SELECT safemig.apply('1', 'several', 'SELECT lk_look(''1'');
	CREATE INDEX ON lk_users (name); COMMENT ON TABLE lk_orders IS ''orders''; ALTER TABLE lk_orders ADD note text;
	ALTER TABLE lk_orders ADD FOREIGN KEY (user_id) REFERENCES lk_users');
SELECT safemig.apply('2', 'partitions and an index', 'SELECT lk_look(''2'');
	ALTER TABLE lk_logs ADD note text; ALTER INDEX lk_other_id SET (fillfactor = 90)');
SELECT safemig.apply('2.1', 'a new table alone', 'SELECT lk_look(''2.1''); CREATE TABLE lk_child (user_id int REFERENCES lk_users, other_id int)');
SELECT safemig.apply('2.2', 'a key of the table', 'SELECT lk_look(''2.2''); CREATE TABLE lk_child_2 (id int, FOREIGN KEY (id) REFERENCES lk_orders)');
SELECT safemig.apply('2.3', 'a partition', 'SELECT lk_look(''2.3''); CREATE TABLE lk_logs_2 PARTITION OF lk_logs FOR VALUES FROM (''2027-01-01'') TO (''2028-01-01'')');
SELECT safemig.apply('2.4', 'an heir', 'SELECT lk_look(''2.4''); CREATE TABLE lk_heir () INHERITS (lk_other)');
SELECT safemig.apply('2.5', 'nobody', 'SELECT lk_look(''2.5''); CREATE TABLE lk_alone (LIKE lk_users, n int PRIMARY KEY, m int REFERENCES lk_alone); INSERT INTO lk_alone (id, n) VALUES (1, 1)');
SELECT * FROM lk_seen ORDER BY version, relation COLLATE "C", mode;
SET safemig.enforce = off;
DROP TABLE lk_child, lk_child_2, lk_heir, lk_alone;
RESET safemig.enforce;

-- Not what the script itself makes, what it only reads or writes, or cannot be seen in it.
SELECT safemig.apply('3', 'nothing ahead', 'SELECT lk_look(''3''); CREATE TABLE lk_new (id int); ALTER TABLE lk_new ADD name text;
	INSERT INTO lk_other VALUES (1); UPDATE lk_other SET id = 2 WHERE id = 1; DO $$BEGIN EXECUTE ''ALTER TABLE lk_other ADD n int''; END$$');
-- With a permit, and under a name that search_path leads to.
CREATE SCHEMA lk_s CREATE TABLE lk_users (id int);
SELECT safemig.apply('4', 'permitted', 'SET search_path = lk_s, public; SELECT lk_look(''4''); ALTER TABLE lk_users ADD age int; DROP TABLE lk_orders',
	permits => ARRAY['drop table public.lk_orders']);
-- A rollback likewise.
SELECT safemig.apply('5', 'back by script', 'ALTER TABLE lk_users ADD age int', down => 'SELECT lk_look(''5''); ALTER TABLE lk_users DROP age');
SELECT safemig.rollback('4', permits => ARRAY['drop column public.lk_users.age']);
SELECT * FROM lk_seen WHERE version >= '3' ORDER BY version, relation COLLATE "C", mode;

-- Inside a script a lock_timeout holds, unless it or the session has one.
SELECT safemig.apply('6', 'limits', 'CREATE TABLE lk_limits AS SELECT current_setting(''lock_timeout'') AS t; SET lock_timeout = ''7s'';
	INSERT INTO lk_limits VALUES (current_setting(''lock_timeout''))');
SET lock_timeout = '9s';
SELECT safemig.apply('7', 'limits', 'INSERT INTO lk_limits VALUES (current_setting(''lock_timeout''))');
SHOW lock_timeout;
RESET lock_timeout;
SELECT * FROM lk_limits ORDER BY t;
SELECT safemig.set('lock_wait', '0');
SELECT safemig.set('retries', '-1');

SET safemig.enforce = off;
SET client_min_messages = error;
DROP SCHEMA lk_s CASCADE;
DROP TABLE lk_users, lk_logs, lk_other, lk_seen, lk_limits, lk_new CASCADE;
DROP FUNCTION lk_look;
DROP EXTENSION safemig;
