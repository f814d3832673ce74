-- A script is judged statement by statement, each against what those before it left.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET search_path = public;
-- what of the data is lost, and where its readers stumble
CREATE FUNCTION pg_temp.losses(script text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', statement || ':', action, object) FROM safemig.effects(script)
	 WHERE category IN ('data', 'break') OR action = 'drop constraint'
$$;
CREATE FUNCTION pg_temp.work(script text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', statement || ':', action, object, CASE WHEN rewrites THEN 'rewrites' END, CASE WHEN scans THEN 'scans' END)
	  FROM safemig.effects(script)
$$;
CREATE FUNCTION pg_temp.found(script text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', statement || ':', rule, object) FROM safemig.lint(script)
	 WHERE rule IN ('ban-drop-table', 'ban-drop-column', 'changing-column-type', 'require-concurrent-index-creation',
	                'adding-not-nullable-field', 'constraint-missing-not-valid', 'disallowed-unique-constraint', 'require-primary-key')
	 ORDER BY statement, rule
$$;

CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, age int, "Home Town" text);
INSERT INTO users SELECT g, 'u' || g, g, 'x' FROM generate_series(1, 20) g;
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users, total int);
INSERT INTO orders SELECT g, g, g FROM generate_series(1, 20) g;
CREATE TABLE logs (id int, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE logs_2020 PARTITION OF logs FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
INSERT INTO logs VALUES (1, '2020-02-02');

-- a table of the script's own is nobody's loss, and no row of it is in the way
SELECT pg_temp.found('CREATE TABLE t (a int, b int PRIMARY KEY); CREATE INDEX ON t (a); ALTER TABLE t ALTER a SET NOT NULL, ALTER a TYPE text; DROP TABLE t');
SELECT pg_temp.found('CREATE INDEX ON users (age); ALTER TABLE users ALTER age SET NOT NULL, ALTER age TYPE text; DROP TABLE orders');

-- under a new name it is the old table; what then gets the old name is not
SELECT pg_temp.losses('ALTER TABLE users RENAME TO people; CREATE TABLE users (id int); DROP TABLE users; DROP TABLE people CASCADE');
SELECT pg_temp.losses('ALTER TABLE users RENAME age TO years; ALTER TABLE users ADD age int; ALTER TABLE users DROP age; ALTER TABLE users DROP years');
SELECT pg_temp.losses('ALTER TABLE orders RENAME CONSTRAINT orders_user_id_fkey TO fk; ALTER TABLE orders DROP CONSTRAINT fk');
SELECT pg_temp.losses('ALTER TABLE orders RENAME CONSTRAINT orders_user_id_fkey TO fk; ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey');

-- dropped is dropped, and once; made again it is new
SELECT pg_temp.losses('DROP TABLE orders; DROP TABLE IF EXISTS orders; CREATE TABLE orders (id int); TRUNCATE orders; DROP TABLE orders');
SELECT pg_temp.losses('ALTER TABLE users DROP age; ALTER TABLE users DROP IF EXISTS age; ALTER TABLE users DROP name');

-- a CHECK proves NOT NULL once it is valid, whatever its column is called by then, and until it goes
SELECT pg_temp.work($$ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL) NOT VALID;
	ALTER TABLE users VALIDATE CONSTRAINT c; ALTER TABLE users RENAME age TO years; ALTER TABLE users ALTER years SET NOT NULL$$);
SELECT pg_temp.work($$ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL) NOT VALID; ALTER TABLE users ALTER age SET NOT NULL$$);
SELECT pg_temp.work($$ALTER TABLE users ADD CONSTRAINT c CHECK (age IS NOT NULL) NOT VALID;
	ALTER TABLE users VALIDATE CONSTRAINT c; ALTER TABLE users DROP CONSTRAINT c; ALTER TABLE users ALTER age SET NOT NULL$$);

