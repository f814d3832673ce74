-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, 'u' || g FROM generate_series(1, 1000) g;
ANALYZE;
-- bad
ALTER TABLE users DROP COLUMN email;
-- bad: among others, with IF EXISTS
ALTER TABLE IF EXISTS users ADD COLUMN mail text, DROP COLUMN IF EXISTS email;
-- good: not there
ALTER TABLE users DROP COLUMN IF EXISTS nickname;
-- good: made by the script
ALTER TABLE users ADD COLUMN nickname text;
ALTER TABLE users DROP COLUMN nickname;
-- good: of a table made by the script
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
ALTER TABLE orders DROP COLUMN note;
