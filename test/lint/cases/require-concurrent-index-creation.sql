-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
CREATE INDEX users_email ON users (email);
CREATE TABLE drafts (id bigint PRIMARY KEY, note text);
ANALYZE;
-- bad
CREATE INDEX users_lower ON users (lower(email));
-- good: concurrently
CREATE INDEX CONCURRENTLY users_lower ON users (lower(email));
-- good: empty
CREATE INDEX ON drafts (note);
-- good: made by the script
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
CREATE INDEX ON orders (user_id);
-- good: there already
CREATE INDEX IF NOT EXISTS users_email ON users (email);
