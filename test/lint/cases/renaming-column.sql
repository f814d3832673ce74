-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
-- bad
ALTER TABLE users RENAME COLUMN email TO mail;
-- bad: without the word
ALTER TABLE users RENAME email TO mail;
-- good: made by the script
ALTER TABLE users ADD COLUMN nickname text;
ALTER TABLE users RENAME COLUMN nickname TO nick;
-- good: of a table made by the script
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
ALTER TABLE orders RENAME COLUMN note TO remark;
-- good: a constraint
ALTER TABLE users RENAME CONSTRAINT users_pkey TO users_key;
