-- What goes along with a whole needs no word of its own, and what holds nothing here is no loss.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse

-- a column whose type is the row type of a table that goes too
CREATE TABLE inner_one (id int);
CREATE TABLE outer_one (id int, held inner_one);
INSERT INTO outer_one VALUES (1, ROW(1));
BEGIN;
SELECT safemig.permit('drop table public.inner_one') > 0
   AND safemig.permit('drop table public.outer_one') > 0 AS permitted;
DROP TABLE inner_one, outer_one;
ROLLBACK;
-- but not when its own table stays
BEGIN;
SELECT safemig.permit('drop table public.inner_one') > 0 AS permitted;
DROP TABLE inner_one CASCADE;
ROLLBACK;

-- an attribute of a type that a table is made of, and the table's child
CREATE TYPE made_of AS (a int, b int);
CREATE TABLE typed OF made_of;
CREATE TABLE typed_child () INHERITS (typed);
INSERT INTO typed_child VALUES (1, 2);
ALTER TYPE made_of DROP ATTRIBUTE b CASCADE;
BEGIN;
SELECT safemig.permit('drop attribute public.made_of.b') > 0
   AND safemig.permit('drop column public.typed.b') > 0 AS permitted;
ALTER TYPE made_of DROP ATTRIBUTE b CASCADE;
ROLLBACK;

-- a view that a trigger writes: a condition is a condition, and none is none
CREATE TABLE base (id int);
INSERT INTO base VALUES (1), (2);
CREATE VIEW over AS SELECT id FROM base;
CREATE FUNCTION over_delete() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN DELETE FROM base WHERE id = OLD.id; RETURN OLD; END $$;
CREATE TRIGGER del INSTEAD OF DELETE ON over FOR EACH ROW EXECUTE FUNCTION over_delete();
DELETE FROM over WHERE id = 1;
DELETE FROM over;
SELECT * FROM base;

-- a column that only a foreign child has values for
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
CREATE TABLE near (id int, note text);
CREATE FOREIGN TABLE far () INHERITS (near) SERVER nowhere;
ALTER TABLE near DROP COLUMN note;
INSERT INTO near VALUES (1);
ALTER TABLE near DROP COLUMN id;

SET safemig.enforce = off;
SET client_min_messages = error;
DROP FOREIGN DATA WRAPPER nowhere CASCADE;
DROP TABLE near, typed_child, typed, inner_one, outer_one, base CASCADE;
DROP TYPE made_of;
DROP FUNCTION over_delete;
DROP EXTENSION safemig;
