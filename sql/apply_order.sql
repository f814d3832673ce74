-- Versions come in order, unless somebody says otherwise.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_apply_order;
CREATE DATABASE regress_apply_order TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_apply_order
SET client_min_messages = warning;
CREATE EXTENSION safemig;
RESET client_min_messages;
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE statement INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

SELECT safemig.apply('1.9', 'nine', 'SELECT 1');
SELECT safemig.apply('1.10', 'ten', 'SELECT 1');
SELECT safemig.apply('1.9.5', 'late', 'SELECT 1');
SELECT outcome($$SELECT safemig.apply('1.10.0-rc.1', 'late', 'SELECT 1')$$);
SELECT outcome($$SELECT safemig.apply('1.10.0.1', 'next', 'SELECT 1')$$);

-- by the call, on record
SELECT safemig.apply('1.9.5', 'late', 'SELECT 1', out_of_order => true);
SELECT detail FROM safemig.history WHERE event = 'apply' AND version = '1.9.5';
SELECT version FROM safemig.system_versions;
SELECT safemig.current_version();

-- by the setting
SELECT safemig.set('out_of_order', 'allow');
SELECT safemig.apply('1.9.6', 'later', 'SELECT 1');
SELECT safemig.set('out_of_order', 'refuse');
SELECT outcome($$SELECT safemig.apply('1.9.7', 'too late', 'SELECT 1')$$);

-- out_of_order on a version that is in order changes nothing
SELECT safemig.apply('2.0', 'two', 'SELECT 1', out_of_order => true);
SELECT detail IS NULL AS in_order FROM safemig.history WHERE event = 'apply' AND version = '2.0';

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_apply_order;
