-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
INSERT INTO orders SELECT g, g FROM generate_series(1, 1000) g;
CREATE TABLE alone (id bigint PRIMARY KEY);
INSERT INTO alone SELECT generate_series(1, 1000);
ANALYZE;
-- bad
TRUNCATE users CASCADE;
-- good: all of them named
TRUNCATE users, orders CASCADE;
-- good: nothing refers to it
TRUNCATE alone CASCADE;
