-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, 'u' || g FROM generate_series(1, 1000) g;
CREATE TABLE drafts (id bigint PRIMARY KEY);
ANALYZE;
-- bad
DELETE FROM users;
-- bad: a condition that is none
DELETE FROM users WHERE 1 = 1;
-- bad: behind a WITH
WITH gone AS (DELETE FROM users RETURNING id) SELECT count(*) FROM gone;
-- good: a condition
DELETE FROM users WHERE id = 1;
-- good: empty
DELETE FROM drafts;
-- good: made by the script
CREATE TABLE scratch AS SELECT id FROM users;
DELETE FROM scratch;
