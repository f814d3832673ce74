-- Who may look into the bin sees what was his; what comes back runs nobody's code with another's rights.
SET client_min_messages = error;
CREATE EXTENSION safemig;
\set VERBOSITY terse
SELECT safemig.set('data', 'allow'), safemig.set('contract', 'allow');
CREATE ROLE regress_safemig_a;
CREATE ROLE regress_safemig_b;
GRANT USAGE ON SCHEMA safemig TO regress_safemig_a;
GRANT EXECUTE ON FUNCTION safemig.expose, safemig.undrop TO regress_safemig_a;
GRANT CREATE ON SCHEMA public TO regress_safemig_a;

-- two owners, one statement
CREATE TABLE of_a (x text);
CREATE TABLE of_b (x text);
ALTER TABLE of_a OWNER TO regress_safemig_a;
ALTER TABLE of_b OWNER TO regress_safemig_b;
INSERT INTO of_b VALUES ('secret of b');
DROP TABLE of_a, of_b;
SELECT max(id) AS id, format('pg_safemig_bin_%s_%s', max(id), 'public'::regnamespace::oid) AS bin FROM safemig.bin \gset
SELECT cardinality(safemig.expose(:id));
SET ROLE regress_safemig_b;
SELECT * FROM :bin.of_b;
SET ROLE regress_safemig_a;
SELECT * FROM :bin.of_a;
SELECT * FROM :bin.of_b;
-- the owner of a schema dropped what others had in it
RESET ROLE;
CREATE SCHEMA mine AUTHORIZATION regress_safemig_a;
CREATE TABLE mine.of_b (x text);
ALTER TABLE mine.of_b OWNER TO regress_safemig_b;
SET ROLE regress_safemig_a;
DROP SCHEMA mine CASCADE;
RESET ROLE;
SELECT max(id) AS id FROM safemig.bin \gset
SET ROLE regress_safemig_a;
SELECT safemig.expose(:id);

-- a foreign key that compares by a cast of somebody's own
CREATE TYPE wrapped AS (v int);
CREATE FUNCTION unwrap(wrapped) RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF current_user <> 'regress_safemig_a' THEN RAISE 'runs as somebody else'; END IF; RETURN ($1).v; END $$;
CREATE CAST (wrapped AS int) WITH FUNCTION unwrap(wrapped) AS IMPLICIT;
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (w wrapped REFERENCES parent);
INSERT INTO parent VALUES (1);
INSERT INTO child VALUES (ROW(1));
DROP TABLE parent CASCADE;
RESET ROLE;
SELECT max(id) AS id FROM safemig.bin \gset
SELECT safemig.undrop('public.parent');
CALL safemig.validate(:id);
SELECT convalidated FROM pg_constraint WHERE conname = 'child_w_fkey';

-- back to where it was, and nowhere else
CREATE SCHEMA lent;
GRANT USAGE, CREATE ON SCHEMA lent TO regress_safemig_a;
SET ROLE regress_safemig_a;
CREATE TABLE lent.t (a int);
DROP TABLE lent.t;
RESET ROLE;
REVOKE CREATE ON SCHEMA lent FROM regress_safemig_a;
SET ROLE regress_safemig_a;
SELECT safemig.undrop('lent.t', as_name => 'planted');
SELECT safemig.undrop('lent.t');
RESET ROLE;

SELECT count(safemig.purge_id(id)) FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
DROP SCHEMA lent CASCADE;
DROP TABLE parent, child;
DROP TYPE wrapped CASCADE;
DROP OWNED BY regress_safemig_a, regress_safemig_b CASCADE;
DROP EXTENSION safemig;
DROP ROLE regress_safemig_a, regress_safemig_b;
