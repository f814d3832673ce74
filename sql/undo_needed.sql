-- What something in the bin stands on - types, functions, tables that a view reads - is
-- dropped as if it were not there: it goes into the bin, too, and comes back with it.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('data', 'allow'), safemig.set('contract', 'allow') \g /dev/null

-- what every down script does
CREATE TYPE status AS ENUM ('new', 'done');
CREATE TABLE task (id int PRIMARY KEY, state status DEFAULT 'new', states status[]);
INSERT INTO task VALUES (1, 'done', '{new,done}');
DROP TABLE task;
DROP TYPE status;
SELECT to_regtype('status'), to_regtype('_status');
CREATE TYPE status AS ENUM ('other');
DROP TYPE status;
SELECT safemig.undrop('public.status');
SELECT enum_range(NULL::status);
DROP TYPE status;
SELECT safemig.undrop('public.task');
SELECT * FROM task;
SELECT what, identity, action, named, state FROM safemig.bin ORDER BY id;
INSERT INTO task VALUES (2);
SELECT nspname FROM pg_namespace WHERE nspname ~ 'safemig_bin';

-- the name is taken by then: it has another one
DROP TABLE task;
DROP TYPE status CASCADE;
CREATE TYPE status AS ENUM ('third');
CREATE TABLE status_kept ();
SELECT safemig.undrop('public.status');
SELECT safemig.undrop('public.task');
\d task
SELECT * FROM task ORDER BY id;
DROP TABLE task;
DROP TYPE status_kept2;
SELECT safemig.undrop('public.status_kept2', as_name => 'state');
SELECT enum_range(NULL::state);
SELECT safemig.undrop('public.task');
\d task

-- all of a transaction, in reverse order
CREATE DOMAIN amount AS numeric CHECK (VALUE > 0);
CREATE TYPE pair AS (a amount, b text);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.p = (1, ''stamped''); RETURN NEW; END';
CREATE FUNCTION good(numeric) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 < 100';
CREATE SEQUENCE counter;
CREATE COLLATION coll FROM "C";
CREATE TABLE bill (id bigint DEFAULT nextval('counter'), total amount CHECK (good(total)), p pair, t text COLLATE coll);
CREATE INDEX bill_good ON bill ((good(total)));
CREATE TRIGGER stamp BEFORE INSERT ON bill FOR EACH ROW EXECUTE FUNCTION stamp();
INSERT INTO bill (total) VALUES (5);
BEGIN;
DROP TABLE bill;
DROP FUNCTION stamp();
DROP FUNCTION good(numeric) CASCADE;
DROP TYPE pair;
DROP DOMAIN amount;
DROP SEQUENCE counter;
DROP COLLATION coll;
COMMIT;
SELECT to_regtype('pair'), to_regtype('amount'), to_regproc('stamp'), to_regproc('good'), to_regclass('counter'), to_regcollation('coll');
SELECT safemig.undo_transaction((SELECT xid FROM safemig.bin ORDER BY id DESC LIMIT 1));
INSERT INTO bill (total) VALUES (6) RETURNING *;
INSERT INTO bill (total) VALUES (-6);
INSERT INTO bill (total) VALUES (600);

-- one by one, from the table: each of them comes back first
DROP TABLE bill;
DROP FUNCTION stamp, good;
DROP TYPE pair;
DROP DOMAIN amount;
DROP SEQUENCE counter;
DROP COLLATION coll;
SELECT safemig.undrop('public.bill');
INSERT INTO bill (total) VALUES (7) RETURNING *;

-- views in the bin, and the tables they read
CREATE TABLE a (x int);
CREATE TABLE b (x int, y text);
CREATE VIEW v AS SELECT b.x, b.y FROM a JOIN b USING (x);
INSERT INTO a VALUES (1);
INSERT INTO b VALUES (1, 'one');
SET client_min_messages = warning;
DROP TABLE a CASCADE;
RESET client_min_messages;
DROP TABLE b;
CREATE TABLE b ();
SELECT safemig.undrop('public.a');
DROP TABLE b;
SELECT safemig.undrop_id((SELECT id FROM safemig.bin WHERE identity = 'public.a'));
SELECT * FROM v;
SELECT count(*) FROM pg_namespace WHERE nspname ~ 'safemig_bin';

SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE task, bill, a, b, status_kept CASCADE;
DROP FUNCTION stamp, good;
DROP TYPE pair, status, state;
DROP DOMAIN amount;
DROP SEQUENCE counter;
DROP COLLATION coll;
SELECT count(safemig.purge_id(id)) > 0 AS purged FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept' ORDER BY id) s;
DROP EXTENSION safemig;
