-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
-- bad
ALTER TABLE users ADD COLUMN email text;
-- bad: too late
ALTER TABLE users ADD COLUMN email text;
SET LOCAL lock_timeout = '2s';
-- bad: none
SET lock_timeout = 0;
ALTER TABLE users ADD COLUMN email text;
-- good: set
SET lock_timeout = '2s';
ALTER TABLE users ADD COLUMN email text;
-- good: set by a function
SELECT set_config('lock_timeout', '2s', true);
ALTER TABLE users ADD COLUMN email text;
-- good: nobody else knows it
CREATE TABLE orders (id bigint PRIMARY KEY);
ALTER TABLE orders ADD COLUMN note text;
