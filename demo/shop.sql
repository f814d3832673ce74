--
-- The shop that the demo defends: schema and rows.
--
-- Loads in a few seconds. Rows are computed, never random, so that the counts
-- the demo compares are the same on every machine.
--
\set ON_ERROR_STOP on
SET client_min_messages = warning;

BEGIN;

CREATE TYPE order_status AS ENUM ('new', 'paid', 'shipped', 'returned');

CREATE SEQUENCE invoice_number START WITH 100000;

CREATE TABLE users (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email       text NOT NULL CONSTRAINT users_email_unique UNIQUE,
    name        text NOT NULL,
    phone       text,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE products (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku         text NOT NULL CONSTRAINT products_sku_unique UNIQUE,
    title       text NOT NULL,
    price       numeric(10,2) NOT NULL,
    stock       integer NOT NULL DEFAULT 0
);

CREATE TABLE orders (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     bigint NOT NULL CONSTRAINT orders_user_id_users_id_fk REFERENCES users (id),
    invoice     bigint NOT NULL DEFAULT nextval('invoice_number'),
    status      order_status NOT NULL DEFAULT 'new',
    total       numeric(10,2) NOT NULL,
    ordered_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE order_items (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id    bigint NOT NULL CONSTRAINT order_items_order_id_orders_id_fk REFERENCES orders (id) ON DELETE CASCADE,
    product_id  bigint NOT NULL CONSTRAINT order_items_product_id_products_id_fk REFERENCES products (id),
    quantity    integer NOT NULL DEFAULT 1,
    price       numeric(10,2) NOT NULL
);

CREATE TABLE reviews (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id  bigint NOT NULL CONSTRAINT reviews_product_id_products_id_fk REFERENCES products (id),
    user_id     bigint NOT NULL CONSTRAINT reviews_user_id_users_id_fk REFERENCES users (id),
    stars       smallint NOT NULL,
    body        text
);

COMMENT ON TABLE users IS 'Customers; phone is what the courier calls';
COMMENT ON TABLE orders IS 'One row per order, kept ten years for the tax office';
COMMENT ON COLUMN orders.invoice IS 'Printed on the invoice, never reused';
COMMENT ON TABLE order_items IS 'What each order was made of';
COMMENT ON TABLE reviews IS 'What customers wrote about a product';

INSERT INTO users (email, name, phone, created_at)
    SELECT 'user' || i || '@shop.example', 'User ' || i, '+49 30 ' || 100000 + i,
           timestamptz '2023-01-01 00:00+00' + i * interval '20 minutes'
    FROM generate_series(1, 50000) i;

INSERT INTO products (sku, title, price, stock)
    SELECT 'SKU-' || i, 'Product ' || i, (i % 900 + 100) / 10.0, i * 7 % 500
    FROM generate_series(1, 5000) i;

INSERT INTO orders (user_id, status, total, ordered_at)
    SELECT i * 31 % 50000 + 1,
           (enum_range(NULL::order_status))[i % 4 + 1],
           (i * 37 % 50000 + 500) / 100.0,
           timestamptz '2024-01-01 00:00+00' + i * interval '3 minutes'
    FROM generate_series(1, 300000) i;

-- items of the newest orders only: older ones are in the warehouse's archive
INSERT INTO order_items (order_id, product_id, quantity, price)
    SELECT i, i * 13 % 5000 + 1, i % 3 + 1, (i % 900 + 100) / 10.0
    FROM generate_series(150001, 300000) i;

INSERT INTO reviews (product_id, user_id, stars, body)
    SELECT i * 17 % 5000 + 1, i * 29 % 50000 + 1, i % 5 + 1, 'Review number ' || i
    FROM generate_series(1, 40000) i;

CREATE INDEX orders_user_id_index ON orders (user_id);
CREATE INDEX orders_ordered_at_index ON orders (ordered_at);
CREATE INDEX order_items_order_id_index ON order_items (order_id);
CREATE INDEX reviews_product_id_index ON reviews (product_id);

CREATE VIEW monthly_sales AS
    SELECT date_trunc('month', ordered_at, 'UTC') AS month, count(*) AS orders, sum(total) AS total
    FROM orders
    WHERE status <> 'returned'
    GROUP BY 1;

CREATE VIEW product_sales AS
    SELECT product_id, sum(quantity) AS sold, sum(quantity * price) AS revenue
    FROM order_items
    GROUP BY product_id;

COMMIT;

ANALYZE;
