-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, note text);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
-- bad
ALTER TABLE users ALTER COLUMN email DROP NOT NULL;
-- good: it is nullable
ALTER TABLE users ALTER COLUMN note DROP NOT NULL;
-- good: made by the script
CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL);
ALTER TABLE orders ALTER COLUMN note DROP NOT NULL;
