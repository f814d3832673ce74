-- Rows that DELETE and UPDATE take are kept when the transaction asks for it, and merged back by key.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TYPE mood AS ENUM ('ok', 'bad');
CREATE TABLE clients (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE, m mood, note text, twice int GENERATED ALWAYS AS (id * 2) STORED);
INSERT INTO clients (email, m, note) SELECT 'c' || g, 'ok', repeat(md5(g::text), 300) FROM generate_series(1, 5) g;
ALTER TABLE clients ALTER note SET STORAGE EXTERNAL;
CREATE TABLE orders (id int PRIMARY KEY, client int REFERENCES clients ON DELETE CASCADE ON UPDATE CASCADE);
INSERT INTO orders SELECT g, 1 + g % 5 FROM generate_series(1, 8) g;
CREATE FUNCTION loud() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING '% %', TG_OP, TG_TABLE_NAME; RETURN NULL; END $$;
CREATE TRIGGER loud AFTER INSERT OR UPDATE ON clients FOR EACH ROW EXECUTE FUNCTION loud();
CREATE VIEW state AS SELECT 'client' AS t, id, email, m::text, md5(note) AS note, twice FROM clients UNION ALL SELECT 'order', id, client::text, NULL, NULL, NULL FROM orders;
CREATE TABLE before AS SELECT * FROM state;
CREATE VIEW differences AS (SELECT '+' AS d, * FROM (TABLE state EXCEPT TABLE before) a) UNION ALL (SELECT '-', * FROM (TABLE before EXCEPT TABLE state) b);

-- a capture is no permit, and a permit no capture
BEGIN;
SELECT safemig.capture('public.clients') > 0 AS captured;
DELETE FROM clients;
ROLLBACK;
BEGIN;
SELECT safemig.permit('delete all public.orders') > 0 AS permitted;
DELETE FROM orders WHERE id = 8;
COMMIT;
SELECT count(*) FROM safemig.bin;
INSERT INTO orders VALUES (8, 4);

-- all of it, with what cascades; no trigger is left
BEGIN;
SELECT safemig.permit('delete all public.clients') > 0 AS permitted;
SELECT safemig.capture('delete all public.clients', 'spring cleaning') > 0 AS captured;
SELECT safemig.capture('orders') > 0 AS captured;
DELETE FROM clients;
COMMIT;
SELECT what, identity, action, rows, bytes > 0 AS bytes, statement FROM safemig.bin;
SELECT count(*) FROM pg_trigger WHERE tgname ~ 'safemig';
SELECT safemig.undrop('public.clients');
TABLE differences;
SELECT subject, reason FROM safemig.history WHERE event = 'rows captured' AND reason IS NOT NULL;

-- what is there again, and what refers to nothing
BEGIN;
SELECT safemig.permit('delete all public.clients') > 0 AS permitted;
SELECT FROM safemig.capture('public.clients') a, safemig.capture('public.orders') b;
DELETE FROM clients;
COMMIT;
INSERT INTO clients (id, email) OVERRIDING SYSTEM VALUE VALUES (1, 'another'), (60, 'c3');
SELECT safemig.undrop('public.clients');
SELECT d, t, id, email FROM differences ORDER BY 1, 2, 3;

-- an update of all columns: what was changed or deleted since stays
DELETE FROM before WHERE id > 0;
INSERT INTO before TABLE state;
BEGIN;
SELECT FROM safemig.capture('public.clients');
UPDATE clients SET email = NULL, m = 'bad';
SAVEPOINT a;
UPDATE clients SET note = NULL WHERE id = 2;
ROLLBACK TO a;
UPDATE clients SET note = 'short' WHERE id = 4;
COMMIT;
SELECT rows, statement FROM safemig.bin WHERE state = 'kept' ORDER BY id;
UPDATE clients SET email = 'since' WHERE id = 5;
DELETE FROM clients WHERE id = 60;
SELECT safemig.undo_transaction(xid) FROM safemig.bin ORDER BY id DESC LIMIT 1;
SELECT d, t, id, email FROM differences ORDER BY 1, 2, 3;

-- keys that move along, and another update of the same rows by a cascade to the table itself
CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree ON UPDATE CASCADE ON DELETE SET NULL);
INSERT INTO tree SELECT g, nullif(g - 1, 0) FROM generate_series(1, 5) g;
BEGIN;
SELECT FROM safemig.capture('public.tree');
UPDATE tree SET id = id + 10;
DELETE FROM tree WHERE id = 13;
COMMIT;
SELECT * FROM tree ORDER BY id;
SELECT safemig.undo_transaction(xid) FROM safemig.bin ORDER BY id DESC LIMIT 1;
SELECT * FROM tree ORDER BY id;

-- MERGE, upsert, a CTE, a DO block; what is inserted is nobody's loss
DELETE FROM before WHERE id > 0;
INSERT INTO before TABLE state;
BEGIN;
SELECT FROM safemig.capture('public.orders');
MERGE INTO orders o USING generate_series(1, 20, 4) g ON o.id = g WHEN MATCHED AND g = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET client = NULL WHEN NOT MATCHED THEN INSERT VALUES (g, NULL);
INSERT INTO orders VALUES (2, NULL), (99, NULL) ON CONFLICT (id) DO UPDATE SET client = 1;
WITH gone AS (DELETE FROM orders WHERE id = 6 RETURNING *) SELECT count(*) FROM gone;
DO $$ BEGIN DELETE FROM orders WHERE id = 7; UPDATE orders SET client = 4 WHERE id = 8; END $$;
COMMIT;
SELECT safemig.undo_transaction(xid) FROM safemig.bin ORDER BY id DESC LIMIT 1;
SELECT d, t, id, email FROM differences ORDER BY 1, 2, 3;

-- as in the documentation
BEGIN;
SELECT safemig.capture('public.clients') > 0 AS captured;
DELETE FROM clients WHERE id = 2;
UPDATE clients SET email = NULL WHERE id > 2;
COMMIT;
SELECT safemig.undrop('public.clients');
SELECT safemig.undo_transaction(xid) FROM safemig.bin ORDER BY id DESC LIMIT 1;
SELECT d, t, id, email FROM differences ORDER BY 1, 2, 3;

SELECT count(safemig.purge_id(id)) FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SELECT count(*) FROM pg_namespace WHERE nspname ~ 'safemig_bin';
SET safemig.enforce = off;
SET client_min_messages = error;
DROP VIEW differences, state;
DROP TABLE before, clients, orders, tree;
DROP FUNCTION loud;
DROP TYPE mood;
DROP EXTENSION safemig;
