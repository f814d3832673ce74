-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, g FROM generate_series(1, 20000) g;
ANALYZE;
-- bad
ALTER TABLE users ADD COLUMN nickname text;
UPDATE users SET nickname = email;
-- good: no DDL
UPDATE users SET email = lower(email);
-- good: one row
ALTER TABLE users ADD COLUMN nickname text;
UPDATE users SET nickname = email WHERE id = 1;
-- good: into a table made by the script
CREATE TABLE people (id bigint PRIMARY KEY);
INSERT INTO people SELECT id FROM users;
