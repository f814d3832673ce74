-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, 'u' || g FROM generate_series(1, 1000) g;
-- bad: in one statement
ALTER TABLE users DROP COLUMN email, ADD COLUMN mail text;
-- bad: in two, the other way round
ALTER TABLE users ADD COLUMN mail text;
ALTER TABLE users DROP COLUMN email;
-- good: another type
ALTER TABLE users DROP COLUMN email, ADD COLUMN active boolean;
-- good: dropped only
ALTER TABLE users DROP COLUMN email;
-- good: a rename
ALTER TABLE users RENAME COLUMN email TO mail;
