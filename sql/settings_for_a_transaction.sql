-- set_local: a setting for one transaction, taken back by a rollback to a savepoint.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int);
INSERT INTO t SELECT generate_series(1, 5);

BEGIN;
SELECT safemig.set_local('max_rows', '2');
SELECT value, "default" FROM safemig.settings WHERE name = 'max_rows';
SAVEPOINT s;
UPDATE t SET id = id WHERE id > 2;
ROLLBACK TO s;
UPDATE t SET id = id WHERE id > 3;
SAVEPOINT s;
SELECT safemig.set_local('max_rows', '3');
UPDATE t SET id = id WHERE id > 2;
ROLLBACK TO s;
SELECT value FROM safemig.settings WHERE name = 'max_rows';
COMMIT;
-- gone with its transaction, and on record
SELECT value FROM safemig.settings WHERE name = 'max_rows';
UPDATE t SET id = id WHERE id > 2;
SELECT event, subject, detail FROM safemig.history ORDER BY id;
-- said when it can have no use
SELECT safemig.set_local('max_rows', '2');
-- wrong names, wrong values, what belongs to the database
SELECT safemig.set_local('no_such', '1');
SELECT safemig.set_local('max_rows', 'many');
SELECT safemig.set_local(NULL, '1');
SELECT safemig.set_local('environment', 'test');
BEGIN READ ONLY;
SELECT safemig.set_local('max_rows', '2');
ROLLBACK;
CREATE ROLE regress_safemig_local;
SET ROLE regress_safemig_local;
SELECT safemig.set_local('data', 'allow');
RESET ROLE;

SET safemig.enforce = off;
DROP TABLE t;
DROP ROLE regress_safemig_local;
DROP EXTENSION safemig;
