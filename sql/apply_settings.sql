-- A script's settings and role end with it.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_apply_settings;
CREATE DATABASE regress_apply_settings TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_apply_settings
SET client_min_messages = warning;
CREATE EXTENSION safemig;
RESET client_min_messages;

CREATE ROLE regress_other;
CREATE SCHEMA s;
SET work_mem = '5MB';
SELECT safemig.apply('1', 'settings', $$
SET search_path = s;
SET LOCAL work_mem = '7MB';
SELECT pg_catalog.set_config('my.own', 'left over', false);
SET ROLE regress_other;
RESET ROLE;
CREATE TABLE here (i int);
SET ROLE regress_other;
SET TRANSACTION READ ONLY;
$$);
SELECT to_regclass('s.here'), current_user = session_user AS same_user, current_setting('search_path') AS path,
       current_setting('work_mem') AS work_mem, current_setting('my.own', true) AS own,
       current_setting('transaction_read_only') AS read_only;

-- the same inside a transaction, where the caller's own SET LOCAL goes on
BEGIN;
SET LOCAL work_mem = '6MB';
SELECT safemig.apply('2', 'settings', 'SET work_mem = ''8MB''; SET search_path = s; CREATE TABLE also (i int)');
SHOW work_mem;
COMMIT;
SHOW work_mem;
SELECT to_regclass('s.also');

-- and after an error that somebody catches
DO $$
BEGIN
	PERFORM safemig.apply('3', 'settings', 'SET work_mem = ''9MB''; SET ROLE regress_other; SELECT 1 / 0');
EXCEPTION WHEN division_by_zero THEN
	RAISE NOTICE '% %', current_setting('work_mem'), current_user = session_user;
END $$;

-- the caller's search_path finds the script's names, never ours
CREATE SCHEMA evil;
CREATE TABLE evil.migration (i int);
CREATE FUNCTION evil.fails(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT 1 / 0 = 1';
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.fails);
SET search_path = evil, pg_catalog, public;
SELECT safemig.apply('3', 'own operators', 'CREATE TABLE here (i int)');
SELECT safemig.apply('3', 'own operators', 'CREATE TABLE here (i int)');
SELECT safemig.current_version();
RESET search_path;
SELECT to_regclass('evil.here');

-- nor does one script of a rollback hand its settings to the next
CREATE TABLE seen (work_mem text);
SELECT safemig.apply('3.1', 'looks', 'SELECT 1', down => 'INSERT INTO public.seen SELECT current_setting(''work_mem'')');
SELECT safemig.apply('3.2', 'sets', 'SELECT 1', down => 'SET work_mem = ''10MB''');
SELECT safemig.rollback('3');
TABLE seen;

-- a statement's time: by the setting, or by the script itself, for each statement
SELECT safemig.set('statement_timeout_apply', '800ms');
SELECT safemig.apply('4', 'short ones', 'SELECT pg_sleep(0.45); SELECT pg_sleep(0.45)');
SELECT safemig.apply('5', 'a long one', 'SELECT pg_sleep(0.01); SELECT pg_sleep(60)');
SELECT pg_sleep(0.9) IS NOT NULL AS not_cancelled;
SELECT safemig.set('statement_timeout_apply', '0');
SELECT safemig.apply('5', 'a long one', 'SET statement_timeout = ''100ms''; SELECT pg_sleep(60)');

-- the caller's own limit holds over the whole call
SET statement_timeout = '1s';
SELECT safemig.apply('5', 'too many', 'SET statement_timeout = 0; SELECT pg_sleep(0.5); SELECT pg_sleep(60)');
RESET statement_timeout;

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_apply_settings;
DROP ROLE regress_other;
