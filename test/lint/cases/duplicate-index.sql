-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text, day date, active boolean);
INSERT INTO users SELECT g, g, '2026-01-01', true FROM generate_series(1, 1000) g;
CREATE INDEX users_email_day ON users (email, day);
ANALYZE;
-- bad: the same
CREATE INDEX CONCURRENTLY users_again ON users (email, day);
-- bad: the beginning of another
CREATE INDEX CONCURRENTLY users_email ON users (email);
-- bad: the primary key's
CREATE INDEX CONCURRENTLY users_id ON users (id);
-- good: not the beginning
CREATE INDEX CONCURRENTLY users_day ON users (day);
-- good: unique, which the other is not
CREATE UNIQUE INDEX CONCURRENTLY users_one_email ON users (email);
-- good: for some rows
CREATE INDEX CONCURRENTLY users_active ON users (email) WHERE active;
-- good: for other operators
CREATE INDEX CONCURRENTLY users_like ON users (email text_pattern_ops);
