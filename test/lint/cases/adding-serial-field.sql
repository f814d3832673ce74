-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE TABLE drafts (note text);
ANALYZE;
-- bad
ALTER TABLE users ADD COLUMN number bigserial;
-- bad: identity
ALTER TABLE users ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
-- good: empty
ALTER TABLE drafts ADD COLUMN id bigserial;
-- good: no sequence
ALTER TABLE users ADD COLUMN number bigint;
