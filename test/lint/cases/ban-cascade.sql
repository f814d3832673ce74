-- setup
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE users (id bigint PRIMARY KEY, email text, mood mood);
INSERT INTO users SELECT g, 'u' || g FROM generate_series(1, 1000) g;
CREATE VIEW addresses AS SELECT email FROM users;
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
CREATE TABLE alone (id bigint PRIMARY KEY, note text);
CREATE INDEX ON alone (note);
-- bad: a view and a foreign key
DROP TABLE users CASCADE;
-- bad: a view of the column
ALTER TABLE users DROP COLUMN email CASCADE;
-- bad: a column of the type
DROP TYPE mood CASCADE;
-- bad: a foreign key on the key
ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE;
-- good: nothing but its own index
DROP TABLE alone CASCADE;
-- good: nothing stands on the view
DROP VIEW addresses CASCADE;
-- good: the script took the column to another type before
CREATE TYPE new_mood AS ENUM ('good', 'bad', 'odd');
ALTER TABLE users ALTER COLUMN mood TYPE new_mood USING mood::text::new_mood;
DROP TYPE mood CASCADE;
