-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE TABLE drafts (id bigint PRIMARY KEY);
ANALYZE;
-- bad
REINDEX INDEX users_pkey;
-- bad: a table
REINDEX TABLE users;
-- good: concurrently
REINDEX TABLE CONCURRENTLY users;
-- good: concurrently, the other way to write it
REINDEX (VERBOSE, CONCURRENTLY) INDEX users_pkey;
-- good: empty
REINDEX TABLE drafts;
