-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
-- bad
ALTER TABLE users ADD COLUMN phone text;
CREATE INDEX CONCURRENTLY users_phone ON users (phone);
-- bad: VACUUM
CREATE TABLE orders (id bigint PRIMARY KEY);
VACUUM users;
-- good: nothing that needs a transaction
CREATE INDEX CONCURRENTLY users_email ON users (email);
-- good: settings need none
SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY users_email ON users (email);
-- good: nothing that cannot have one
ALTER TABLE users ADD COLUMN phone text;
CREATE INDEX users_phone ON users (phone);
