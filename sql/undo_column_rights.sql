-- Checks, casts, domains and generated columns are code of a table's owner: it runs with his rights, whoever brings a column back.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE ROLE regress_safemig_owner;
CREATE SCHEMA shop AUTHORIZATION regress_safemig_owner;
CREATE FUNCTION permitted(VARIADIC permits text[]) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(safemig.permit(p)) FROM unnest(permits) p';
CREATE FUNCTION gone(drops text, VARIADIC permits text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	PERFORM public.permitted(VARIADIC permits);
	EXECUTE drops;
	RETURN drops;
END $$;
SET ROLE regress_safemig_owner;
CREATE FUNCTION shop.spied(v int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF current_user <> 'regress_safemig_owner' THEN RAISE 'runs as somebody else'; END IF; RETURN v; END $$;
CREATE DOMAIN shop.spying AS int CHECK (shop.spied(VALUE) = VALUE);
CREATE TABLE shop.made (id int PRIMARY KEY, kept text, made int GENERATED ALWAYS AS (shop.spied(id)) STORED);
CREATE TABLE shop.copied (id int PRIMARY KEY, v shop.spying, CHECK (shop.spied(id) > 0));
ALTER TABLE shop.copied ADD COLUMN missing shop.spying;
CREATE TABLE shop.missing (id int PRIMARY KEY);
CREATE TABLE shop.typed (id int PRIMARY KEY, num numeric, small int, CHECK (shop.spied(id) > 0));
INSERT INTO shop.made VALUES (1, 'k');
INSERT INTO shop.copied VALUES (1, 7), (2, 8);
INSERT INTO shop.missing VALUES (1);
ALTER TABLE shop.missing ADD COLUMN v shop.spying DEFAULT 9;
INSERT INTO shop.typed VALUES (1, 1.5, 1), (2, 2.5, 2);

SELECT public.gone('ALTER TABLE shop.made DROP kept, DROP made', 'drop column shop.made.kept', 'drop column shop.made.made');
SELECT public.gone('ALTER TABLE shop.copied DROP v', 'drop column shop.copied.v');
SELECT public.gone('ALTER TABLE shop.missing DROP v', 'drop column shop.missing.v');
SELECT public.gone('ALTER TABLE shop.typed ALTER num TYPE int', 'alter column type shop.typed.num');
SELECT public.gone('ALTER TABLE shop.typed ALTER small TYPE shop.spying', 'alter column type shop.typed.small');
RESET ROLE;
SELECT max(id) AS entry FROM safemig.bin WHERE identity = 'shop.copied.v' \gset
CALL safemig.settle(:entry);
-- by a superuser
SELECT safemig.undrop('shop.typed.small');
SELECT safemig.undrop('shop.typed.num');
SELECT safemig.undrop('shop.copied.v');
SELECT safemig.undrop('shop.missing.v');
SELECT safemig.undrop('shop.made.made');
SELECT * FROM shop.made;
SELECT id, v FROM shop.copied ORDER BY id;
SELECT * FROM shop.missing;
SELECT * FROM shop.typed ORDER BY id;
SELECT count(*) FROM pg_namespace WHERE nspname ~ 'safemig_bin';
-- the same code run by the superuser himself says so
UPDATE shop.copied SET v = v WHERE id = 1;

SET safemig.enforce = off;
SET client_min_messages = error;
DROP SCHEMA shop CASCADE;
DROP FUNCTION gone, permitted;
DROP EXTENSION safemig;
DROP ROLE regress_safemig_owner;
