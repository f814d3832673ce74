-- setup
CREATE TABLE users (id bigint PRIMARY KEY, language text DEFAULT 'en');
INSERT INTO users SELECT generate_series(1, 1000);
-- bad
ALTER TABLE users ALTER COLUMN language SET DEFAULT 'de';
-- bad: none any more
ALTER TABLE users ALTER COLUMN language DROP DEFAULT;
-- good: the one that it has
ALTER TABLE users ALTER COLUMN language SET DEFAULT 'en';
-- good: of a column made by the script
ALTER TABLE users ADD COLUMN country text DEFAULT 'x';
ALTER TABLE users ALTER COLUMN country DROP DEFAULT;
