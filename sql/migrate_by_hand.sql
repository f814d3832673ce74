-- What people change in the log of versions: mark, repair, note.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_migrate_by_hand;
CREATE DATABASE regress_migrate_by_hand TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_migrate_by_hand
SET client_min_messages = warning;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE VIEW states AS SELECT version, name, state, checksum_state, note FROM safemig.status;
CREATE TABLE trail (version text);

-- mark: what was done by hand
SELECT safemig.register('1', 'one', 'INSERT INTO trail VALUES (1)');
SELECT safemig.mark('1', 'applied', 'in the outage');
SELECT safemig.mark('1', 'applied', 'again');
CALL safemig.migrate();
SELECT count(*) FROM trail;
SELECT safemig.apply('1', 'one', 'INSERT INTO trail VALUES (1)');
SELECT safemig.apply('1', 'one', 'INSERT INTO trail VALUES (2)');
-- not known so far: the script that comes is taken over
SELECT safemig.mark('2', 'applied', 'before there was a file');
SELECT safemig.apply('2', 'two', 'INSERT INTO trail VALUES (2)');
SELECT safemig.apply('2', 'two', 'INSERT INTO trail VALUES (3)');
TABLE states;
-- back, and run
SELECT safemig.mark('2', 'rolled back', 'it was not');
SELECT safemig.apply('2', 'two', 'INSERT INTO trail VALUES (2)');
TABLE trail;
TABLE states;
-- what waits is withdrawn
SELECT safemig.register('3', 'three', 'INSERT INTO trail VALUES (3)');
SELECT safemig.mark('3', 'rolled back', 'not wanted');
CALL safemig.migrate();
SELECT safemig.mark('4', 'rolled back', 'never was');
SELECT safemig.mark('2', 'pending', 'no such');
SELECT safemig.mark('2', 'rolled back', NULL);
SELECT safemig.mark('20260119', 'applied', 'another scheme');
-- a version without journal: there is no way back but by hand
SELECT safemig.mark('5', 'applied', 'by hand');
SELECT safemig.rollback('2');

-- repair: a changed file, by name
SELECT safemig.apply('6', 'six', 'INSERT INTO trail VALUES (6)');
SELECT safemig.apply('6', 'six', 'INSERT INTO trail VALUES (66)');
SELECT safemig.repair('6', 'the file was wrong');
SELECT safemig.register('6', 'six', 'INSERT INTO trail VALUES (66)');
SELECT safemig.apply('6', 'six', 'INSERT INTO trail VALUES (66)');
-- once
SELECT safemig.apply('6', 'six', 'INSERT INTO trail VALUES (666)');
-- with its new text
SELECT safemig.repair('6', 'again', up => 'INSERT INTO trail VALUES (666)');
SELECT safemig.apply('6', 'six', 'INSERT INTO trail VALUES (666)');
SELECT safemig.repair('6', 'broken', up => 'INSERT INTO');
-- one on record that somebody wrote to
SET safemig.enforce = off;
UPDATE safemig.migration SET up = 'INSERT INTO trail VALUES (6)' WHERE version = '6';
RESET safemig.enforce;
SELECT safemig.register('7', 'seven', 'INSERT INTO trail VALUES (7)');
CALL safemig.migrate();
SELECT safemig.repair('6', 'it was me');
CALL safemig.migrate();
SELECT safemig.repair('7.5', 'never was');
SELECT safemig.repair('3', 'is not applied');

-- note
SELECT safemig.note('7', 'see ticket 123');
SELECT safemig.note('8', 'not there');
TABLE states;
TABLE trail;
SELECT event, version, reason, detail LIKE 'sha256:%' AS by_checksums FROM safemig.history WHERE event IN ('mark', 'repair', 'note') ORDER BY id;

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_migrate_by_hand;
