-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text, nickname text CONSTRAINT named CHECK (nickname IS NOT NULL));
INSERT INTO users SELECT g, g, g FROM generate_series(1, 1000) g;
ALTER TABLE users ADD CONSTRAINT mailed CHECK (email IS NOT NULL) NOT VALID;
CREATE TABLE drafts (id bigint PRIMARY KEY, note text);
ANALYZE;
-- bad: the CHECK was never validated
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
-- good: a valid CHECK proves it
ALTER TABLE users ALTER COLUMN nickname SET NOT NULL;
-- good: it is
ALTER TABLE users ALTER COLUMN id SET NOT NULL;
-- good: empty
ALTER TABLE drafts ALTER COLUMN note SET NOT NULL;
-- good: made by the script
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
ALTER TABLE orders ALTER COLUMN note SET NOT NULL;
