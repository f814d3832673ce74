-- bad
CREATE TABLE orders (id smallint PRIMARY KEY);
-- good: bigint
CREATE TABLE orders (id bigint PRIMARY KEY);
