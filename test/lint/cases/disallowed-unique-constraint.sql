-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
CREATE UNIQUE INDEX users_email ON users (email);
CREATE TABLE drafts (id bigint PRIMARY KEY, note text);
ANALYZE;
-- bad
ALTER TABLE users ADD CONSTRAINT one_email UNIQUE (email);
-- bad: of a new column
ALTER TABLE users ADD COLUMN nickname text UNIQUE;
-- good: on an index that is there
ALTER TABLE users ADD CONSTRAINT one_email UNIQUE USING INDEX users_email;
-- good: empty
ALTER TABLE drafts ADD CONSTRAINT one_note UNIQUE (note);
-- good: made by the script
CREATE TABLE orders (id bigint PRIMARY KEY, number bigint);
ALTER TABLE orders ADD UNIQUE (number);
