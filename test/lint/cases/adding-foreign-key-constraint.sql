-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
INSERT INTO orders SELECT g, g FROM generate_series(1, 1000) g;
CREATE TABLE drafts (id bigint PRIMARY KEY, user_id bigint);
ANALYZE;
-- bad
ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);
-- bad: with a default, so every row is looked up
ALTER TABLE orders ADD COLUMN owner_id bigint DEFAULT 1 REFERENCES users (id);
-- good: not valid
ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
-- good: a new column of nulls
ALTER TABLE orders ADD COLUMN owner_id bigint REFERENCES users (id);
-- good: empty
ALTER TABLE drafts ADD CONSTRAINT drafts_user FOREIGN KEY (user_id) REFERENCES users (id);
-- good: made by the script
CREATE TABLE bills (id bigint PRIMARY KEY, user_id bigint);
ALTER TABLE bills ADD CONSTRAINT bills_user FOREIGN KEY (user_id) REFERENCES users (id);
