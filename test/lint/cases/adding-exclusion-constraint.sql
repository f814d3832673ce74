-- setup
CREATE TABLE booking (id bigint PRIMARY KEY, during int4range);
INSERT INTO booking SELECT g, int4range(g, g + 1) FROM generate_series(1, 1000) g;
CREATE TABLE drafts (id bigint PRIMARY KEY, during int4range);
ANALYZE;
-- bad
ALTER TABLE booking ADD CONSTRAINT one_at_a_time EXCLUDE USING gist (during WITH &&);
-- good: empty
ALTER TABLE drafts ADD CONSTRAINT one_draft EXCLUDE USING gist (during WITH &&);
-- good: made by the script
CREATE TABLE meeting (id bigint PRIMARY KEY, during int4range, EXCLUDE USING gist (during WITH &&));
