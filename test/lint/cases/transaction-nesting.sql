-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad: BEGIN in BEGIN
BEGIN;
ALTER TABLE users ADD COLUMN email text;
BEGIN;
ALTER TABLE users ADD COLUMN phone text;
COMMIT;
-- bad: COMMIT of nothing
ALTER TABLE users ADD COLUMN email text;
COMMIT;
-- good: none
ALTER TABLE users ADD COLUMN email text;
