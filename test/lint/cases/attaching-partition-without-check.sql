-- setup
CREATE TABLE events (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE events_2024 (at date NOT NULL, line text);
CREATE TABLE events_2025 (at date NOT NULL, line text, CHECK (at >= '2025-01-01' AND at < '2026-01-01'));
CREATE TABLE events_2026 (at date NOT NULL, line text);
INSERT INTO events_2024 SELECT '2024-05-05' FROM generate_series(1, 1000);
INSERT INTO events_2025 SELECT '2025-05-05' FROM generate_series(1, 1000);
ANALYZE;
-- bad
ALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
-- good: a valid CHECK proves the bound
ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- good: empty
ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- good: made by the script
CREATE TABLE events_2027 PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
