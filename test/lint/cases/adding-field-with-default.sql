-- setup
CREATE FUNCTION fixed() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'en' $$;
CREATE FUNCTION random_word() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT md5(random()::text) $$;
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
CREATE TABLE drafts (id bigint PRIMARY KEY);
ANALYZE;
-- bad: volatile
ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();
-- bad: a volatile function of one's own
ALTER TABLE users ADD COLUMN word text NOT NULL DEFAULT random_word();
-- bad: generated and stored
ALTER TABLE users ADD COLUMN lowered text GENERATED ALWAYS AS (lower(email)) STORED;
-- good: a constant
ALTER TABLE users ADD COLUMN language text NOT NULL DEFAULT 'en';
-- good: stable, computed once
ALTER TABLE users ADD COLUMN at timestamptz NOT NULL DEFAULT now() + interval '1 day';
-- good: an immutable function of one's own
ALTER TABLE users ADD COLUMN language text DEFAULT fixed();
-- good: empty
ALTER TABLE drafts ADD COLUMN token uuid DEFAULT gen_random_uuid();
-- good: the default comes afterwards
ALTER TABLE users ADD COLUMN token uuid;
ALTER TABLE users ALTER COLUMN token SET DEFAULT gen_random_uuid();
-- good: made by the script
CREATE TABLE orders (id bigint PRIMARY KEY);
ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();
