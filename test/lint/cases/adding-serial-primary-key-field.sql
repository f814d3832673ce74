-- setup
CREATE TABLE users (id bigint NOT NULL);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE UNIQUE INDEX users_id ON users (id);
CREATE TABLE drafts (id bigint);
ANALYZE;
-- bad
ALTER TABLE users ADD PRIMARY KEY (id);
-- bad: of a new column
ALTER TABLE users ADD COLUMN number bigserial PRIMARY KEY;
-- good: on an index that is there
ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_id;
-- good: empty
ALTER TABLE drafts ADD PRIMARY KEY (id);
-- good: made by the script
CREATE TABLE orders (id bigint);
ALTER TABLE orders ADD PRIMARY KEY (id);
