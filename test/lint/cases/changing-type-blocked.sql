-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email varchar(50), note varchar(50), half int, whole int GENERATED ALWAYS AS (half * 2) STORED, secret varchar(20));
INSERT INTO users SELECT g, g, g, g FROM generate_series(1, 1000) g;
CREATE VIEW addresses AS SELECT id, email FROM users;
CREATE POLICY open ON users USING (secret IS NULL);
-- bad: a view
ALTER TABLE users ALTER COLUMN email TYPE varchar(100);
-- bad: a generated column
ALTER TABLE users ALTER COLUMN half TYPE bigint;
-- bad: a policy
ALTER TABLE users ALTER COLUMN secret TYPE text;
-- good: the view does not show it
ALTER TABLE users ALTER COLUMN note TYPE varchar(100);
-- good: the view is out of the way
DROP VIEW addresses;
ALTER TABLE users ALTER COLUMN email TYPE varchar(100);
CREATE VIEW addresses AS SELECT id, email FROM users;
