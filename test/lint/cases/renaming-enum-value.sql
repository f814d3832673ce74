-- setup
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE users (id bigint PRIMARY KEY, mood mood);
-- bad
ALTER TYPE mood RENAME VALUE 'bad' TO 'poor';
-- good: made by the script
CREATE TYPE colour AS ENUM ('red', 'geen');
ALTER TYPE colour RENAME VALUE 'geen' TO 'green';
-- good: one more
ALTER TYPE mood ADD VALUE 'poor';
