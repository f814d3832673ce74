-- Lint tells how long locks are waited for and held over a whole script.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.found(script text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT pg_catalog.format('%s %s %s: %s%s', f.statement, f.severity, f.rule, coalesce(f.object || ': ', '') ||
	                         pg_catalog.regexp_replace(f.message, ', [0-9]+ (bytes|kB|MB)', ', SIZE', 'g'),
	                         E'\n    ' || pg_catalog.replace(f.suggestion, E'\n', E'\n    '))
	  FROM safemig.lint(script) f JOIN safemig.lint_rules r ON r.id = f.rule
	 WHERE r.category = 'lock' ORDER BY f.statement, f.rule, f.object
$$;
SET safemig.enforce = off;
SET client_min_messages = error;
CREATE SCHEMA shop;
SET search_path = shop, public;
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE TABLE bills (id bigint PRIMARY KEY, note text);
CREATE TABLE drafts (id bigint PRIMARY KEY, note text);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
INSERT INTO orders SELECT g, g FROM generate_series(1, 1000) g;
INSERT INTO bills SELECT g, g FROM generate_series(1, 1000) g;
ANALYZE;
RESET client_min_messages;

-- no timeout
SELECT pg_temp.found('ALTER TABLE users ADD COLUMN a text; ALTER TABLE users DROP COLUMN email');
SELECT pg_temp.found($$SET lock_timeout = '2s'; CREATE INDEX ON users (email)$$);
SELECT pg_temp.found($$SET lock_timeout = '2s'; SELECT set_config('statement_timeout', '5min', true); ALTER TABLE users ADD COLUMN a text$$);
SELECT pg_temp.found('CREATE TABLE t (id bigint); ALTER TABLE t ADD COLUMN a text; ALTER TABLE drafts ADD COLUMN a text');
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY ON users (email); UPDATE users SET email = NULL; ANALYZE users');
SELECT safemig.set_rule('lint require-timeout-settings', 'warn');
SET lock_timeout = '2s';
SELECT pg_temp.found('ALTER TABLE users ADD COLUMN a text');
SET statement_timeout = '5min';
SELECT pg_temp.found('ALTER TABLE users ADD COLUMN a text');
SELECT safemig.drop_rule('lint require-timeout-settings');

-- something long while a strong lock is held
SELECT pg_temp.found('ALTER TABLE users ADD COLUMN a text; CREATE INDEX ON orders (note)');
SELECT pg_temp.found('ALTER TABLE users ADD COLUMN a text; CREATE INDEX ON users (a)');
SELECT pg_temp.found('LOCK TABLE users; INSERT INTO drafts SELECT id FROM orders; DELETE FROM orders WHERE note > id::text');
SELECT pg_temp.found('ALTER TABLE users ADD COLUMN a text; UPDATE users SET a = email WHERE a IS NULL');
SELECT pg_temp.found('ALTER TABLE users ADD CONSTRAINT c CHECK (id > 0) NOT VALID; DELETE FROM users WHERE email < id::text');
-- brief, before it, or in another transaction
SELECT pg_temp.found($$ALTER TABLE users ADD COLUMN a text; INSERT INTO orders VALUES (0, 'x'), (-1, 'y'); UPDATE orders SET note = 'z' WHERE id IN (5, 6)$$);
SELECT pg_temp.found('UPDATE orders SET note = lower(note); CREATE INDEX ON orders (note); ALTER TABLE users ADD COLUMN a text');
SELECT pg_temp.found('BEGIN; ALTER TABLE users ADD COLUMN a text; COMMIT; BEGIN; UPDATE orders SET note = lower(note); UPDATE users SET a = email; COMMIT');
SELECT pg_temp.found('ALTER TABLE users ADD COLUMN a text; CREATE TABLE t AS SELECT 1 AS x; CREATE INDEX ON t (x); UPDATE t SET x = 2');

-- several where one would do
SELECT pg_temp.found($$ALTER TABLE users ADD COLUMN a text DEFAULT 'x, y'; COMMENT ON TABLE orders IS 'z'; ALTER TABLE ONLY shop.users ALTER a SET NOT NULL, DROP COLUMN email$$);
SELECT pg_temp.found('ALTER TABLE users ADD COLUMN a text; ALTER TABLE shop.users ADD COLUMN b text, ADD COLUMN c text; ALTER TABLE users DROP COLUMN email');
SELECT pg_temp.found('ALTER TABLE users ADD COLUMN a text; UPDATE users SET a = 1 WHERE id = 1; ALTER TABLE users ALTER a SET DEFAULT 2');

SELECT pg_temp.found('ALTER TABLE users ADD COLUMN a text; ALTER TABLE users ADD COLUMN b text, ALTER a TYPE varchar; ALTER TABLE users ADD COLUMN c text');

-- several tables in one transaction
SELECT pg_temp.found('ALTER TABLE users ADD COLUMN a text; ALTER TABLE orders ADD COLUMN a text');
SELECT pg_temp.found('ALTER TABLE users ADD COLUMN a text; ALTER TABLE drafts ADD COLUMN a text; ALTER TABLE orders ADD COLUMN a text; TRUNCATE bills');
SELECT pg_temp.found('BEGIN; ALTER TABLE users ADD COLUMN a text; COMMIT; BEGIN; ALTER TABLE orders ADD COLUMN a text; COMMIT');
SELECT pg_temp.found('DROP TABLE users, orders');
RESET lock_timeout;
RESET statement_timeout;
RESET search_path;

SET safemig.enforce = off;
DROP SCHEMA shop CASCADE;
DROP EXTENSION safemig;
