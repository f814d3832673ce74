-- setup
SELECT safemig.set_rule('lint require-timeout-settings', 'warn');
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
-- bad
ALTER TABLE users ADD COLUMN email text;
-- good: both set
SET lock_timeout = '2s';
SET statement_timeout = '5s';
ALTER TABLE users ADD COLUMN email text;
