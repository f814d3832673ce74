-- suggest_rules(): a week's incidents as rules to read and run.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
SET safemig.enforce = warn;
SET application_name = 'retention';
CREATE SCHEMA jobs;
CREATE TABLE jobs.a (id int); INSERT INTO jobs.a VALUES (1);
CREATE TABLE jobs.b (id int); INSERT INTO jobs.b VALUES (1);
CREATE TABLE jobs.c (id int); INSERT INTO jobs.c VALUES (1);
CREATE TABLE "Staging" (id int, old text); INSERT INTO "Staging" VALUES (1, 'x');
CREATE FUNCTION jobs.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
SET client_min_messages = error;
TRUNCATE jobs.a;
TRUNCATE jobs.b;
TRUNCATE jobs.c;
TRUNCATE "Staging"; INSERT INTO "Staging" VALUES (1, 'x');
TRUNCATE "Staging"; INSERT INTO "Staging" VALUES (1, 'x');
ALTER TABLE "Staging" DROP COLUMN old;
DROP TABLE jobs.c;
DROP FUNCTION jobs.f(int);
RESET client_min_messages;
SELECT regexp_replace(statement, 'until .{10}', 'until DAY') AS statement, times, applications, example
  FROM safemig.suggest_rules();
-- what it suggests is taken as it stands, and lets the same pass
SELECT statement AS suggestion FROM safemig.suggest_rules() WHERE statement ~ 'truncate.*Staging' \gset
:suggestion
RESET safemig.enforce;
TRUNCATE "Staging";
INSERT INTO jobs.a VALUES (1);
DELETE FROM jobs.a;
-- nothing older than asked for
SELECT count(*) FROM safemig.suggest_rules('0 seconds');

SET safemig.enforce = off;
SET client_min_messages = error;
DROP SCHEMA jobs CASCADE;
DROP TABLE "Staging";
DROP EXTENSION safemig;
