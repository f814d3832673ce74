-- setup
CREATE DOMAIN age AS int;
CREATE DOMAIN unused AS int;
CREATE TABLE users (id bigint PRIMARY KEY, age age);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
ANALYZE;
-- bad
ALTER DOMAIN age ADD CONSTRAINT over_zero CHECK (VALUE > 0);
-- bad: NOT NULL
ALTER DOMAIN age SET NOT NULL;
-- good: not valid
ALTER DOMAIN age ADD CONSTRAINT over_zero CHECK (VALUE > 0) NOT VALID;
-- good: no table uses it
ALTER DOMAIN unused ADD CONSTRAINT over_zero CHECK (VALUE > 0);
