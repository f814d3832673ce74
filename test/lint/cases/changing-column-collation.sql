-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text, note text);
INSERT INTO users SELECT g, 'u' || g, '' FROM generate_series(1, 1000) g;
CREATE INDEX users_email ON users (email);
ANALYZE;
-- bad
ALTER TABLE users ALTER COLUMN email TYPE text COLLATE "POSIX";
-- good: no index on it
ALTER TABLE users ALTER COLUMN note TYPE text COLLATE "POSIX";
-- good: the collation that it has
ALTER TABLE users ALTER COLUMN email TYPE text;
