-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
DO $$ BEGIN EXECUTE 'DROP TABLE ' || quote_ident('users'); END $$;
-- good: made, not run
CREATE FUNCTION clean(name text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('TRUNCATE %I', name); END $$;
-- good: plain statements
ALTER TABLE users ADD COLUMN email text;
