-- setup
CREATE TABLE users (id bigint PRIMARY KEY, code varchar(10) CHECK (code <> 'none'), email varchar(10), tag varchar(10));
INSERT INTO users SELECT g, g, g, g FROM generate_series(1, 1000) g;
ALTER TABLE users ADD CONSTRAINT later CHECK (tag <> 'none') NOT VALID;
ANALYZE;
-- bad
ALTER TABLE users ALTER COLUMN code TYPE varchar(20);
-- good: no constraint on it
ALTER TABLE users ALTER COLUMN email TYPE varchar(20);
-- good: its constraint was never checked
ALTER TABLE users ALTER COLUMN tag TYPE varchar(20);
