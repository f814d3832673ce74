-- setup
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN anything AS int;
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
CREATE TABLE drafts (id bigint PRIMARY KEY);
ANALYZE;
-- bad
ALTER TABLE users ADD COLUMN age positive;
-- bad: a domain made by the script
CREATE DOMAIN natural_number AS int CHECK (VALUE >= 0);
ALTER TABLE users ADD COLUMN age natural_number;
-- good: a domain without a constraint
ALTER TABLE users ADD COLUMN age anything;
-- good: empty
ALTER TABLE drafts ADD COLUMN age positive;
