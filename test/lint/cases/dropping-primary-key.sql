-- setup
CREATE TABLE users (id bigint PRIMARY KEY, number bigint NOT NULL, age int CONSTRAINT adult CHECK (age > 0));
INSERT INTO users SELECT g, g, g FROM generate_series(1, 1000) g;
CREATE UNIQUE INDEX users_number ON users (number);
-- bad
ALTER TABLE users DROP CONSTRAINT users_pkey;
-- good: with its successor
ALTER TABLE users DROP CONSTRAINT users_pkey, ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_number;
-- good: another constraint
ALTER TABLE users DROP CONSTRAINT adult;
