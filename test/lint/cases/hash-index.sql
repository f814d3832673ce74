-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
CREATE INDEX CONCURRENTLY users_email ON users USING hash (email);
-- good: a btree
CREATE INDEX CONCURRENTLY users_email ON users (email);
