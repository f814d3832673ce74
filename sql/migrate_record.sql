-- What is on record of a version: all that it was given, whichever way it came, and what it did when it ran.
SET client_min_messages = error; CREATE EXTENSION safemig; RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('environment', 'development') \g /dev/null
CREATE VIEW record AS SELECT version, version_key, name, kind, state, up, down, checksum = safemig.checksum(up) AS checksum, token_checksum ~ '^tokens1:' AS tokens,
	permits, reason, check_sql, environments, release, statements, rows, applied_at = changed_at AS at, applied_by = session_user AS by_me, duration >= '0' AS timed,
	note, changed_at <= clock_timestamp() AS changed, xid IS NOT NULL AS xid, jsonb_array_length(inverse) AS inverse, out_of_order, registered_by = session_user AS author,
	taken_back, accepts, row_changes FROM safemig.migration ORDER BY version_key;
\x on
SELECT safemig.apply('1.0', 'bare', 'CREATE TABLE a (i int)');
SELECT safemig.apply('v1.1', 'all', 'INSERT INTO a SELECT generate_series(1, 3)', 'DELETE FROM a', ARRAY['delete all public.a', 'drop table public.a'], 'for a reason',
	'SELECT count(*) = 3 FROM a', ARRAY['development', 'test'], '2026.1', false);
SELECT safemig.register('1.2', 'later', 'INSERT INTO a VALUES (4)', 'DELETE FROM a WHERE i = 4', ARRAY['delete all public.a'], 'for another',
	'SELECT count(*) > 0 FROM a', ARRAY['development'], '2026.2', true);
SELECT * FROM record;
CALL safemig.migrate();
SELECT * FROM record WHERE version = '1.2';
\x off

-- a permit that nothing reads like is refused at once, unless the script is for elsewhere
SELECT safemig.register('1.3', 'wrong', 'SELECT 1', permits => ARRAY['drop the table a']);
SELECT safemig.register('1.3', 'wrong', 'SELECT 1', permits => ARRAY['']);
SELECT safemig.register('1.3', 'wide', 'SELECT 1', permits => ARRAY['drop table public.*'], environments => ARRAY['test']);

-- each part of what waits may be replaced, and nothing is by the same
SELECT safemig.register('2', 'two', 'SELECT 1');
SELECT safemig.register('2', 'two', 'SELECT 1');
SELECT safemig.register('2', 'zwei', 'SELECT 1');
SELECT safemig.register('2', 'zwei', 'SELECT 2');
SELECT safemig.register('2', 'zwei', 'SELECT 2', 'SELECT -2');
SELECT safemig.register('2', 'zwei', 'SELECT 2', 'SELECT -2', ARRAY['drop table a']);
SELECT safemig.register('2', 'zwei', 'SELECT 2', 'SELECT -2', ARRAY['drop table a', 'drop table b']);
SELECT safemig.register('2', 'zwei', 'SELECT 2', 'SELECT -2', ARRAY['drop table a', 'drop table b'], 'why');
SELECT safemig.register('2', 'zwei', 'SELECT 2', 'SELECT -2', ARRAY['drop table a', 'drop table b'], 'why', 'SELECT true');
SELECT safemig.register('2', 'zwei', 'SELECT 2', 'SELECT -2', ARRAY['drop table a', 'drop table b'], 'why', 'SELECT true', ARRAY['test']);
SELECT safemig.register('2', 'zwei', 'SELECT 2', 'SELECT -2', ARRAY['drop table a', 'drop table b'], 'why', 'SELECT true', ARRAY['test'], 'r');
SELECT safemig.register('2', 'zwei', 'SELECT 2', 'SELECT -2', ARRAY['drop table a', 'drop table b'], 'why', 'SELECT true', ARRAY['test'], 'r', true);
SELECT event, count(*), count(detail) FROM safemig.history WHERE version = '2' GROUP BY 1;
SELECT name, up, down, permits, reason, check_sql, environments, release, out_of_order FROM record WHERE version = '2';
SELECT safemig.register('2', 'two', 'SELECT 1');
SELECT name, up, down, permits, reason, check_sql, environments, release, out_of_order FROM record WHERE version = '2';

-- what was rolled back and runs again is no longer taken back, and who registered it stays on record
CALL safemig.migrate();
SELECT safemig.rollback('1.1', ARRAY['delete all public.a']);
SELECT version, state, taken_back IS NOT NULL AS taken_back, author FROM record WHERE version IN ('1.2', '2');
SELECT safemig.apply('1.2', 'later', 'INSERT INTO a VALUES (4)', 'DELETE FROM a WHERE i = 4');
SELECT version, state, taken_back IS NOT NULL AS taken_back, author, reason, environments FROM record WHERE version IN ('1.2', '2');

-- only for somewhere else: passed over, once on record
SELECT safemig.apply('3', 'elsewhere', 'SELECT 3', environments => ARRAY['test']);
SELECT safemig.apply('3', 'elsewhere', 'SELECT 3', environments => ARRAY['test']);
SELECT safemig.apply('3', 'elsewhere', 'SELECT 33', environments => ARRAY['test']);
SELECT state, up, note FROM record WHERE version = '3';
SELECT count(*) FROM safemig.history WHERE version = '3' AND event = 'skip';

SET safemig.enforce = off;
SET client_min_messages = error;
DROP VIEW record;
DROP TABLE a;
DROP EXTENSION safemig;
