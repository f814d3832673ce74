-- setup
CREATE TABLE users (id bigint PRIMARY KEY, age int CONSTRAINT adult CHECK (age > 0), email text CONSTRAINT one_email UNIQUE);
INSERT INTO users SELECT g, g, g FROM generate_series(1, 1000) g;
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint CONSTRAINT orders_user REFERENCES users);
-- bad: a CHECK
ALTER TABLE users DROP CONSTRAINT adult;
-- bad: unique
ALTER TABLE users DROP CONSTRAINT one_email;
-- bad: a foreign key
ALTER TABLE orders DROP CONSTRAINT orders_user;
-- good: not there
ALTER TABLE users DROP CONSTRAINT IF EXISTS nothing_of_the_kind;
-- good: another one of its name in its place
ALTER TABLE orders DROP CONSTRAINT orders_user;
ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE NOT VALID;
-- good: made by the script
ALTER TABLE users ADD CONSTRAINT young CHECK (age < 100000) NOT VALID;
ALTER TABLE users DROP CONSTRAINT young;
