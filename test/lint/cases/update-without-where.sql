-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, 'u' || g FROM generate_series(1, 1000) g;
CREATE TABLE drafts (id bigint PRIMARY KEY, note text);
ANALYZE;
-- bad
UPDATE users SET email = lower(email);
-- bad: a condition that is none
UPDATE users SET email = '' WHERE true;
-- good: a condition
UPDATE users SET email = lower(email) WHERE id BETWEEN 1 AND 10;
-- good: empty
UPDATE drafts SET note = '';
-- good: made by the script
CREATE TABLE scratch AS SELECT id, email FROM users;
UPDATE scratch SET email = '';
-- good: a column made by the script, so nothing is overwritten
ALTER TABLE users ADD COLUMN nickname text;
UPDATE users SET nickname = email;
