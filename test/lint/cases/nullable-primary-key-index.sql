-- setup
CREATE TABLE users (id bigint, number bigint NOT NULL, code bigint CHECK (code IS NOT NULL));
INSERT INTO users SELECT g, g, g FROM generate_series(1, 1000) g;
CREATE UNIQUE INDEX users_id ON users (id);
CREATE UNIQUE INDEX users_number ON users (number);
CREATE UNIQUE INDEX users_code ON users (code);
ANALYZE;
-- bad
ALTER TABLE users ADD PRIMARY KEY USING INDEX users_id;
-- good: NOT NULL
ALTER TABLE users ADD PRIMARY KEY USING INDEX users_number;
-- good: a valid CHECK proves it
ALTER TABLE users ADD PRIMARY KEY USING INDEX users_code;
