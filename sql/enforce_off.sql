-- What safemig.enforce = off lets pass is on record: once for each transaction,
-- and only what would have been refused.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int PRIMARY KEY, x text, y text);
INSERT INTO t VALUES (1, 'one'), (2, 'two');
CREATE TABLE u AS SELECT * FROM t;
CREATE TABLE v AS SELECT * FROM t;
CREATE VIEW w AS SELECT id FROM v;
SELECT count(lo_from_bytea(4712, 'large'));
SET application_name = 'dba';
SET safemig.enforce = off;
-- each of its own kind
ALTER TABLE t DROP COLUMN x;
TRUNCATE u;
DELETE FROM t;
DO $$ BEGIN EXECUTE 'DROP TABLE u'; END $$;
SELECT lo_unlink(4712);
ALTER TABLE v RENAME TO vv;
CREATE TEMPORARY TABLE fleeting (id int);
CREATE TABLE leaning (id int, f fleeting);
ALTER TABLE leaning DROP f;
SELECT verdict, sqlstate, application, session_role = current_user AS me, client, statement, effects, message, hint
  FROM safemig.incidents ORDER BY at;
SELECT verdict, times FROM safemig.incidents WHERE verdict <> 'off';

-- nothing that would pass anyway
SELECT safemig.apply('1', 'moves the records', 'SELECT 1');
-- but for those that the worker is at
DO $$ BEGIN
	FOR i IN 1..50 LOOP
		EXIT WHEN NOT EXISTS (SELECT FROM safemig.spooled());
		PERFORM pg_sleep(0.1);
		PERFORM safemig.apply('1.' || i, 'moves the rest', 'SELECT 1');
	END LOOP;
END $$;
SELECT count(*) FROM safemig.spooled();
CREATE TABLE n (id int);
INSERT INTO n VALUES (1);
DELETE FROM n WHERE id = 1;
TRUNCATE n;
CREATE TEMPORARY TABLE tt AS SELECT 1 AS one;
DROP TABLE tt;
DROP VIEW w;
BEGIN;
CREATE TABLE born (id int);
INSERT INTO born VALUES (1);
DROP TABLE born;
COMMIT;
BEGIN;
SELECT count(safemig.permit('drop table public.n'));
DROP TABLE n;
ROLLBACK;
DROP TABLE IF EXISTS nothing;
SELECT count(*) FROM safemig.spooled();

-- one record for a transaction, also when it rolls back; a savepoint's goes with it
BEGIN;
TRUNCATE vv;
ALTER TABLE vv DROP COLUMN x;
DROP TABLE vv;
ROLLBACK;
SELECT record ->> 'statement' AS statement FROM safemig.spooled() ORDER BY record ->> 'at';
SELECT safemig.apply('2', 'moves the records', 'SELECT 1');
BEGIN;
SAVEPOINT s;
TRUNCATE vv;
ROLLBACK TO s;
DROP TABLE vv;
ROLLBACK;
SELECT record ->> 'statement' AS statement FROM safemig.spooled() ORDER BY record ->> 'at';

-- what is made while it is off is the transaction's own when it is on again
BEGIN;
CREATE FUNCTION made() RETURNS int LANGUAGE sql AS 'SELECT 1';
SET LOCAL safemig.enforce = on;
DROP FUNCTION made();
ROLLBACK;
-- and the guard is as it was
SET safemig.enforce = on;
DROP TABLE vv;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t, vv, n, leaning;
DROP EXTENSION safemig;
