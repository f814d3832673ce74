-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE TABLE drafts (id bigint PRIMARY KEY);
ANALYZE;
-- bad
ALTER TABLE users ADD COLUMN email text NOT NULL;
-- good: with a default
ALTER TABLE users ADD COLUMN email text NOT NULL DEFAULT '';
-- good: nullable
ALTER TABLE users ADD COLUMN email text;
-- good: empty
ALTER TABLE drafts ADD COLUMN email text NOT NULL;
-- good: made by the script
CREATE TABLE orders (id bigint PRIMARY KEY);
ALTER TABLE orders ADD COLUMN note text NOT NULL;
-- good: there already
ALTER TABLE users ADD COLUMN IF NOT EXISTS id bigint NOT NULL;
