-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, 'u' || g FROM generate_series(1, 1000) g;
CREATE TABLE drafts (id bigint PRIMARY KEY);
CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM users;
CREATE TABLE events (at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO events VALUES ('2025-05-05');
ANALYZE;
-- bad: rows
DROP TABLE users CASCADE;
-- bad: empty, but running code reads it
DROP TABLE IF EXISTS drafts;
-- bad: a partition
DROP TABLE events_2025;
-- bad: a materialized view
DROP MATERIALIZED VIEW totals;
-- good: not there
DROP TABLE IF EXISTS nothing_of_the_kind;
-- good: made by the script
CREATE TABLE scratch (id bigint PRIMARY KEY);
INSERT INTO scratch SELECT id FROM users;
DROP TABLE scratch;
-- good: temporary
CREATE TEMP TABLE scratch (id bigint);
DROP TABLE scratch;
