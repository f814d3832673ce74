-- Lint tells what is read, and who waits, when a partition comes or goes and a view is filled anew.
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
	 WHERE r.category = 'partition' ORDER BY f.statement, f.rule, f.object
$$;
SET safemig.enforce = off;
SET client_min_messages = error;
CREATE SCHEMA shop;
SET search_path = shop, public;
CREATE TABLE log (at date NOT NULL, k int) PARTITION BY RANGE (at);
CREATE TABLE log_2025 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE log_2024 (at date NOT NULL, k int);
CREATE TABLE log_2023 (at date NOT NULL, k int, CHECK (at >= '2023-01-01' AND at < '2024-01-01'));
CREATE TABLE log_2022 (at date NOT NULL, k int);
INSERT INTO log_2025 SELECT '2025-05-05', 1 FROM generate_series(1, 1000);
INSERT INTO log_2024 SELECT '2024-05-05', 1 FROM generate_series(1, 1000);
INSERT INTO log_2023 SELECT '2023-05-05', 1 FROM generate_series(1, 1000);
CREATE TABLE kinds (kind text, n int) PARTITION BY LIST (kind);
CREATE TABLE kinds_rest PARTITION OF kinds DEFAULT;
CREATE TABLE kinds_a (kind text, n int);
INSERT INTO kinds SELECT 'z', 1 FROM generate_series(1, 1000);
INSERT INTO kinds_a SELECT 'a', 1 FROM generate_series(1, 1000);
CREATE MATERIALIZED VIEW totals AS SELECT g AS id, 1 AS n FROM generate_series(1, 1000) g;
CREATE MATERIALIZED VIEW sums AS SELECT 1 AS n, g AS "No" FROM generate_series(1, 1000) g;
CREATE MATERIALIZED VIEW later AS SELECT 1 AS n WITH NO DATA;
CREATE UNIQUE INDEX ON totals (id);
ANALYZE;
RESET client_min_messages;

-- read for rows that do not belong there
SELECT pg_temp.found($$ALTER TABLE log ATTACH PARTITION log_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')$$);
SELECT pg_temp.found($$ALTER TABLE kinds ATTACH PARTITION kinds_a FOR VALUES IN ('a', 'b')$$);
SELECT pg_temp.found($$CREATE TABLE kinds_c PARTITION OF kinds FOR VALUES IN ('c')$$);
-- proved, empty, or new
SELECT pg_temp.found($$ALTER TABLE log ATTACH PARTITION log_2023 FOR VALUES FROM ('2023-01-01') TO ('2024-01-01')$$);
SELECT pg_temp.found($$ALTER TABLE log ATTACH PARTITION log_2022 FOR VALUES FROM ('2022-01-01') TO ('2023-01-01')$$);
SELECT pg_temp.found($$CREATE TABLE log_2021 PARTITION OF log FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')$$);
-- what it suggests is seen as proof
ALTER TABLE shop.log_2024 ADD CONSTRAINT log_2024_bound CHECK (((at IS NOT NULL) AND (at >= '2024-01-01'::date) AND (at < '2025-01-01'::date))) NOT VALID;
SELECT pg_temp.found($$ALTER TABLE log ATTACH PARTITION log_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')$$);
ALTER TABLE shop.log_2024 VALIDATE CONSTRAINT log_2024_bound;
SELECT pg_temp.found($$ALTER TABLE log ATTACH PARTITION log_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')$$);
ALTER TABLE shop.kinds_rest ADD CONSTRAINT kinds_rest_bound CHECK (NOT ((kind IS NOT NULL) AND (kind = 'c'::text)));
SELECT pg_temp.found($$CREATE TABLE kinds_c PARTITION OF kinds FOR VALUES IN ('c')$$);

-- detached
SELECT pg_temp.found('ALTER TABLE log DETACH PARTITION log_2025');
SELECT pg_temp.found('ALTER TABLE kinds DETACH PARTITION kinds_rest');
SELECT pg_temp.found('ALTER TABLE log DETACH PARTITION log_2025 CONCURRENTLY');
SELECT pg_temp.found('ALTER TABLE log DETACH PARTITION log_2025 FINALIZE');

-- filled anew
SELECT pg_temp.found('REFRESH MATERIALIZED VIEW totals');
SELECT pg_temp.found('REFRESH MATERIALIZED VIEW sums');
SELECT pg_temp.found('REFRESH MATERIALIZED VIEW totals WITH NO DATA');
SELECT pg_temp.found('REFRESH MATERIALIZED VIEW CONCURRENTLY totals; REFRESH MATERIALIZED VIEW later');
SELECT pg_temp.found('CREATE MATERIALIZED VIEW new AS SELECT 1 AS n; REFRESH MATERIALIZED VIEW new');
RESET search_path;

SET safemig.enforce = off;
DROP SCHEMA shop CASCADE;
DROP EXTENSION safemig;
