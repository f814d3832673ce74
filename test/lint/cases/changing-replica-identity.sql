-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE PUBLICATION everything FOR TABLE users;
-- bad
ALTER TABLE users REPLICA IDENTITY NOTHING;
-- good: as it is
ALTER TABLE users REPLICA IDENTITY DEFAULT;
