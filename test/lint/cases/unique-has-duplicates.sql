-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text, nickname text, deleted boolean, code int);
INSERT INTO users SELECT g, 'u' || g % 500, CASE WHEN g > 10 THEN 'n' || g END, g > 500, g FROM generate_series(1, 1000) g;
ANALYZE;
-- bad
CREATE UNIQUE INDEX CONCURRENTLY users_email ON users (email);
-- bad: as a constraint
ALTER TABLE users ADD CONSTRAINT one_email UNIQUE (email);
-- good: no value twice
CREATE UNIQUE INDEX CONCURRENTLY users_code ON users (code);
-- good: nulls are not equal
CREATE UNIQUE INDEX CONCURRENTLY users_nickname ON users (nickname);
-- good: not among those it is about
CREATE UNIQUE INDEX CONCURRENTLY users_email ON users (email) WHERE NOT deleted;
-- good: not unique
CREATE INDEX CONCURRENTLY users_email ON users (email);
