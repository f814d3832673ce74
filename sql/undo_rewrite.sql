-- What rewrites a table in whose rows a dropped column is kept has it copied aside first.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE FUNCTION gone(sql text, permit text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	PERFORM safemig.permit(permit);
	EXECUTE sql;
END $$;
CREATE TABLE users (id int PRIMARY KEY, email text, phone text, age int);
INSERT INTO users SELECT g, g || '@x', 'p' || g, g FROM generate_series(1, 5) g;
CREATE TABLE nokey (id int, v text);
INSERT INTO nokey VALUES (1, 'a');
SELECT gone('ALTER TABLE users DROP COLUMN email', 'drop column public.users.email');
SELECT gone('ALTER TABLE users DROP COLUMN phone', 'drop column public.users.phone');
SELECT gone('ALTER TABLE nokey DROP COLUMN v', 'drop column public.nokey.v');

-- undone with its transaction
BEGIN;
ALTER TABLE users ADD COLUMN r float DEFAULT random();
ROLLBACK;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'users'::regclass;
-- what does not rewrite leaves the rows as they are
ALTER TABLE users ADD COLUMN note text DEFAULT 'n';
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'users'::regclass;
ALTER TABLE users ADD COLUMN r float DEFAULT random();
SELECT gone('ALTER TABLE users ALTER COLUMN age TYPE bigint', 'alter column type public.users.age');
UPDATE users SET id = 50 WHERE id = 5;
VACUUM FULL users;
SELECT safemig.undrop('public.users.email') ~ '^came back: table column public.users.email' AS back;
SELECT safemig.undrop('public.users.phone') ~ '^came back: table column public.users.phone' AS back;
SELECT id, email, phone, age, note FROM users ORDER BY id;
-- nothing tells the rows apart
ALTER TABLE nokey ADD COLUMN r float DEFAULT random();
ALTER TABLE nokey ADD COLUMN c int;
SELECT safemig.undrop('public.nokey.v');
SELECT id, v FROM nokey;
-- an error of the statement's own stays that
SELECT gone('ALTER TABLE users DROP COLUMN note', 'drop column public.users.note');
ALTER TABLE users ADD COLUMN bad float DEFAULT 1 / (random() * 0)::int;
SELECT safemig.undrop('public.users.note');
SELECT note FROM users LIMIT 1;

SELECT safemig.purge_id(id) FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b \g /dev/null
SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE users, nokey;
DROP FUNCTION gone;
DROP EXTENSION safemig;
