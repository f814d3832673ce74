-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email varchar(50), price numeric(10,2), age text, small int);
INSERT INTO users SELECT g, 'user' || g || '@example.org', g + 0.5, CASE WHEN g < 3 THEN 'old' ELSE g::text END, g FROM generate_series(1, 1000) g;
ANALYZE;
-- bad: shorter than some values
ALTER TABLE users ALTER COLUMN email TYPE varchar(5);
-- bad: rounds
ALTER TABLE users ALTER COLUMN price TYPE integer;
-- bad: some values are no numbers
ALTER TABLE users ALTER COLUMN age TYPE integer USING age::integer;
-- good: longer
ALTER TABLE users ALTER COLUMN email TYPE varchar(100);
-- good: shorter, but every value fits
ALTER TABLE users ALTER COLUMN email TYPE varchar(40);
-- good: wider
ALTER TABLE users ALTER COLUMN small TYPE bigint;
-- good: to text
ALTER TABLE users ALTER COLUMN price TYPE text;
