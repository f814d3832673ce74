-- bad
CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(10));
-- good: text
CREATE TABLE orders (id bigint PRIMARY KEY, code text);
-- good: without a limit
CREATE TABLE orders (id bigint PRIMARY KEY, code varchar);
