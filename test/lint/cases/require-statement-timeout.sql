-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
-- bad
ALTER TABLE users ADD COLUMN email text;
-- good: set
SET statement_timeout = '5s';
ALTER TABLE users ADD COLUMN email text;
-- good: nobody else knows it
CREATE TABLE orders (id bigint PRIMARY KEY);
ALTER TABLE orders ADD COLUMN note text;
