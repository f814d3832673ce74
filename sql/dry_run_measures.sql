-- A dry run measures each statement where it runs, and takes all of it back.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SET client_min_messages = warning;
\set VERBOSITY terse
CREATE SCHEMA shop;
SET search_path = shop;
CREATE TABLE users (id int PRIMARY KEY, name varchar(10), n int);
INSERT INTO users SELECT i, 'x', i FROM generate_series(1, 100) i;
CREATE TABLE orders (id int PRIMARY KEY, user_id int CONSTRAINT orders_user REFERENCES users DEFERRABLE INITIALLY DEFERRED);
INSERT INTO orders VALUES (1, 1);
CREATE VIEW named AS SELECT name FROM users;
CREATE FUNCTION state_of_all() RETURNS text LANGUAGE sql AS $$
	SELECT md5(concat_ws('|',
		(SELECT string_agg(u::text, ',' ORDER BY u.id) FROM users u),
		(SELECT string_agg(o::text, ',' ORDER BY o.id) FROM orders o),
		(SELECT string_agg(concat_ws(':', relname, relfilenode, relkind, relnatts, relchecks), ',' ORDER BY oid)
		   FROM pg_class WHERE relnamespace = 'shop'::regnamespace),
		(SELECT count(*) FROM pg_depend), (SELECT count(*) FROM pg_attribute), (SELECT count(*) FROM pg_constraint),
		(SELECT count(*) FROM safemig.bin_entry), (SELECT count(*) FROM safemig.migration),
		(SELECT count(*) FROM safemig.history_entry)))
$$;
SELECT state_of_all() AS before \gset

-- locks, rewrites, rows, effects
SELECT statement, line, command, rows, locks, rewrites, effects, error FROM safemig.dry_run($$
ALTER TABLE users ADD language text;
INSERT INTO users VALUES (101, 'y', 1), (102, 'z', 2);
ALTER TABLE users ALTER n TYPE bigint;
CREATE INDEX ON users (name);
CREATE TABLE fresh (i int); DROP TABLE fresh;
REINDEX INDEX orders_pkey;
ALTER TABLE users RENAME TO clients;
TRUNCATE orders;
SELECT count(*) FROM clients;
DROP TABLE clients CASCADE
$$, ARRAY['alter column type shop.users.n', 'rename table shop.users', 'truncate shop.orders', 'drop table shop.clients']);
SELECT state_of_all() = :'before' AS as_before;
SELECT bool_and(duration >= '0' AND duration < '1 minute') AS durations,
       bool_and(wal_bytes > 0) FILTER (WHERE command = 'INSERT') AS wal_of_insert,
       bool_and(wal_bytes = 0) FILTER (WHERE command = 'SELECT') AS wal_of_select
  FROM safemig.dry_run('INSERT INTO users VALUES (101); SELECT 1');

-- a dropped foreign key's other table, a partitioned table's parts
CREATE TABLE log (at int, note text) PARTITION BY RANGE (at);
CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (0) TO (10);
CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM (10) TO (20);
INSERT INTO log SELECT i, 'x' FROM generate_series(0, 19) i;
SELECT command, rows, locks, rewrites, effects, error FROM safemig.dry_run($$
ALTER TABLE orders DROP CONSTRAINT orders_user;
ALTER TABLE log ALTER note TYPE varchar(5);
UPDATE log SET note = 'y' WHERE at = 3
$$, ARRAY['alter column type shop.log.note']) WHERE statement IS NOT NULL;
SELECT command, error FROM safemig.dry_run('ALTER TABLE log ADD CHECK (at < 15)');

-- the same in a transaction, whose own doing is not measured, and stays
SELECT state_of_all() AS before \gset
BEGIN;
SELECT safemig.permit('truncate shop.orders') > 0 AS permitted;
TRUNCATE orders;
LOCK TABLE users IN ACCESS EXCLUSIVE MODE;
SELECT command, rows, locks, rewrites, error FROM safemig.dry_run($$
INSERT INTO orders VALUES (7, 7);
ALTER TABLE users ADD language text
$$);
SELECT count(*) FROM orders;
SELECT relation::regclass, mode FROM pg_locks
 WHERE pid = pg_backend_pid() AND relation IN ('users'::regclass, 'orders'::regclass) AND mode LIKE '%Exclusive%' ORDER BY 1, 2;
ROLLBACK;
SELECT state_of_all() = :'before' AS as_before;

-- in a function, and twice in one statement
CREATE FUNCTION errors_of(script text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT count(error) FROM safemig.dry_run(script));
END $$;
SELECT errors_of('CREATE TABLE twice (i int)'), errors_of('CREATE TABLE twice (i int); SELECT 1/0');

SET safemig.enforce = off;
RESET search_path;
DROP SCHEMA shop CASCADE;
DROP EXTENSION safemig;
