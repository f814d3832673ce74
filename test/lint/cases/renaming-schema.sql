-- setup
CREATE SCHEMA shop CREATE TABLE orders (id bigint PRIMARY KEY);
-- bad
ALTER SCHEMA shop RENAME TO store;
-- good: made by the script
CREATE SCHEMA scratch;
ALTER SCHEMA scratch RENAME TO store;
