-- bad
CREATE TABLE orders (id bigint PRIMARY KEY, code char(10));
-- good: varchar
CREATE TABLE orders (id bigint PRIMARY KEY, code varchar(10));
-- good: the one-byte type of the catalogs
CREATE TABLE orders (id bigint PRIMARY KEY, code "char");
