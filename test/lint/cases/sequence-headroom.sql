-- setup
CREATE TABLE users (id serial PRIMARY KEY, email text);
CREATE TABLE orders (id serial PRIMARY KEY, note text);
CREATE TABLE bills (id bigserial PRIMARY KEY, note text);
SELECT setval('users_id_seq', 2000000000), setval('orders_id_seq', 2000), setval('bills_id_seq', 2000000000);
-- bad
ALTER TABLE users ADD COLUMN phone text;
-- good: far from the end
ALTER TABLE orders ADD COLUMN phone text;
-- good: the same number, with much room left
ALTER TABLE bills ADD COLUMN phone text;
