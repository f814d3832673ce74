-- One database keeps one kind of version: the first decides.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_version_scheme;
CREATE DATABASE regress_version_scheme TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_version_scheme
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

SELECT safemig.apply('20260119093000', 'first', 'CREATE TABLE a (i int)', down => 'SELECT 1');
SELECT safemig.apply('2026_01_20', 'a shorter stamp', 'SELECT 1', down => 'SELECT 1');
SELECT safemig.apply('1.2.0', 'a number', 'SELECT 1');
SELECT outcome($$SELECT safemig.apply('20261399', 'eight digits that are no date', 'SELECT 1')$$);
SELECT version FROM safemig.system_versions;

-- while none is applied, nothing is decided
SELECT safemig.rollback('0');
SELECT safemig.apply('1.2.0', 'a number', 'SELECT 1');
SELECT outcome($$SELECT safemig.apply('20260121', 'a timestamp', 'SELECT 1')$$);
SELECT outcome($$SELECT safemig.apply('3.0', 'a number', 'SELECT 1')$$);

-- version 0 is the state before the first migration
SELECT outcome($$SELECT safemig.apply('0.0', 'nothing', 'SELECT 1')$$);
SELECT outcome($$SELECT safemig.apply('no', 'nothing', 'SELECT 1')$$);

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_version_scheme;
