-- What a captured tree gets is captured too, or refused.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set(n, v) FROM (VALUES ('data', 'allow'), ('upkeep', 'allow'), ('contract', 'allow')) s(n, v);
CREATE VIEW last AS SELECT xid FROM safemig.bin ORDER BY id DESC LIMIT 1;
CREATE TABLE logs (id int, k text, v int, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE TABLE logs_a PARTITION OF logs FOR VALUES IN ('a');
CREATE TABLE logs_b (v int, k text NOT NULL, id int NOT NULL);
INSERT INTO logs VALUES (1, 'a', 1), (2, 'a', 2), (5, 'a', 5);
INSERT INTO logs_b VALUES (3, 'b', 3), (4, 'b', 4);
CREATE TABLE before AS SELECT * FROM logs UNION ALL SELECT id, k, v FROM logs_b;
CREATE VIEW differences AS SELECT '+' AS d, a.* FROM (TABLE logs EXCEPT TABLE before) a UNION ALL SELECT '-', b.* FROM (TABLE before EXCEPT TABLE logs) b;

-- attached, made, and attached by a function; rows that move there
BEGIN;
SELECT FROM safemig.capture('public.logs');
ALTER TABLE logs ATTACH PARTITION logs_b FOR VALUES IN ('b');
DELETE FROM logs WHERE id = 3;
UPDATE logs SET v = 0 WHERE id = 4;
DO $$ BEGIN CREATE TABLE logs_c PARTITION OF logs FOR VALUES IN ('c'); UPDATE logs SET k = 'c' WHERE id = 1; END $$;
UPDATE logs_c SET v = 7;
SAVEPOINT a;
CREATE TABLE logs_d PARTITION OF logs FOR VALUES IN ('d');
UPDATE logs SET k = 'd' WHERE id = 2;
ROLLBACK TO a;
CREATE TABLE logs_d PARTITION OF logs FOR VALUES IN ('d');
UPDATE logs SET k = 'd' WHERE id = 5;
COMMIT;
SELECT count(*) FROM pg_trigger WHERE tgname ~ 'safemig';
SELECT safemig.undo_transaction(xid) FROM last;
TABLE differences;

-- captured alone, and then a partition: rows of it come from others, too
BEGIN;
ALTER TABLE logs DETACH PARTITION logs_d;
SELECT FROM safemig.capture('public.logs_d') a, safemig.capture('public.logs') b;
ALTER TABLE logs ATTACH PARTITION logs_d FOR VALUES IN ('d');
UPDATE logs SET k = 'd' WHERE id = 2;
COMMIT;
SELECT safemig.undo_transaction(xid) FROM last;
TABLE differences;
-- one that has left is captured still
BEGIN;
SELECT FROM safemig.capture('public.logs');
ALTER TABLE logs DETACH PARTITION logs_b;
DELETE FROM logs_b WHERE id = 4;
COMMIT;
SELECT safemig.undrop('public.logs_b');
SELECT * FROM logs_b ORDER BY id;

-- children: what has no key of its own is refused, with its statement
CREATE TABLE animal (id int PRIMARY KEY, w numeric);
CREATE TABLE cat (id int PRIMARY KEY, w numeric);
CREATE TABLE stone (id int NOT NULL, w numeric);
INSERT INTO cat VALUES (1, 4.5);
BEGIN;
SELECT FROM safemig.capture('public.animal');
SAVEPOINT a;
ALTER TABLE stone INHERIT animal;
ROLLBACK TO a;
CREATE TABLE fish () INHERITS (animal);
ROLLBACK TO a;
CREATE TEMP TABLE ghost (PRIMARY KEY (id)) INHERITS (animal);
ROLLBACK TO a;
CREATE TABLE dog (barks boolean, PRIMARY KEY (id)) INHERITS (animal);
ALTER TABLE cat INHERIT animal;
UPDATE animal SET w = 0;
COMMIT;
SELECT safemig.undo_transaction(xid) FROM last;
SELECT * FROM animal;
-- nobody's business where nothing is captured
ALTER TABLE stone INHERIT animal;

SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP VIEW differences, last;
DROP TABLE logs, logs_b, before, animal, cat, dog, stone;
DROP EXTENSION safemig;
