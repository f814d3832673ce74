-- One refusal names the whole closure, holds the permits ready to paste, and takes no lock.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE public.users (id serial PRIMARY KEY, email text);
INSERT INTO users (email) SELECT g::text FROM generate_series(1, 1500) g;
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users);
CREATE VIEW active_users AS SELECT * FROM users;
CREATE VIEW first_users AS SELECT * FROM active_users LIMIT 5;
\set VERBOSITY default

BEGIN;
SAVEPOINT s;
DROP TABLE users CASCADE;
ROLLBACK TO s;
SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'
   AND relation IN ('users'::regclass, 'orders'::regclass, 'active_users'::regclass);
COMMIT;
ALTER TABLE users DROP COLUMN email CASCADE;
-- without CASCADE only what goes along silently
DROP TABLE orders;
-- what last_refusal keeps for clients that show only the message
SELECT regexp_replace(safemig.last_refusal(), '[0-9]+ bytes|[0-9]+ kB', 'N kB');
DROP SCHEMA public CASCADE;

-- the hint's own array, pasted, works: also the part that was not needed
SELECT safemig.apply('1', 'drop users', $$DROP TABLE users CASCADE$$,
	permits => ARRAY['drop table public.users', 'drop view public.active_users', 'drop view public.first_users']);

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE orders;
DROP EXTENSION safemig;
