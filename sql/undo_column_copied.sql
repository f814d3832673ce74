-- Dropped columns that cannot stay in their rows: partitions, settled ones, generated ones, lost types.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE FUNCTION gone(drops text, VARIADIC permits text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	PERFORM safemig.permit(p) FROM unnest(permits) p;
	EXECUTE drops;
	RETURN drops;
END $$;

-- partitions: a row that changes its partition is written anew
CREATE TABLE logs (id int, day date, what text NOT NULL DEFAULT 'x', PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE logs_2 (what text NOT NULL, day date NOT NULL, id int NOT NULL);
ALTER TABLE logs ATTACH PARTITION logs_2 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
INSERT INTO logs SELECT g, date '2026-01-01' + g * 10, 'w' || g FROM generate_series(1, 5) g;
SELECT gone('ALTER TABLE logs DROP COLUMN what', 'drop column public.logs.what');
SELECT identity, rows FROM safemig.bin WHERE state = 'kept' ORDER BY 1;
UPDATE logs SET id = id WHERE id < 3;
UPDATE logs SET day = '2026-02-20' WHERE id = 2;
VACUUM FULL logs;
SELECT safemig.undrop('public.logs.what');
SELECT id, day, what FROM logs ORDER BY id;
SELECT attrelid::regclass, attislocal, attinhcount, attnotnull FROM pg_attribute WHERE attname = 'what' AND attrelid::regclass::text ~ '^logs' ORDER BY 1;
INSERT INTO logs (id, day) VALUES (9, '2026-01-09') RETURNING what;
CREATE TABLE keyless (id int, v text) PARTITION BY LIST (id);
CREATE TABLE keyless_1 PARTITION OF keyless FOR VALUES IN (1);
INSERT INTO keyless VALUES (1, 'a');
SELECT gone('ALTER TABLE keyless DROP COLUMN v', 'drop column public.keyless.v');
SELECT gone('ALTER TABLE keyless DROP COLUMN v', 'drop column public.keyless.v without undo');

-- settled
CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, age int);
INSERT INTO users SELECT g, g || '@x', g FROM generate_series(1, 5) g;
ALTER TABLE users ADD COLUMN lang text DEFAULT 'en';
SELECT gone('ALTER TABLE users DROP email, DROP lang', 'drop column public.users.email', 'drop column public.users.lang');
UPDATE users SET age = 0 WHERE id < 3;
SELECT max(id) AS entry FROM safemig.bin \gset
BEGIN;
CALL safemig.settle(:entry);
ROLLBACK;
CALL safemig.settle(:entry);
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'users'::regclass;
UPDATE users SET id = 44 WHERE id = 4;
VACUUM FULL users;
DELETE FROM users WHERE id = 5;
CALL safemig.settle(:entry);
SELECT safemig.undrop('public.users.email');
SELECT * FROM users ORDER BY id;
SELECT count(*) FROM pg_namespace WHERE nspname ~ 'safemig_bin';
CREATE TABLE nokey (a text, b int);
INSERT INTO nokey VALUES ('a', 1);
SELECT gone('ALTER TABLE nokey DROP a', 'drop column public.nokey.a');
SELECT max(id) AS entry FROM safemig.bin \gset
CALL safemig.settle(:entry);
SELECT safemig.undrop_id(:entry);
SELECT * FROM nokey;

-- what is computed is computed again
CREATE TABLE sums (a int PRIMARY KEY, b int, total int GENERATED ALWAYS AS (a + b) STORED);
INSERT INTO sums VALUES (1, 2);
SELECT gone('ALTER TABLE sums DROP b CASCADE', 'drop column public.sums.b', 'drop column public.sums.total');
UPDATE sums SET a = 10;
SELECT safemig.undrop('public.sums.b');
SELECT * FROM sums;

-- with their type
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN short AS text CHECK (length(VALUE) < 9);
CREATE TABLE people (id int PRIMARY KEY, feels mood, moods mood[], nick short);
INSERT INTO people VALUES (1, 'happy', '{sad,happy}', 'bo'), (2, 'sad', NULL, 'jo');
SELECT gone('DROP TYPE mood CASCADE', 'drop type public.mood', 'drop column public.people.feels', 'drop column public.people.moods');
SELECT gone('DROP DOMAIN short CASCADE', 'drop domain public.short', 'drop column public.people.nick');
SELECT * FROM people ORDER BY id;
SELECT safemig.undrop('public.people.nick');
SELECT safemig.undrop('public.people.feels');
SELECT * FROM people ORDER BY id;

SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE logs, keyless, users, nokey, sums, people;
DROP TYPE mood;
DROP DOMAIN short;
DROP FUNCTION gone;
DROP EXTENSION safemig;
