-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
CREATE TABLE orders (id int PRIMARY KEY);
-- bad: a column more
ALTER TABLE users ADD COLUMN order_id integer;
-- good: bigint
CREATE TABLE orders (id bigint PRIMARY KEY);
-- good: a word in a name
CREATE TABLE orders (id bigint PRIMARY KEY, int text);
