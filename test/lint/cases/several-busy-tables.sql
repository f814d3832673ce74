-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE drafts (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 20000);
INSERT INTO orders SELECT generate_series(1, 20000);
ANALYZE;
-- bad
ALTER TABLE users ADD COLUMN phone text;
ALTER TABLE orders ADD COLUMN phone text;
-- good: one of them
ALTER TABLE users ADD COLUMN phone text;
ALTER TABLE users ADD COLUMN fax text;
-- good: the other is empty
ALTER TABLE users ADD COLUMN phone text;
ALTER TABLE drafts ADD COLUMN phone text;
-- good: a transaction for each
BEGIN;
ALTER TABLE users ADD COLUMN phone text;
COMMIT;
BEGIN;
ALTER TABLE orders ADD COLUMN phone text;
COMMIT;
