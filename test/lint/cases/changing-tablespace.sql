-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
ANALYZE;
CREATE TABLESPACE lint_space LOCATION '';
-- bad
ALTER TABLE users SET TABLESPACE lint_space;
-- good: as it is
ALTER TABLE users SET TABLESPACE pg_default;
