-- A dry run leaves the session as it was, limits itself, and refuses what no rollback takes back.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SET client_min_messages = warning;
\set VERBOSITY terse
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE statement INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE ROLE regress_dry_run_session;

-- settings, role, prepared statements, locks, cursors, channels
PREPARE mine AS SELECT 1;
SELECT pg_advisory_lock(1), pg_advisory_lock(2);
BEGIN;
DECLARE here CURSOR FOR SELECT generate_series(1, 3);
FETCH here;
SELECT command, error FROM safemig.dry_run($$
SET search_path = pg_temp;
SET lock_timeout = 0;
SET SESSION AUTHORIZATION regress_dry_run_session;
RESET SESSION AUTHORIZATION;
SET ROLE regress_dry_run_session;
RESET ROLE;
SELECT set_config('work_mem', '64kB', false);
PREPARE theirs AS SELECT 2;
CREATE TEMP TABLE scratch (i int);
SELECT pg_advisory_lock(3), pg_advisory_lock(3), pg_advisory_unlock(2);
LISTEN news;
NOTIFY news;
DECLARE there CURSOR WITH HOLD FOR SELECT 1;
CLOSE there
$$);
FETCH here;
COMMIT;
SELECT current_setting('search_path'), current_setting('lock_timeout'), current_user = session_user AS same_user, current_setting('work_mem');
SELECT name FROM pg_prepared_statements;
SELECT objid, count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() GROUP BY objid ORDER BY objid;
SELECT pg_advisory_unlock(2), pg_advisory_unlock(1), pg_advisory_unlock_all();
SELECT count(*) FROM pg_listening_channels();
SELECT to_regclass('scratch'), count(*) FROM pg_cursors;

-- no rollback takes that back; what looks like it runs
SELECT outcome($$SELECT count(error) FROM safemig.dry_run('COPY users TO PROGRAM ''cat''')$$);
SELECT outcome($$SELECT count(error) FROM safemig.dry_run('COPY users FROM PROGRAM ''true''')$$);
SELECT outcome($$SELECT count(error) FROM safemig.dry_run('SELECT 1; COPY users TO ''/nowhere/at/all''')$$);
SELECT command, left(error, 5) FROM safemig.dry_run('COPY users FROM ''/nowhere/at/all''');
SELECT outcome($$SELECT count(error) FROM safemig.dry_run('DEALLOCATE mine')$$);
SELECT outcome($$SELECT count(error) FROM safemig.dry_run('DISCARD SEQUENCES')$$);
SELECT outcome($$SELECT count(error) FROM safemig.dry_run('DISCARD PLANS')$$);
SELECT outcome($$SELECT count(error) FROM safemig.dry_run('LOAD ''plpgsql''')$$);
SELECT outcome($$SELECT count(error) FROM safemig.dry_run('CLOSE ALL')$$);
BEGIN;
DECLARE here CURSOR FOR SELECT 1;
SELECT outcome($$SELECT count(error) FROM safemig.dry_run('FETCH here')$$), outcome($$SELECT count(error) FROM safemig.dry_run('CLOSE here')$$);
FETCH here;
COMMIT;

-- nor what runs outside of transactions only
SELECT outcome($$SELECT count(error) FROM safemig.dry_run('CREATE INDEX CONCURRENTLY ON users (name)')$$);
SELECT outcome($$SELECT count(error) FROM safemig.dry_run('CREATE INDEX ON users (name)')$$);
SELECT outcome($$SELECT count(error) FROM safemig.dry_run('VACUUM users')$$);
SELECT outcome($$SELECT count(error) FROM safemig.dry_run('COMMIT')$$);
SELECT command, error FROM safemig.dry_run('DO $x$ BEGIN COMMIT; END $x$');

-- limits: the script cannot lengthen them
SELECT safemig.set('dry_run_time', '0');
SELECT safemig.set('dry_run_lock_wait', '0');
SELECT safemig.set('dry_run_time', '200ms');
SET statement_timeout = 0;
SELECT command, error FROM safemig.dry_run('SET statement_timeout = 0; SELECT pg_sleep(0.01); SELECT pg_sleep(30); SELECT 1');
SELECT command, error FROM safemig.dry_run('SET statement_timeout = 10; SELECT pg_sleep(30)');
SET statement_timeout = 50;
SELECT command, error FROM safemig.dry_run('SELECT pg_sleep(30)');
RESET statement_timeout;
SELECT safemig.set('dry_run_time', '60s');
SELECT safemig.set('dry_run_lock_wait', '3s');
SET lock_timeout = '1s';
SELECT command, error FROM safemig.dry_run('SET lock_timeout = ''1h''; DO $x$ BEGIN RAISE WARNING ''%'', current_setting(''lock_timeout''); END $x$');
SELECT command, error FROM safemig.dry_run('DO $x$ BEGIN RAISE WARNING ''%'', current_setting(''lock_timeout''); END $x$');
RESET lock_timeout;

SET safemig.enforce = off;
DROP TABLE users;
DROP ROLE regress_dry_run_session;
DROP FUNCTION outcome;
DEALLOCATE mine;
DROP EXTENSION safemig;
