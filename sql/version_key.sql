-- What a version is, and how versions sort.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_version_key;
CREATE DATABASE regress_version_key TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_version_key
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

-- ascending, in every collation, since the keys are digits
CREATE TABLE ladder (place int GENERATED ALWAYS AS IDENTITY, version text);
INSERT INTO ladder (version) VALUES
	('0.0.1'), ('0.9'), ('1.0.0-alpha'), ('1.0.0-alpha.1'), ('1.0.0-alpha.beta'), ('1.0.0-beta'),
	('1.0.0-beta.2'), ('1.0.0-beta.11'), ('1.0.0-rc.1'), ('1.0.0-rc.1.1'), ('1.0.0'), ('1.0.0.1'),
	('1.0.1'), ('1.1-1'), ('1.1-a'), ('1.1'), ('v1.9'), ('V1_10'), ('2'), ('10'), ('2025.12.31'),
	('20251231'), ('1768815000000'), ('20260119'), ('20260119000001'), ('2026_01_19_093000'),
	('20260119093000001'), ('2026-01-19T10:00'), ('2026_01_20'), ('99999999999999999999999999');
SELECT count(*) AS wrong FROM (
	SELECT version, lag(safemig.version_key(version)) OVER (ORDER BY place) AS before
	  FROM ladder WHERE version !~ '^(20|17|99)') l
 WHERE before >= safemig.version_key(version);
SELECT version, lag(version) OVER (ORDER BY place) FROM ladder WHERE version ~ '^20260119|^2026[-_]'
 ORDER BY safemig.version_key(version);
SELECT bool_and(safemig.version_key(version) ~ '^[0-9]+$') AS only_digits FROM ladder;

-- the same version, written in several ways
SELECT given, safemig.version_key(given) = safemig.version_key(same) AS same
  FROM (VALUES ('1.2', '1.2.0'), ('v1.2.0', '1_2'), ('1.2.0+build.7', '1.2'), ('01.02', '1.2'),
               ('1.0-alpha', '1-alpha'), ('20260119', '2026-01-19'),
               ('2026-01-19T09:30:00.120Z', '20260119093000120'), ('20260119_0930', '2026_01_19_093000'),
               ('1.2', '1.20'), ('1.2', '1.2-0')) v(given, same);

-- a date that is none is a number, unless it is written as a date
SELECT safemig.is_version(v), v FROM (VALUES ('20261332'), ('2026_01_19_1'), ('2026-13-32'), ('2026_02_30')) t(v);

-- what is no version
SELECT outcome(format('SELECT safemig.version_key(%L)', v))
  FROM (VALUES (''), (' 1'), ('1 '), ('v'), ('one'), ('1..2'), ('1.'), ('.1'), ('1.2rc1'), ('1.2-'),
               ('1.2-rc..1'), ('1.2+'), ('1/2'), ('1;DROP'), ('1.2-r'||chr(233)), ('2026-01-19-fix')) t(v);
SELECT outcome(format('SELECT safemig.version_key(%L)', v)) LIKE 'SM009%' AS refused, length(v)
  FROM (VALUES (repeat('9', 90)), (repeat('9', 91)), (repeat('1.', 99) || '1'), (repeat('1.', 100) || '1')) t(v);
SELECT safemig.version_key(NULL) IS NULL AS strict;
SELECT safemig.version_key('1..2');

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_version_key;
