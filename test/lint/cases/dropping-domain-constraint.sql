-- setup
CREATE DOMAIN positive AS int CONSTRAINT over_zero CHECK (VALUE > 0);
CREATE DOMAIN needed AS int NOT NULL;
CREATE TABLE users (id bigint PRIMARY KEY, age positive, size needed);
-- bad
ALTER DOMAIN positive DROP CONSTRAINT over_zero;
-- bad: NOT NULL
ALTER DOMAIN needed DROP NOT NULL;
-- good: not there
ALTER DOMAIN positive DROP CONSTRAINT IF EXISTS nothing_of_the_kind;
-- good: it accepts nulls as it is
ALTER DOMAIN positive DROP NOT NULL;
