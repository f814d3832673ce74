-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text, nickname text);
INSERT INTO users SELECT g, g, g FROM generate_series(1, 1000) g;
CREATE INDEX users_email ON users (email);
CREATE INDEX users_nickname ON users (nickname);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
CREATE INDEX orders_user ON orders (user_id);
ANALYZE;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT id FROM users WHERE email = '7';
-- bad: queries use it
DROP INDEX CONCURRENTLY users_email;
-- bad: the only one that serves a foreign key
DROP INDEX CONCURRENTLY orders_user;
-- good: never used
DROP INDEX CONCURRENTLY users_nickname;
