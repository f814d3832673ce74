-- Things that go or change one after another, and what stands in whose way.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY default
SELECT safemig.set('data', 'allow');
SELECT safemig.set('contract', 'allow');
-- a partition comes back while its parent is in the bin: it must not go when that is purged
CREATE TABLE pt (a int) PARTITION BY LIST (a);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES IN (1);
CREATE TABLE pt2 PARTITION OF pt FOR VALUES IN (2);
INSERT INTO pt VALUES (1), (2);
DROP TABLE pt1;
DROP TABLE pt;
SELECT safemig.undrop('public.pt1');
SELECT safemig.purge_object('public.pt');
SELECT * FROM pt1;
-- a foreign key to a partitioned table one of whose partitions goes
CREATE TABLE pk (a int PRIMARY KEY) PARTITION BY LIST (a);
CREATE TABLE pk1 PARTITION OF pk FOR VALUES IN (1);
CREATE TABLE pk2 PARTITION OF pk FOR VALUES IN (2);
CREATE TABLE fk (a int REFERENCES pk);
INSERT INTO pk VALUES (1), (2);
INSERT INTO fk VALUES (1), (2);
DROP TABLE pk1;
DROP TABLE pk1 CASCADE;
SELECT safemig.undrop('public.pk1');
SELECT conname, conrelid::regclass, convalidated FROM pg_constraint WHERE conrelid = 'fk'::regclass AND conparentid = 0;
-- a sequence whose table stays, and goes, and moves
CREATE TABLE ser (id serial, x int);
INSERT INTO ser (x) VALUES (1), (2);
DROP SEQUENCE ser_id_seq CASCADE;
CREATE SCHEMA elsewhere;
SET safemig.enforce = off;
ALTER TABLE ser SET SCHEMA elsewhere;
ALTER TABLE elsewhere.ser SET SCHEMA public;
RESET safemig.enforce;
SELECT safemig.undrop('public.ser_id_seq');
SELECT pg_get_serial_sequence('ser', 'id');
INSERT INTO ser (x) VALUES (3) RETURNING id;
-- the order of parents, and what is local
CREATE TABLE a0 (x int);
CREATE TABLE b1 () INHERITS (a0);
CREATE TABLE b2 (y int) INHERITS (a0);
SET client_min_messages = error;
CREATE TABLE c () INHERITS (b2, b1);
DROP TABLE c;
SELECT safemig.undrop('public.c');
DROP TABLE b2 CASCADE;
SELECT safemig.undrop('public.b2');
RESET client_min_messages;
SELECT inhparent::regclass, inhseqno FROM pg_inherits WHERE inhrelid = 'c'::regclass ORDER BY 2;
-- a view in the bin over a table that stays: it is altered when that entry is gone, and dropped at once
CREATE TABLE live (a int, b text);
CREATE TABLE goer (a int);
CREATE VIEW lv AS SELECT live.a, live.b FROM live JOIN goer USING (a);
SET client_min_messages = warning;
DROP TABLE goer CASCADE;
RESET client_min_messages;
ALTER TABLE live ALTER a TYPE bigint;
ALTER TABLE live ADD c int;
ALTER TABLE live DROP b CASCADE;
DROP TABLE live;
SELECT safemig.undrop('public.live');
SELECT safemig.purge_object('public.goer');
ALTER TABLE live ALTER a TYPE bigint;
CREATE TYPE ty AS (a int);
CREATE TABLE typed OF ty;
DROP TABLE typed;
DROP TYPE ty CASCADE;
SELECT safemig.undrop('public.typed');
-- what is nobody's loss goes, beside what is kept
CREATE TABLE perm (a int);
CREATE TEMP TABLE temporary_one (a int PRIMARY KEY);
BEGIN;
CREATE TABLE young (a int PRIMARY KEY);
DROP TABLE perm, young, temporary_one;
SELECT identity FROM safemig.bin WHERE xid = pg_current_xact_id();
COMMIT;
SELECT safemig.undrop('public.perm');
CREATE TABLE perm2 (a int PRIMARY KEY);
BEGIN;
SELECT safemig.permit('drop table public.perm2 without undo') > 0;
DROP TABLE perm, perm2;
COMMIT;
SELECT safemig.undrop('public.perm2');
SELECT safemig.undrop('public.perm');
-- a table that is part of an extension is nothing without it
CREATE TABLE part (a int);
INSERT INTO part VALUES (1);
ALTER EXTENSION plpgsql ADD TABLE part;
\set VERBOSITY sqlstate
DROP EXTENSION plpgsql;
\set VERBOSITY default
SELECT * FROM part;
BEGIN;
SELECT safemig.permit('drop extension plpgsql without undo') > 0;
DROP EXTENSION plpgsql;
COMMIT;
SELECT to_regclass('part'), count(*) FROM safemig.bin WHERE identity = 'public.part';
CREATE EXTENSION plpgsql;
-- the server's own words
BEGIN READ ONLY;
DROP TABLE perm;
ROLLBACK;
-- a small database is no reason to keep nothing of its largest table
SELECT safemig.set('keep_max_bytes', '1%');
CREATE TABLE most AS SELECT repeat('x', 100) FROM generate_series(1, 40000);
SELECT pg_relation_size('most') > 0.01 * pg_database_size(current_database()) AS most;
DROP TABLE most;
-- an entry that can never fit is not thrown away with a shrug
SELECT safemig.set('keep_max_bytes', '64kB');
CREATE TABLE big AS SELECT repeat('x', 100) FROM generate_series(1, 2000);
\set VERBOSITY sqlstate
DROP TABLE big;
\set VERBOSITY default
SELECT safemig.set('keep_when_full', 'pass');
SET client_min_messages = error;
DROP TABLE big;
RESET client_min_messages;
-- an index over a function that was written over in the same transaction holds for the former one
SELECT safemig.set('keep_max_bytes', '1GB');
CREATE FUNCTION signed(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE TABLE numbers (id int PRIMARY KEY, n int);
INSERT INTO numbers SELECT g, g FROM generate_series(1, 9) g;
CREATE INDEX numbers_signed ON numbers (signed(n));
SET client_min_messages = error;
BEGIN;
CREATE OR REPLACE FUNCTION signed(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT -$1';
ALTER TABLE numbers DROP COLUMN n;
COMMIT;
SELECT safemig.undo_transaction(xid) FROM safemig.bin WHERE state = 'kept' ORDER BY id DESC LIMIT 1;
SET enable_seqscan = off;
SELECT id FROM numbers WHERE signed(n) = 3;
SELECT safemig.apply('1', 'two of them', 'CREATE OR REPLACE FUNCTION signed(int) RETURNS int LANGUAGE sql IMMUTABLE AS ''SELECT -$1''; ALTER TABLE numbers DROP COLUMN n', permits => ARRAY['drop column public.numbers.n']);
SELECT safemig.rollback('0');
SELECT id FROM numbers WHERE signed(n) = 3;
RESET enable_seqscan;
RESET client_min_messages;
-- an index that a change of type made anew, in the same transaction
DROP INDEX numbers_signed;
CREATE INDEX numbers_n ON numbers (n);
SET client_min_messages = error;
BEGIN;
ALTER TABLE numbers ALTER COLUMN n TYPE bigint;
ALTER TABLE numbers DROP COLUMN n;
COMMIT;
SELECT safemig.undo_transaction(xid) FROM safemig.bin WHERE state = 'kept' ORDER BY id DESC LIMIT 1;
RESET client_min_messages;
SELECT indexname FROM pg_indexes WHERE tablename = 'numbers' ORDER BY 1;
DROP TABLE numbers;
DROP FUNCTION signed;

-- the extension goes: not while there is something in the bin
SET safemig.enforce = off;
DROP EXTENSION safemig;
DROP SCHEMA safemig CASCADE;
SELECT count(safemig.purge_id(id)) > 0 AS purged FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') s;
SET client_min_messages = error;
DROP SCHEMA elsewhere;
DROP TABLE pt1, pk, fk, ser, a0, live, typed, perm CASCADE;
DROP TYPE ty;
DROP EXTENSION safemig;
SELECT nspname FROM pg_namespace WHERE nspname ~ '^safemig';
