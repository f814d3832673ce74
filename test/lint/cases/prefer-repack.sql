-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE TABLE drafts (id bigint PRIMARY KEY);
ANALYZE;
-- bad
VACUUM FULL users;
-- bad: CLUSTER
CLUSTER users USING users_pkey;
-- good: nobody waits
VACUUM (ANALYZE) users;
-- good: empty
CLUSTER drafts USING drafts_pkey;
