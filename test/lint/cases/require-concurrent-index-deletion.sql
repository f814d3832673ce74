-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
CREATE INDEX users_email ON users (email);
ANALYZE;
-- bad
DROP INDEX users_email;
-- good: concurrently
DROP INDEX CONCURRENTLY users_email;
-- good: not there
DROP INDEX IF EXISTS nothing_of_the_kind;
-- good: made by the script
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
CREATE INDEX orders_user ON orders (user_id);
DROP INDEX orders_user;
