-- setup
CREATE TABLE users (id int PRIMARY KEY, email varchar(50), price numeric(10,2), age text, at timestamp);
INSERT INTO users SELECT g, 'u' || g, g, g FROM generate_series(1, 1000) g;
CREATE TABLE drafts (id int PRIMARY KEY);
ANALYZE;
-- bad: a wider number
ALTER TABLE users ALTER COLUMN id TYPE bigint;
-- bad: with USING
ALTER TABLE users ALTER COLUMN age TYPE integer USING age::integer;
-- bad: another scale
ALTER TABLE users ALTER COLUMN price TYPE numeric(12,4);
-- bad: to a type made by the script
CREATE TYPE age AS ENUM ('young', 'old');
ALTER TABLE users ALTER COLUMN age TYPE age USING CASE WHEN age::int < 30 THEN 'young' ELSE 'old' END::age;
-- good: longer
ALTER TABLE users ALTER COLUMN email TYPE varchar(100);
-- good: to text
ALTER TABLE users ALTER COLUMN email TYPE text;
-- good: more digits, the same scale
ALTER TABLE users ALTER COLUMN price TYPE numeric(12,2);
-- good: the same type
ALTER TABLE users ALTER COLUMN id TYPE integer;
-- good: empty
ALTER TABLE drafts ALTER COLUMN id TYPE bigint;
-- good: made by the script
CREATE TABLE orders (id int PRIMARY KEY);
ALTER TABLE orders ALTER COLUMN id TYPE bigint;