-- an index becomes a constraint, which then has its name
SELECT pg_temp.found('CREATE UNIQUE INDEX CONCURRENTLY i ON users (name); ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX i; CREATE INDEX IF NOT EXISTS i ON users (age); CREATE INDEX IF NOT EXISTS u ON users (age)');
SELECT pg_temp.losses('ALTER TABLE users ADD CONSTRAINT u UNIQUE (name); ALTER TABLE users DROP CONSTRAINT u; ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE');

-- names are looked up by the script's own search_path, in its own schemas
SELECT pg_temp.losses('CREATE SCHEMA s; SET search_path = s, public; CREATE TABLE users (id int); DROP TABLE users; DROP TABLE users CASCADE');
SELECT pg_temp.losses('CREATE SCHEMA s; CREATE TABLE s.users (id int); DROP TABLE s.users; DROP TABLE users CASCADE');
SELECT pg_temp.losses('CREATE SCHEMA s; ALTER TABLE users SET SCHEMA s; DROP TABLE IF EXISTS users; DROP TABLE s.users CASCADE');
SELECT pg_temp.losses('BEGIN; SET LOCAL search_path = pg_catalog; COMMIT; DROP TABLE orders');
SELECT pg_temp.losses('BEGIN; SET LOCAL search_path = pg_catalog; DROP TABLE IF EXISTS orders; COMMIT');
SELECT pg_temp.losses('CREATE TEMP TABLE users (id int); DROP TABLE users; DROP TABLE users CASCADE');
SELECT pg_temp.losses('ALTER SCHEMA public RENAME TO old; CREATE SCHEMA public; CREATE TABLE users (id int); DROP TABLE users; DROP TABLE old.orders');
SELECT pg_temp.losses('ALTER SCHEMA public RENAME TO old; DROP SCHEMA IF EXISTS public CASCADE; DROP TABLE IF EXISTS public.orders');
SHOW search_path;

-- rows: none after TRUNCATE, some after INSERT, and a partition's are its parent's
SELECT pg_temp.found('TRUNCATE orders; ALTER TABLE orders ALTER total TYPE text');
SELECT pg_temp.found('TRUNCATE orders; INSERT INTO orders (id) VALUES (1); ALTER TABLE orders ALTER total TYPE text');
SELECT pg_temp.found('TRUNCATE users CASCADE; CREATE INDEX ON orders (total)');
SELECT pg_temp.found('TRUNCATE logs; CREATE INDEX ON logs_2020 (id)');
SELECT pg_temp.found('ALTER TABLE logs DETACH PARTITION logs_2020; CREATE INDEX ON logs (id); CREATE INDEX ON logs_2020 (id)');

-- quoted names, names that are taken already, and parts of one statement that need each other
SELECT pg_temp.losses('CREATE TABLE "Users" ("Age" int); ALTER TABLE "Users" DROP "Age"; DROP TABLE "Users"; ALTER TABLE users RENAME "Home Town" TO "h T"; ALTER TABLE users DROP "h T"');
SELECT pg_temp.losses('CREATE TABLE IF NOT EXISTS users (x int); ALTER TABLE users DROP age; CREATE TABLE IF NOT EXISTS new (x int); ALTER TABLE new DROP x');
SELECT pg_temp.found('ALTER TABLE users ADD extra int, ADD CONSTRAINT c CHECK (age > 0) NOT VALID, VALIDATE CONSTRAINT c, DROP extra, DROP age');
SELECT pg_temp.found('CREATE TABLE copy (LIKE users INCLUDING ALL); CREATE TABLE half (LIKE users)');
SELECT pg_temp.losses('CREATE TABLE kid () INHERITS (users); ALTER TABLE kid ALTER name TYPE varchar(10); ALTER TABLE users ALTER name TYPE varchar(10); DROP TABLE kid');

-- an error in the script leaves nothing behind: the statement itself is judged by the catalogs
SELECT pg_temp.losses('DROP TABLE orders; DROP TABL users');
SELECT pg_temp.losses('DROP TABLE orders; SELECT 1/');
DROP TABLE orders;
BEGIN;
CREATE TABLE orders2 (id int);
DROP TABLE orders2;
COMMIT;

SET safemig.enforce = off;
DROP TABLE users, orders, logs;
DROP EXTENSION safemig;
