-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users ON DELETE CASCADE);
INSERT INTO users SELECT generate_series(1, 1000);
INSERT INTO orders SELECT g, g FROM generate_series(1, 1000) g;
ANALYZE;
-- bad
CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint REFERENCES orders ON DELETE CASCADE);
-- good: stops there
CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint REFERENCES orders ON DELETE RESTRICT);
