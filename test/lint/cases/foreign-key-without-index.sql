-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, day date, seller_id bigint);
INSERT INTO orders SELECT g, g FROM generate_series(1, 1000) g;
CREATE INDEX orders_day ON orders (day, user_id);
CREATE INDEX orders_seller ON orders (seller_id, day);
ANALYZE;
-- bad
CREATE TABLE bills (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
-- bad: an index holds the column, but not first
ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users NOT VALID;
-- good: an index begins with it
ALTER TABLE orders ADD CONSTRAINT orders_seller FOREIGN KEY (seller_id) REFERENCES users NOT VALID;
-- good: the index comes later in the script
CREATE TABLE bills (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
CREATE INDEX ON bills (user_id);
-- good: the primary key begins with it
CREATE TABLE members (user_id bigint REFERENCES users, club bigint, PRIMARY KEY (user_id, club));
