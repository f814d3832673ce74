-- A copied value stays with its row, whatever changes the row's key.
SET client_min_messages = error;
CREATE EXTENSION safemig;
\set VERBOSITY terse
SELECT safemig.set('data', 'allow'), safemig.set('contract', 'allow');
CREATE FUNCTION settle_newest() RETURNS text LANGUAGE sql AS $$ SELECT format('CALL safemig.settle(%s)', max(id)) FROM safemig.bin $$;

-- another trigger changes it
CREATE TABLE versioned (id int, version int, email text, note text, PRIMARY KEY (id, version));
INSERT INTO versioned VALUES (1, 1, 'one', NULL), (2, 1, 'two', NULL);
CREATE FUNCTION next_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.version := NEW.version + 1; RETURN NEW; END $$;
CREATE TRIGGER next_version BEFORE UPDATE ON versioned FOR EACH ROW EXECUTE FUNCTION next_version();
ALTER TABLE versioned DROP COLUMN email;
SELECT settle_newest() \gexec
UPDATE versioned SET note = 'changed' WHERE id = 1;
UPDATE versioned SET note = 'again' WHERE id = 1;
SELECT safemig.undrop('public.versioned.email');
SELECT * FROM versioned ORDER BY id;

-- the key itself: in words, and not when it is back
CREATE TABLE wide (id int PRIMARY KEY, email text);
INSERT INTO wide VALUES (1, 'one');
ALTER TABLE wide DROP COLUMN email;
SELECT settle_newest() \gexec
SET client_min_messages = notice;
DO $$ BEGIN ALTER TABLE wide ALTER COLUMN id TYPE bigint; EXCEPTION WHEN SQLSTATE 'SM006' THEN RAISE NOTICE '%', regexp_replace(SQLERRM, '\d+', 'N'); END $$;
SET client_min_messages = error;
ALTER TABLE wide ADD COLUMN more int;
SELECT safemig.undrop('public.wide.email');
ALTER TABLE wide ALTER COLUMN id TYPE bigint;
TABLE wide;
DROP TABLE wide;
SELECT count(safemig.purge_id(id)) > 0 AS purged FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;

-- what is equal is one key, though it is written in another way; and a row may take the key of one that left
CREATE TABLE equal (id numeric PRIMARY KEY, email text);
INSERT INTO equal VALUES (1.0, 'one'), (2.0, 'two'), (3.0, 'three');
ALTER TABLE equal DROP COLUMN email;
SELECT settle_newest() \gexec
UPDATE equal SET id = 1.00 WHERE id = 1;
DELETE FROM equal WHERE id = 2;
UPDATE equal SET id = 2.000 WHERE id = 3;
SELECT safemig.undrop('public.equal.email');
SELECT * FROM equal ORDER BY id;

-- a generated key is not known when triggers fire: another one must do, or none does
CREATE TABLE made (id int, twice int GENERATED ALWAYS AS (id * 2) STORED PRIMARY KEY, email text);
INSERT INTO made (id, email) VALUES (1, 'one');
ALTER TABLE made DROP COLUMN email;
SELECT settle_newest() \gexec
ALTER TABLE made ALTER id SET NOT NULL, ADD UNIQUE (id);
SELECT settle_newest() \gexec
UPDATE made SET id = 7;
SELECT safemig.undrop('public.made.email');
SELECT * FROM made;

SET safemig.enforce = off;
DROP TABLE versioned, equal, made;
DROP FUNCTION settle_newest, next_version;
DROP EXTENSION safemig;
