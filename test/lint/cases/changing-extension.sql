-- setup
CREATE SCHEMA app;
CREATE EXTENSION citext;
-- bad
ALTER EXTENSION citext UPDATE;
-- bad: moved
ALTER EXTENSION citext SET SCHEMA app;
-- good: a new one
CREATE EXTENSION IF NOT EXISTS hstore;
