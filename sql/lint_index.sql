-- Lint tells who waits for an index, and what one is good for.
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
	 WHERE r.category = 'index' ORDER BY f.statement, f.rule, f.object
$$;
SET safemig.enforce = off;
SET client_min_messages = error;
CREATE SCHEMA shop;
CREATE TABLE shop.users (id bigint PRIMARY KEY, email text, name text, a int, b int, c int);
INSERT INTO shop.users SELECT g, g, g, g, g, g FROM generate_series(1, 1000) g;
CREATE TABLE shop.orders (id bigint PRIMARY KEY, user_id bigint REFERENCES shop.users, note text);
INSERT INTO shop.orders SELECT g, g, g FROM generate_series(1, 1000) g;
CREATE TABLE shop.drafts (id bigint PRIMARY KEY, note text);
CREATE INDEX orders_user ON shop.orders (user_id);
CREATE UNIQUE INDEX users_email ON shop.users (email);
CREATE INDEX users_lower ON shop.users (lower(name)) WHERE a > 3 AND b IS NOT NULL;
CREATE INDEX users_a_b ON shop.users (a DESC, b) INCLUDE (c);
CREATE INDEX users_name ON shop.users (name);
CREATE TABLE shop.log (at date NOT NULL, k int) PARTITION BY RANGE (at);
CREATE TABLE shop.log_2025 PARTITION OF shop.log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE shop.log_2026 PARTITION OF shop.log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (k);
CREATE TABLE shop.log_2026_1 PARTITION OF shop.log_2026 FOR VALUES IN (1);
INSERT INTO shop.log SELECT '2025-05-05', 1 FROM generate_series(1, 1000);
ANALYZE;
RESET client_min_messages;
SET search_path = shop, public;

-- built while writers wait
SELECT pg_temp.found('CREATE INDEX ON users (c)');
SELECT pg_temp.found('CREATE UNIQUE INDEX one_name ON users USING btree (name, c)');
SELECT pg_temp.found('CREATE INDEX log_k ON log (k) WHERE k > 5');
-- nobody waits
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY ON users (c)');
SELECT pg_temp.found('CREATE INDEX ON drafts (note)');
SELECT pg_temp.found('CREATE TABLE t (id bigint); CREATE INDEX ON t (id); DROP INDEX t_id_idx');
SELECT pg_temp.found('CREATE TEMP TABLE t (id bigint); INSERT INTO t VALUES (1); CREATE INDEX ON t (id)');
SELECT pg_temp.found('CREATE INDEX IF NOT EXISTS users_name ON users (name)');
SELECT pg_temp.found('CREATE INDEX ON ONLY log (k)');

-- does the same
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY ON users (a DESC)');
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY ON users (lower(name)) WHERE a > 3 AND b IS NOT NULL');
SELECT pg_temp.found('CREATE UNIQUE INDEX CONCURRENTLY ON users (id)');
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY i ON users (b, c); CREATE INDEX CONCURRENTLY j ON users (b)');
-- does not
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY ON users (a, b)');
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY ON users (lower(name)) WHERE a > 4 AND b IS NOT NULL');
SELECT pg_temp.found('CREATE UNIQUE INDEX CONCURRENTLY ON users (name)');
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY ON users (name text_pattern_ops)');
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY ON users (name COLLATE "C")');
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY ON users (a DESC, b) INCLUDE (id)');

-- of a kind
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY ON drafts USING hash (note)');
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY wide ON users (a, lower(name), b, c) WHERE a > 0');
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY ON users (a, b, c) INCLUDE (id)');

-- dropped
SELECT pg_temp.found('DROP INDEX users_name');
SELECT pg_temp.found('DROP INDEX IF EXISTS orders_user, users_email');
SELECT pg_temp.found('CREATE INDEX log_k ON log (k); DROP INDEX log_k');
-- not used, not there, replaced by then
SELECT pg_temp.found('DROP INDEX CONCURRENTLY users_name');
SELECT pg_temp.found('DROP INDEX IF EXISTS nothing_of_the_kind');
SELECT pg_temp.found('DROP INDEX CONCURRENTLY orders_user; CREATE INDEX CONCURRENTLY ON orders (user_id, note)');
SELECT pg_temp.found('CREATE UNIQUE INDEX CONCURRENTLY again ON users (email) INCLUDE (name); DROP INDEX CONCURRENTLY users_email');

-- rebuilt
SELECT pg_temp.found('REINDEX (VERBOSE) TABLE users');
SELECT pg_temp.found('REINDEX SCHEMA shop');
SELECT pg_temp.found('REINDEX INDEX CONCURRENTLY users_name; REINDEX (CONCURRENTLY) TABLE users');
SELECT pg_temp.found('REINDEX TABLE drafts');
SELECT pg_temp.found('REINDEX SCHEMA nothing_of_the_kind');

-- left behind invalid
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_name'::regclass;
SELECT pg_temp.found('CREATE INDEX IF NOT EXISTS users_name ON users (name)');
SELECT pg_temp.found('CREATE INDEX CONCURRENTLY IF NOT EXISTS users_other ON users (name)');
RESET search_path;

SET safemig.enforce = off;
DROP SCHEMA shop CASCADE;
DROP EXTENSION safemig;
