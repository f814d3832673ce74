-- setup
CREATE TABLE events (at date, id bigint, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
-- bad
CREATE TABLE orders (id bigint);
-- good: it has one
CREATE TABLE orders (id bigint PRIMARY KEY);
-- good: it comes later in the script
CREATE TABLE orders (id bigint NOT NULL);
ALTER TABLE orders ADD PRIMARY KEY (id);
-- good: from its parent
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- good: temporary
CREATE TEMP TABLE scratch (id bigint);
