-- setup
CREATE SCHEMA shop CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE SCHEMA hollow;
-- bad
DROP SCHEMA shop CASCADE;
-- good: nothing in it
DROP SCHEMA hollow;
-- good: not there
DROP SCHEMA IF EXISTS nothing_of_the_kind CASCADE;
-- good: made by the script
CREATE SCHEMA scratch;
CREATE TABLE scratch.t (id bigint PRIMARY KEY);
DROP SCHEMA scratch CASCADE;
