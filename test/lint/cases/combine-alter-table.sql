-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE TABLE orders (id bigint PRIMARY KEY);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
INSERT INTO orders SELECT generate_series(1, 1000);
-- bad
ALTER TABLE users ADD COLUMN nickname text;
ALTER TABLE users ADD COLUMN phone text;
-- good: one
ALTER TABLE users ADD COLUMN nickname text, ADD COLUMN phone text;
-- good: two tables
ALTER TABLE users ADD COLUMN phone text;
ALTER TABLE orders ADD COLUMN phone text;
-- good: made by the script
CREATE TABLE bills (id bigint PRIMARY KEY);
ALTER TABLE bills ADD COLUMN nickname text;
ALTER TABLE bills ADD COLUMN phone text;
