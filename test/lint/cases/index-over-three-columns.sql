-- setup
CREATE TABLE users (id bigint PRIMARY KEY, a int, b int, c int, d int);
-- bad
CREATE INDEX CONCURRENTLY users_many ON users (a, b, c, d);
-- good: three
CREATE INDEX CONCURRENTLY users_three ON users (a, b, c);
-- good: three to find by, one to read
CREATE INDEX CONCURRENTLY users_three ON users (a, b, c) INCLUDE (d);
-- good: a rule, not a way to find
CREATE UNIQUE INDEX CONCURRENTLY users_rule ON users (a, b, c, d);
