-- setup
CREATE SCHEMA archive;
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE VIEW addresses AS SELECT id FROM users;
-- bad
ALTER TABLE users RENAME TO people;
-- bad: moved
ALTER TABLE users SET SCHEMA archive;
-- bad: a view
ALTER VIEW addresses RENAME TO homes;
-- good: made by the script
CREATE TABLE orders (id bigint PRIMARY KEY);
ALTER TABLE orders RENAME TO bills;
-- good: not there
ALTER TABLE IF EXISTS nothing_of_the_kind RENAME TO something;
-- good: an index
ALTER INDEX users_pkey RENAME TO users_id;
-- good: the old name goes on as a view
ALTER TABLE users RENAME TO people;
CREATE VIEW users AS SELECT * FROM people;
