-- setup
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE users (id bigint PRIMARY KEY, mood mood);
INSERT INTO users SELECT g, 'good' FROM generate_series(1, 1000) g;
-- bad
ALTER TYPE mood ADD VALUE 'poor';
UPDATE users SET mood = 'poor' WHERE id = 1;
-- good: added only
ALTER TYPE mood ADD VALUE 'poor';
-- good: another value used
ALTER TYPE mood ADD VALUE 'poor';
UPDATE users SET mood = 'bad' WHERE id = 1;
-- good: the type is made by the script
CREATE TYPE colour AS ENUM ('red');
ALTER TYPE colour ADD VALUE 'green';
CREATE TABLE cars (id bigint PRIMARY KEY, colour colour DEFAULT 'green');
