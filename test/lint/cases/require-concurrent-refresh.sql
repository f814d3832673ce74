-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE MATERIALIZED VIEW totals AS SELECT id FROM users;
CREATE UNIQUE INDEX totals_id ON totals (id);
CREATE MATERIALIZED VIEW later AS SELECT id FROM users WITH NO DATA;
ANALYZE;
-- bad
REFRESH MATERIALIZED VIEW totals;
-- good: concurrently
REFRESH MATERIALIZED VIEW CONCURRENTLY totals;
-- good: for the first time, when nobody can read it yet
REFRESH MATERIALIZED VIEW later;
