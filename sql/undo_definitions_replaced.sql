-- CREATE OR REPLACE: the former definition comes back; and what a dropped schema's tables stand on.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('contract', 'allow') IS NULL AS set;
SELECT safemig.set('data', 'allow') IS NULL AS set;
CREATE TABLE t (a int, b text);
INSERT INTO t VALUES (1, 'x');
CREATE VIEW v AS SELECT a FROM t;
CREATE VIEW w AS SELECT a + 1 AS more FROM v;
COMMENT ON VIEW w IS 'one more';
CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x + 1';
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER stamp BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;

-- the same words again are no change
CREATE OR REPLACE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x + 1';
SELECT count(*) FROM safemig.bin;
CREATE OR REPLACE FUNCTION f(x int DEFAULT 5) RETURNS int LANGUAGE sql AS 'SELECT 0';
CREATE OR REPLACE VIEW v AS SELECT a * 10 AS a, b FROM t;
CREATE OR REPLACE TRIGGER stamp BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE OR REPLACE RULE r AS ON DELETE TO t DO ALSO NOTHING;
SELECT action, what, identity, state FROM safemig.bin ORDER BY id;
SELECT f(), more FROM w;
SELECT safemig.undrop('public.f(integer)');
SELECT safemig.undrop('public.v');
SELECT safemig.undrop('stamp on public.t');
SELECT safemig.undrop('r on public.t');
SELECT f(5), more, obj_description('w'::regclass) FROM w;
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'stamp';
SELECT pg_get_ruledef(oid) FROM pg_rewrite WHERE rulename = 'r';
SELECT f();

-- its owner is gone: nobody else gets the rights of the new one
CREATE ROLE regress_safemig_gone;
CREATE FUNCTION lent() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT current_user::text';
ALTER FUNCTION lent() OWNER TO regress_safemig_gone;
DROP FUNCTION lent();
DROP ROLE regress_safemig_gone;
SELECT safemig.undrop('public.lent()');
SELECT count(*) AS others FROM pg_proc, aclexplode(proacl) a WHERE proname = 'lent' AND a.grantee <> proowner;

-- a schema with tables and what they stand on
CREATE SCHEMA farm;
CREATE TYPE farm.kind AS ENUM ('cow', 'pig');
CREATE DOMAIN farm.name AS text CHECK (VALUE <> '');
CREATE FUNCTION farm.key(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
CREATE FUNCTION farm.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.kind = ''pig''; RETURN NEW; END';
CREATE TABLE farm.animal (id int PRIMARY KEY, kind farm.kind DEFAULT 'cow', name farm.name);
CREATE INDEX animal_key ON farm.animal (farm.key(name));
CREATE TRIGGER stamp BEFORE UPDATE ON farm.animal FOR EACH ROW EXECUTE FUNCTION farm.stamp();
CREATE FUNCTION farm.count() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM farm.animal; END;
CREATE FUNCTION takes(farm.kind) RETURNS int LANGUAGE sql AS 'SELECT 1';
INSERT INTO farm.animal VALUES (1, 'cow', 'Berta');
SET client_min_messages = warning;
DROP SCHEMA farm CASCADE;
RESET client_min_messages;
SELECT to_regnamespace('farm'), to_regproc('takes');
SELECT what, identity, named FROM safemig.bin WHERE state = 'kept' ORDER BY what, identity;
SELECT safemig.undrop('farm');
UPDATE farm.animal SET name = 'Berti';
SELECT *, farm.count(), takes(kind) FROM farm.animal;
SELECT nspname FROM pg_namespace WHERE nspname ~ 'safemig_bin';

-- and for good
SET client_min_messages = error;
DROP SCHEMA farm CASCADE;
RESET client_min_messages;
SELECT safemig.purge_object('farm', 'a test');
SELECT nspname FROM pg_namespace WHERE nspname ~ 'safemig_bin';
SELECT typname FROM pg_type WHERE typname = 'kind';

SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE t CASCADE;
DROP FUNCTION f, stamp, lent;
DROP EXTENSION safemig;
