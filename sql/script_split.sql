-- A script is split where the server would split it.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_script_split;
CREATE DATABASE regress_script_split TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_script_split
SET client_min_messages = warning;
CREATE EXTENSION safemig;
RESET client_min_messages;

CREATE TABLE said (n int GENERATED ALWAYS AS IDENTITY, words text);
SELECT safemig.apply('1', 'quotes', $script$
INSERT INTO said (words) VALUES ('a;b'), ('it''s; so'), (E'c\';d');
INSERT INTO said (words) VALUES ($$e;f$$), ($q$g;$$;h$q$), (U&'i;\006A');
CREATE TABLE "semi;colon" ("a;b" int); -- a comment; with one
/* and; /* another; */ one; */ INSERT INTO said (words) VALUES ('k'
';l');;
 ; INSERT INTO said (words) VALUES ('last, without a semicolon')$script$);
SELECT words FROM said ORDER BY n;
SELECT statements, rows FROM safemig.status WHERE version = '1';

-- bodies with semicolons of their own
SELECT safemig.apply('2', 'bodies', $script$
CREATE FUNCTION one(x int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$;
CREATE OR REPLACE FUNCTION two(x int) RETURNS int
BEGIN ATOMIC
	SELECT CASE WHEN x > 1 THEN CASE WHEN x > 2 THEN 3 ELSE 2 END ELSE 1 END;
	SELECT x + 2;
END;
CREATE PROCEDURE three() BEGIN ATOMIC INSERT INTO said (words) VALUES ('atomic'); END;
CALL three();
CREATE RULE four AS ON UPDATE TO said DO ALSO (SELECT 1; SELECT 2);
DO $$ BEGIN PERFORM 1; PERFORM 2; END $$;
CREATE SCHEMA five CREATE TABLE t (i int) CREATE VIEW v AS SELECT 1 AS one;
SELECT one(1), two(1)
$script$);
SELECT statements, rows FROM safemig.status WHERE version = '2';

-- each statement sees what those before it did, in the catalogs and in its settings
SELECT safemig.apply('3', 'in order', $script$
CREATE TYPE mood AS ENUM ('sad');
CREATE TABLE feeling (m mood);
ALTER TYPE mood ADD VALUE 'glad';
INSERT INTO feeling VALUES ('sad');
CREATE SCHEMA elsewhere;
SET search_path = elsewhere;
CREATE TABLE there (i int);
SET search_path = public;
CREATE TABLE counted AS SELECT count(*) FROM feeling;
SELECT * INTO copied FROM counted;
PREPARE twice AS UPDATE copied SET count = count * 2;
EXECUTE twice;
DEALLOCATE twice;
ANALYZE copied;
LOCK TABLE copied;
$script$);
SELECT to_regclass('elsewhere.there'), copied.* FROM copied;
SELECT statements, rows FROM safemig.status WHERE version = '3';

-- a large one
SELECT safemig.apply('4', 'large', (SELECT string_agg(format('INSERT INTO said (words) VALUES (%L);', repeat('x;', i % 50)), E'\n')
                                      FROM generate_series(1, 2000) i));
SELECT statements, rows FROM safemig.status WHERE version = '4';

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_script_split;
