-- Settings that would put the guard to sleep, and catalogs written by hand.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE t (id int);
INSERT INTO t VALUES (1);
-- what would keep the library away from sessions to come
DO $$
DECLARE
	sql text;
BEGIN
	FOREACH sql IN ARRAY ARRAY[
		'ALTER DATABASE %I SET session_preload_libraries = auto_explain',
		'ALTER DATABASE %I SET session_preload_libraries = ''''',
		'ALTER DATABASE %I RESET session_preload_libraries',
		'ALTER DATABASE %I RESET ALL',
		'ALTER DATABASE %I SET safemig.enforce = off',
		'ALTER ROLE ALL IN DATABASE %I SET safemig.enforce = off',
		'ALTER DATABASE %I SET work_mem = ''8MB''',
		'ALTER DATABASE %I RESET work_mem',
		'ALTER DATABASE %I SET session_preload_libraries = auto_explain, safemig',
		'ALTER DATABASE %I SET session_preload_libraries = safemig']
	LOOP
		BEGIN
			EXECUTE format(sql, current_database());
			RAISE NOTICE 'allowed: %', sql;
		EXCEPTION WHEN SQLSTATE 'SM001' THEN
			RAISE NOTICE 'refused: %', sql;
		END;
	END LOOP;
END $$;
ALTER ROLE CURRENT_USER SET session_preload_libraries = 'auto_explain';
ALTER ROLE CURRENT_USER SET safemig.enforce = off;
ALTER ROLE CURRENT_USER SET work_mem = '4MB';
ALTER ROLE CURRENT_USER RESET work_mem;
ALTER SYSTEM SET shared_preload_libraries = '';
-- another database is not ours
CREATE DATABASE regress_safemig_other;
ALTER DATABASE regress_safemig_other SET session_preload_libraries = 'auto_explain';
ALTER DATABASE regress_safemig_other RESET ALL;
ALTER DATABASE regress_safemig_other RENAME TO regress_safemig_renamed;
DROP DATABASE regress_safemig_renamed;
-- catalogs and our own tables by hand
DO $$
DECLARE
	sql text;
BEGIN
	FOREACH sql IN ARRAY ARRAY[
		'UPDATE pg_class SET relname = ''u'' WHERE relname = ''t''',
		'DELETE FROM pg_event_trigger WHERE evtname ~ ''safemig''',
		'UPDATE pg_event_trigger SET evtenabled = ''D''',
		'DELETE FROM pg_attribute WHERE attrelid = ''t''::regclass',
		'WITH w AS (DELETE FROM pg_depend WHERE objid = ''t''::regclass RETURNING 1) SELECT * FROM w',
		'INSERT INTO safemig.config (name, value) VALUES (''data'', ''allow'')',
		'UPDATE safemig.config SET value = ''allow'' WHERE name = ''data''',
		'DELETE FROM safemig.history_entry WHERE id = 1',
		'INSERT INTO t VALUES (2)',
		'UPDATE t SET id = 3 WHERE id = 2']
	LOOP
		BEGIN
			EXECUTE sql;
			RAISE NOTICE 'allowed: %', sql;
		EXCEPTION
			WHEN SQLSTATE 'SM001' THEN
				RAISE NOTICE 'refused: %', sql;
			WHEN OTHERS THEN
				RAISE NOTICE 'error: %', sql;
		END;
	END LOOP;
END $$;
BEGIN;
SELECT safemig.permit('change catalog pg_catalog.pg_class', 'mend a flag') > 0 AS given;
UPDATE pg_class SET relname = 'u' WHERE relname = 't';
ROLLBACK;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t;
DROP EXTENSION safemig;
