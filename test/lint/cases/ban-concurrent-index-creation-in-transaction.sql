-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
-- bad
BEGIN;
CREATE INDEX CONCURRENTLY users_email ON users (email);
COMMIT;
-- bad: a drop
BEGIN;
DROP INDEX CONCURRENTLY IF EXISTS users_email;
COMMIT;
-- good: outside
CREATE INDEX CONCURRENTLY users_email ON users (email);
-- good: after the transaction
BEGIN;
SELECT 1;
COMMIT;
CREATE INDEX CONCURRENTLY users_email ON users (email);
-- good: not concurrently
BEGIN;
CREATE INDEX users_email ON users (email);
COMMIT;
