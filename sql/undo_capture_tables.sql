-- What can be captured: partitions, children, changed tables; and what cannot.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set(n, v) FROM (VALUES ('data', 'allow'), ('upkeep', 'allow'), ('contract', 'allow'), ('keep_max_bytes', '1GB')) s(n, v);
CREATE VIEW last AS SELECT xid FROM safemig.bin ORDER BY id DESC LIMIT 1;

-- partitions with columns in another order; rows that move among them
CREATE TABLE logs (id int, k text, v int, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE TABLE logs_a PARTITION OF logs FOR VALUES IN ('a');
CREATE TABLE logs_b (v int, k text NOT NULL, gone int, id int NOT NULL);
ALTER TABLE logs_b DROP COLUMN gone;
ALTER TABLE logs ATTACH PARTITION logs_b FOR VALUES IN ('b');
INSERT INTO logs SELECT g, CASE WHEN g % 2 = 0 THEN 'a' ELSE 'b' END, g FROM generate_series(1, 6) g;
BEGIN;
SELECT safemig.capture('public.logs') > 0 AS captured;
UPDATE logs SET k = CASE k WHEN 'a' THEN 'b' ELSE 'a' END, v = -v;
DELETE FROM logs WHERE id > 4;
SELECT tableoid::regclass, * FROM logs ORDER BY id;
COMMIT;
SELECT identity, rows FROM safemig.bin ORDER BY id;
SELECT safemig.undo_transaction(xid) FROM last;
SELECT tableoid::regclass, * FROM logs ORDER BY id;
-- one partition alone: what leaves it stays where it is
BEGIN;
SELECT FROM safemig.capture('public.logs_a');
UPDATE logs SET k = 'b' WHERE id = 2;
UPDATE logs SET v = 0 WHERE id = 4;
COMMIT;
SELECT safemig.undo_transaction(xid) FROM last;
-- what nothing came back of is kept, and fails where it is all there is
SELECT identity, rows, state FROM safemig.bin WHERE action = 'change rows' ORDER BY id DESC LIMIT 2;
SELECT safemig.undo_transaction(xid) FROM last;
SELECT tableoid::regclass, * FROM logs ORDER BY id;
SELECT count(safemig.purge_id(id)) FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;

-- children, each with a key of its own
CREATE TABLE animal (id int PRIMARY KEY, w numeric);
CREATE TABLE dog (barks boolean, PRIMARY KEY (id)) INHERITS (animal);
INSERT INTO animal VALUES (1, 1.5);
INSERT INTO dog VALUES (1, 2.5, true);
BEGIN;
SELECT FROM safemig.capture('public.animal');
DELETE FROM animal;
COMMIT;
SELECT safemig.undo_transaction(xid) FROM last;
SELECT * FROM dog;
SELECT count(*) FROM ONLY animal;

-- altered since, or in between; and dropped: the newest first
CREATE TABLE t (id int PRIMARY KEY, a text, b varchar(5));
INSERT INTO t SELECT g, 'a' || g, 'b' || g FROM generate_series(1, 4) g;
BEGIN;
SELECT FROM safemig.capture('public.t');
UPDATE t SET a = NULL;
ALTER TABLE t ADD COLUMN c int DEFAULT 5;
DELETE FROM t WHERE id = 2;
DROP TABLE t;
COMMIT;
SELECT safemig.undo_transaction(xid) FROM last;
SELECT * FROM t ORDER BY id;
BEGIN;
SELECT FROM safemig.capture('public.t');
DELETE FROM t WHERE id < 3;
COMMIT;
ALTER TABLE t RENAME a TO a2;
ALTER TABLE t ALTER b TYPE varchar(9);
SELECT safemig.undrop('public.t');
SELECT * FROM t ORDER BY id;
BEGIN;
SELECT FROM safemig.capture('public.t');
DELETE FROM t WHERE id < 3;
COMMIT;
SELECT safemig.undrop('public.t', 'public.other');
ALTER TABLE t ALTER b TYPE int USING 1;
SELECT safemig.undrop_id(max(id)) FROM safemig.bin WHERE action = 'change rows';
SELECT safemig.undrop('public.t.b') IS NOT NULL AS type_first;
SELECT safemig.undrop('public.t');

-- the bin has its limit
SELECT safemig.set(n, v) FROM (VALUES ('keep_max_bytes', '1MB'), ('keep_when_full', 'pass')) s(n, v);
CREATE TABLE big (id int PRIMARY KEY, v text);
INSERT INTO big SELECT g, repeat('x', 1500) FROM generate_series(1, 7000) g;
BEGIN;
SELECT FROM safemig.capture('public.big');
DELETE FROM big;
COMMIT;
SELECT count(*) FROM safemig.bin WHERE identity = 'public.big';

-- silenced meanwhile: not committed
BEGIN;
SELECT FROM safemig.capture('public.t');
ALTER TABLE t DISABLE TRIGGER ALL;
DELETE FROM t WHERE id = 4;
ALTER TABLE t ENABLE TRIGGER ALL;
COMMIT;
SELECT count(*) FROM t;
-- cannot be captured
CREATE TABLE nokey (id int);
CREATE TEMP TABLE tmp (id int PRIMARY KEY);
CREATE VIEW v AS SELECT * FROM t;
SELECT safemig.capture('public.nokey');
SELECT safemig.capture('pg_temp.tmp');
SELECT safemig.capture('public.v');
SELECT safemig.capture('public.nothing');
SELECT safemig.capture('safemig.history');
SELECT safemig.capture(NULL);
WITH c AS (SELECT safemig.capture('public.t') FROM t) SELECT count(*) FROM c;
-- outside of a transaction it ends with itself; off is off
SELECT safemig.capture('public.t') > 0 AS captured;
BEGIN;
SELECT FROM safemig.set_local('keep', 'off');
SELECT safemig.capture('public.t');
COMMIT;
-- who may
CREATE ROLE regress_capture;
GRANT USAGE ON SCHEMA safemig TO regress_capture;
GRANT EXECUTE ON FUNCTION safemig.capture, safemig.undrop TO regress_capture;
SET ROLE regress_capture;
SELECT safemig.capture('public.t');
RESET ROLE;
GRANT DELETE, SELECT ON t TO regress_capture;
SET ROLE regress_capture;
BEGIN;
SELECT FROM safemig.capture('public.t');
DELETE FROM t WHERE id = 4;
COMMIT;
SELECT safemig.undrop('public.t');
RESET ROLE;
SELECT safemig.undrop('public.t');

SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP VIEW v, last;
DROP TABLE logs, animal, dog, t, nokey, big;
DROP OWNED BY regress_capture;
DROP ROLE regress_capture;
DROP EXTENSION safemig;
