-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE UNLOGGED TABLE cache (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
INSERT INTO cache SELECT generate_series(1, 1000);
CREATE TABLE drafts (id bigint PRIMARY KEY);
ANALYZE;
-- bad
ALTER TABLE users SET UNLOGGED;
-- bad: back
ALTER TABLE cache SET LOGGED;
-- good: as it is
ALTER TABLE users SET LOGGED;
-- good: empty
ALTER TABLE drafts SET UNLOGGED;
