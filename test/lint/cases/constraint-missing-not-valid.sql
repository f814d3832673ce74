-- setup
CREATE TABLE users (id bigint PRIMARY KEY, age int);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
ALTER TABLE users ADD CONSTRAINT adult CHECK (age > 0) NOT VALID;
CREATE TABLE drafts (id bigint PRIMARY KEY, age int);
ANALYZE;
-- bad
ALTER TABLE users ADD CONSTRAINT young CHECK (age < 100000);
-- bad: validated in the same transaction
ALTER TABLE users ADD CONSTRAINT young CHECK (age < 100000) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT young;
-- good: not valid
ALTER TABLE users ADD CONSTRAINT young CHECK (age < 100000) NOT VALID;
-- good: validated later
ALTER TABLE users VALIDATE CONSTRAINT adult;
-- good: empty
ALTER TABLE drafts ADD CONSTRAINT young CHECK (age < 100000);
-- good: made by the script
CREATE TABLE orders (id bigint PRIMARY KEY, total int);
ALTER TABLE orders ADD CONSTRAINT paid CHECK (total > 0);
