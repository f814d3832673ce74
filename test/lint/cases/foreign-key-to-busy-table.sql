-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE TABLE drafts (id bigint PRIMARY KEY);
ANALYZE;
-- bad
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
-- good: to a table without rows
CREATE TABLE notes (id bigint PRIMARY KEY, draft_id bigint REFERENCES drafts);
-- good: to a table made by the script
CREATE TABLE kinds (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, kind_id bigint REFERENCES kinds);
