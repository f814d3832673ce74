-- setup
SET safemig.enforce = off;
CREATE TABLE users (id bigint PRIMARY KEY, email text, nickname text);
INSERT INTO users SELECT g, g, g FROM generate_series(1, 1000) g;
CREATE INDEX users_email ON users (email);
CREATE INDEX users_nickname ON users (nickname);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_email'::regclass;
ANALYZE;
-- bad
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email ON users (email);
-- good: it is valid
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_nickname ON users (nickname);
-- good: out of the way
DROP INDEX CONCURRENTLY IF EXISTS users_email;
