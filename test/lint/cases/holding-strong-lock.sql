-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO users SELECT g, g FROM generate_series(1, 20000) g;
INSERT INTO orders SELECT g, g FROM generate_series(1, 20000) g;
ANALYZE;
-- bad: an index build elsewhere
ALTER TABLE users ADD COLUMN nickname text;
CREATE INDEX orders_note ON orders (note);
-- bad: rows written elsewhere
ALTER TABLE users ADD COLUMN nickname text;
UPDATE orders SET note = lower(note);
-- good: only what is brief
ALTER TABLE users ADD COLUMN nickname text;
CREATE TABLE bills (id bigint PRIMARY KEY);
CREATE INDEX ON bills (id);
-- good: the strong lock comes last
UPDATE orders SET note = lower(note);
ALTER TABLE users ADD COLUMN nickname text;
-- good: a transaction for each
BEGIN;
ALTER TABLE users ADD COLUMN nickname text;
COMMIT;
BEGIN;
UPDATE orders SET note = lower(note);
COMMIT;
