-- migrate:up
CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL, phone varchar(40), score numeric(10,2) NOT NULL);
CREATE TABLE orders (id serial PRIMARY KEY, user_id int NOT NULL REFERENCES users ON DELETE CASCADE, total numeric(10,2));
CREATE INDEX orders_user_id ON orders (user_id);

-- migrate:down
DROP TABLE orders;
DROP TABLE users;
