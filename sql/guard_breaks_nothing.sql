-- What running code names stays where it is and does what it did; beside each, a change that breaks nothing.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TYPE pair AS (a int, b int);
CREATE DOMAIN positive AS int;
CREATE TABLE users (id int PRIMARY KEY, email text, m mood, p pair);
INSERT INTO users VALUES (1, 'x', 'good', (1, 2));
CREATE VIEW ids AS SELECT id FROM users;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM users;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER keep BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION keep();
CREATE RULE nothing AS ON DELETE TO users WHERE false DO INSTEAD NOTHING;
ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE SEQUENCE numbers;
CREATE INDEX users_email ON users (email);
-- names
ALTER TABLE users RENAME TO clients;
ALTER TABLE users RENAME COLUMN email TO mail;
ALTER VIEW ids RENAME TO keys;
ALTER VIEW ids RENAME COLUMN id TO key;
ALTER MATERIALIZED VIEW totals RENAME TO sums;
ALTER TYPE mood RENAME TO temper;
ALTER TYPE mood RENAME VALUE 'bad' TO 'worse';
ALTER TYPE pair RENAME ATTRIBUTE a TO x;
ALTER TYPE pair RENAME TO couple;
ALTER DOMAIN positive RENAME TO counted;
ALTER TYPE mood ADD VALUE 'best';
ALTER INDEX users_email RENAME TO users_mail;
ALTER SEQUENCE numbers RENAME TO figures;
ALTER TRIGGER keep ON users RENAME TO stay;
-- places
CREATE SCHEMA other;
ALTER TABLE users SET SCHEMA other;
ALTER VIEW ids SET SCHEMA other;
ALTER TYPE mood SET SCHEMA other;
ALTER FUNCTION keep() SET SCHEMA other;
ALTER SCHEMA other RENAME TO another;
COMMENT ON SCHEMA other IS 'a place';
-- what guards the rows
ALTER TABLE users DISABLE TRIGGER stay;
ALTER TABLE users DISABLE TRIGGER ALL;
ALTER TABLE users DISABLE TRIGGER USER;
ALTER TABLE users ENABLE REPLICA TRIGGER stay;
ALTER TABLE users DISABLE RULE nothing;
ALTER TABLE users ENABLE REPLICA RULE nothing;
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
ALTER TABLE users ADD COLUMN n int, DISABLE TRIGGER ALL;
ALTER TABLE users ENABLE ALWAYS TRIGGER stay;
ALTER TABLE users ENABLE TRIGGER ALL;
SELECT tgenabled, tgname FROM pg_trigger WHERE tgrelid = 'users'::regclass AND NOT tgisinternal;
SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = 'users'::regclass;
SELECT attname FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0 ORDER BY attnum;
-- with a permit
BEGIN;
SELECT safemig.permit('rename column public.users.email') > 0 AS given;
ALTER TABLE users RENAME COLUMN email TO mail;
ALTER TABLE users RENAME COLUMN id TO key;
ROLLBACK;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE users CASCADE;
DROP TYPE mood, pair;
DROP DOMAIN positive;
DROP FUNCTION keep;
DROP SEQUENCE figures;
DROP SCHEMA other;
DROP EXTENSION safemig;
