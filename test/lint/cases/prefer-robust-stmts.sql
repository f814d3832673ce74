-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
CREATE INDEX users_old ON users (email);
-- bad
CREATE INDEX CONCURRENTLY users_email ON users (email);
-- bad: a drop
DROP INDEX CONCURRENTLY users_old;
-- good: can run again
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email ON users (email);
-- good: a drop that can run again
DROP INDEX CONCURRENTLY IF EXISTS users_old;
-- good: in a transaction, so all or nothing
ALTER TABLE users ADD COLUMN phone text;
