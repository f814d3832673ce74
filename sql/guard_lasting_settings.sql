-- Settings for sessions and functions to come, spelled as the server reads them.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE ROLE regress_safemig_set;
DO $$
DECLARE
	sql text;
BEGIN
	FOREACH sql IN ARRAY ARRAY[
		-- names in any case
		'ALTER DATABASE %I SET "Session_Preload_Libraries" = ''''',
		'ALTER DATABASE %I RESET "SESSION_PRELOAD_LIBRARIES"',
		'ALTER ROLE regress_safemig_set IN DATABASE %I SET "Safemig.enforce" = off',
		'ALTER ROLE regress_safemig_set SET "safemig.ENFORCE" = off',
		'ALTER ROLE regress_safemig_set SET "Work_Mem" = ''4MB''',
		-- libraries by their whole names
		'ALTER DATABASE %I SET session_preload_libraries = ''safemig_old''',
		'ALTER DATABASE %I SET session_preload_libraries = ''auto_explain, safemig''',
		'ALTER DATABASE %I SET session_preload_libraries = ''auto_explain'', ''safemig''',
		'ALTER DATABASE %I SET session_preload_libraries = safemig',
		-- RESET ALL of the database's own row, and of a role's
		'ALTER ROLE ALL IN DATABASE %I RESET ALL',
		'ALTER ROLE regress_safemig_set IN DATABASE %I RESET ALL',
		'ALTER ROLE regress_safemig_set RESET ALL',
		-- what every database inherits, a guarded one does not
		'ALTER ROLE ALL SET session_preload_libraries = auto_explain',
		'ALTER ROLE ALL RESET session_preload_libraries',
		'ALTER ROLE ALL SET safemig.enforce = off',
		-- functions
		'ALTER FUNCTION f() SET safemig.enforce = off',
		'ALTER ROUTINE f() SET "Safemig.Enforce" = warn',
		'CREATE FUNCTION g() RETURNS int LANGUAGE sql SET safemig.enforce = off AS ''SELECT 1''',
		'CREATE PROCEDURE p() LANGUAGE sql SET safemig.enforce FROM CURRENT AS ''SELECT 1''',
		'ALTER FUNCTION f() RESET safemig.enforce',
		'ALTER FUNCTION f() SET work_mem = ''4MB''',
		'ALTER FUNCTION f() RESET ALL',
		-- the right to set them
		'GRANT SET ON PARAMETER safemig.enforce TO regress_safemig_set',
		'GRANT SET ON PARAMETER work_mem, "Session_Preload_Libraries" TO regress_safemig_set',
		'GRANT ALTER SYSTEM ON PARAMETER shared_preload_libraries TO regress_safemig_set',
		'GRANT SET ON PARAMETER work_mem TO regress_safemig_set',
		'REVOKE SET ON PARAMETER work_mem FROM regress_safemig_set']
	LOOP
		BEGIN
			EXECUTE format(sql, current_database());
			RAISE NOTICE 'allowed: %', sql;
		EXCEPTION WHEN SQLSTATE 'SM001' THEN
			RAISE NOTICE 'refused: %', sql;
		END;
	END LOOP;
END $$;
-- not in a transaction
ALTER SYSTEM SET "Shared_preload_libraries" = '';
ALTER SYSTEM SET "safemig.Enforce" = off;
ALTER SYSTEM SET "Work_mem" = '4MB';
ALTER SYSTEM RESET work_mem;

SET client_min_messages = error;
SET safemig.enforce = off;
ALTER FUNCTION f() RESET safemig.enforce;
DROP FUNCTION f();
DROP EXTENSION safemig;
DROP ROLE regress_safemig_set;
