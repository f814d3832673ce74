-- setup
SELECT safemig.set_rule('lint require-table-schema', 'warn');
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
CREATE TABLE orders (id bigint PRIMARY KEY);
-- bad: ALTER
ALTER TABLE users ADD COLUMN email text;
-- good: with its schema
CREATE TABLE public.orders (id bigint PRIMARY KEY);
-- good: temporary
CREATE TEMP TABLE scratch (id bigint);
