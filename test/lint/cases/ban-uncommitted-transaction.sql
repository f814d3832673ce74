-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
BEGIN;
ALTER TABLE users ADD COLUMN email text;
-- good: committed
BEGIN;
ALTER TABLE users ADD COLUMN email text;
COMMIT;
-- good: taken back
START TRANSACTION;
ALTER TABLE users ADD COLUMN email text;
ROLLBACK;
