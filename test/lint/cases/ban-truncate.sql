-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE TABLE drafts (id bigint PRIMARY KEY);
ANALYZE;
-- bad
TRUNCATE users;
-- bad: the second of two
TRUNCATE TABLE drafts, users RESTART IDENTITY;
-- good: empty
TRUNCATE drafts;
-- good: made by the script
CREATE TABLE scratch AS SELECT id FROM users;
TRUNCATE scratch;
