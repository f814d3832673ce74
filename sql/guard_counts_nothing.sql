-- The guard's look for a row is not in the table's statistics: they count what its users do.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse

CREATE TABLE watched (id int);
INSERT INTO watched VALUES (1), (2);
DELETE FROM watched WHERE id > 0;

-- one scan, the statement's own
BEGIN;
SELECT pg_stat_get_xact_numscans('watched'::regclass) AS before \gset
DELETE FROM watched;
SELECT pg_stat_get_xact_numscans('watched'::regclass) - :before AS scans;

-- and what users do after it is still counted
INSERT INTO watched VALUES (3);
SELECT count(*) FROM watched;
SELECT count(*) FROM watched;
SELECT pg_stat_get_xact_numscans('watched'::regclass) - :before AS scans;
COMMIT;

-- with a row it is refused as ever
DELETE FROM watched;

SET safemig.enforce = off;
DROP TABLE watched;
DROP EXTENSION safemig;
