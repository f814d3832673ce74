-- bad
CREATE TABLE orders (id bigint PRIMARY KEY, at timestamp);
-- good: with time zone
CREATE TABLE orders (id bigint PRIMARY KEY, at timestamp with time zone);
