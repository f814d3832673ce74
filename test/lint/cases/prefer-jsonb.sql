-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
ALTER TABLE users ADD COLUMN data json;
-- good: jsonb
ALTER TABLE users ADD COLUMN data jsonb;
