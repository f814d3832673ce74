-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE TABLE orders (id bigint PRIMARY KEY);
INSERT INTO orders SELECT generate_series(1, 1000);
CREATE POLICY own ON orders USING (id = 1);
ANALYZE;
-- bad
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
-- good: a policy is there
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
-- good: the script makes one
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON users USING (id = 1);
-- good: made by the script
CREATE TABLE bills (id bigint PRIMARY KEY);
ALTER TABLE bills ENABLE ROW LEVEL SECURITY;
