-- Nothing has the last word on an updated row after the trigger that keeps its dropped column.
SET client_min_messages = error;
CREATE EXTENSION safemig;
\set VERBOSITY terse
SELECT safemig.set('data', 'allow'), safemig.set('contract', 'allow');
CREATE FUNCTION made_anew() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW := ROW(NEW.id, NEW.n); RETURN NEW; END $$;
CREATE TABLE t (id int PRIMARY KEY, email text, n int);
INSERT INTO t VALUES (1, 'one', 0);
ALTER TABLE t DROP COLUMN email;
CREATE TRIGGER "~~" BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION made_anew();
CREATE TRIGGER early BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION made_anew();
ALTER TRIGGER early ON t RENAME TO "~~";
SELECT format('ALTER TRIGGER %I ON t RENAME TO aaa', tgname) AS rename FROM pg_trigger WHERE tgrelid = 't'::regclass AND tgisinternal AND tgtype = 19 \gset
:rename;
-- after it is stored, or when no column is kept, any name will do
CREATE TRIGGER "~~" AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION made_anew();
CREATE TABLE other (id int, n int);
CREATE TRIGGER "~~" BEFORE UPDATE ON other FOR EACH ROW EXECUTE FUNCTION made_anew();
UPDATE t SET n = 1;
SELECT safemig.undrop('public.t.email');
SELECT * FROM t;

-- a partition's, by which a copied value follows the key
CREATE TABLE p (id int PRIMARY KEY, n int, email text) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TRIGGER "~~" BEFORE UPDATE ON p1 FOR EACH ROW EXECUTE FUNCTION made_anew();
INSERT INTO p VALUES (1, 0, 'one');
ALTER TABLE p DROP COLUMN email;
DROP TRIGGER "~~" ON p1;
ALTER TABLE p DROP COLUMN email;
CREATE TRIGGER "~~" BEFORE UPDATE ON p1 FOR EACH ROW EXECUTE FUNCTION made_anew();

-- where TABLESPACE or another changes the file, and no row has a value, that is known
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE regress_safemig_space LOCATION '';
CREATE TABLE moved (id int, email text);
INSERT INTO moved VALUES (1);
ALTER TABLE moved DROP COLUMN email;
ALTER TABLE moved SET TABLESPACE regress_safemig_space;
SELECT safemig.undrop('public.moved.email');
SELECT * FROM moved;

SELECT safemig.purge_object('public.p.email');

SET safemig.enforce = off;
DROP TABLE t, other, p, moved;
DROP TABLESPACE regress_safemig_space;
DROP FUNCTION made_anew;
DROP EXTENSION safemig;
