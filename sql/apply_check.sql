-- check_sql has the last word on a migration.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_apply_check;
CREATE DATABASE regress_apply_check TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_apply_check
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

CREATE TABLE price (amount numeric);
INSERT INTO price VALUES (1), (2);
SELECT safemig.apply('1', 'false', 'UPDATE price SET amount = -amount WHERE amount > 1',
                     check_sql => 'SELECT min(amount) > 0 FROM price');
SELECT outcome($$SELECT safemig.apply('1', 'null', 'SELECT 1', check_sql => 'SELECT NULL::boolean')$$);
SELECT outcome($$SELECT safemig.apply('1', 'no row', 'SELECT 1', check_sql => 'SELECT true WHERE false')$$);
SELECT outcome($$SELECT safemig.apply('1', 'one of two', 'SELECT 1', check_sql => 'SELECT amount > 1 FROM price')$$);
SELECT outcome($$SELECT safemig.apply('1', 'no boolean', 'SELECT 1', check_sql => 'SELECT 1')$$);
SELECT outcome($$SELECT safemig.apply('1', 'no column', 'SELECT 1', check_sql => 'SELECT')$$);
SELECT safemig.apply('1', 'error', 'SELECT 1', check_sql => 'SELECT 1 / 0 = 1');
SELECT outcome($$SELECT safemig.apply('1', 'two', 'SELECT 1', check_sql => 'SELECT true; SELECT true')$$);
SELECT outcome($$SELECT safemig.apply('1', 'no query', 'SELECT 1', check_sql => 'UPDATE price SET amount = 0')$$);
SELECT outcome($$SELECT safemig.apply('1', 'into', 'SELECT 1', check_sql => 'SELECT true INTO made')$$);
SELECT outcome($$SELECT safemig.apply('1', 'typo', 'SELECT 1', check_sql => 'SELEC true')$$);
TABLE price;
SELECT safemig.current_version() IS NULL AS nothing_applied;

-- it sees what the script did, and under the script's settings
SELECT safemig.apply('1', 'true', 'CREATE SCHEMA s; SET search_path = s; CREATE TABLE t AS SELECT 1 AS one',
                     check_sql => 'SELECT count(*) = 1 FROM t');
SELECT safemig.apply('2', 'all of two', 'UPDATE price SET amount = amount + 1',
                     check_sql => 'SELECT amount > 1 FROM price;');
SELECT safemig.apply('3', 'blank', 'SELECT 1', check_sql => '');
TABLE price;

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_apply_check;
