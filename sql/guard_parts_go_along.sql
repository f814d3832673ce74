-- A permit for the whole is one for its parts, and for nothing that only hangs on it.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
CREATE EXTENSION postgres_fdw;
RESET client_min_messages;
\set VERBOSITY terse
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE logs (id serial, n int GENERATED ALWAYS AS IDENTITY, at int, line text DEFAULT '', CHECK (at > 0)) PARTITION BY LIST (at);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES IN (1);
CREATE TABLE logs_2 PARTITION OF logs FOR VALUES IN (2) PARTITION BY LIST (at);
CREATE TABLE logs_2_1 PARTITION OF logs_2 DEFAULT;
CREATE INDEX ON logs (line);
CREATE TRIGGER keep BEFORE INSERT ON logs FOR EACH ROW EXECUTE FUNCTION keep();
INSERT INTO logs (at, line) VALUES (1, 'a'), (2, 'b');
CREATE TABLE parent (id int, v text);
CREATE TABLE child (w int) INHERITS (parent);
INSERT INTO child VALUES (1, 'a', 1);
CREATE VIEW lines AS SELECT line FROM logs;
-- columns, in partitions and children
BEGIN;
SELECT safemig.permit('drop column public.parent.v') > 0 AS given;
ALTER TABLE parent DROP COLUMN v;
SELECT * FROM child;
ALTER TABLE parent DROP COLUMN id;
ROLLBACK;
BEGIN;
SELECT safemig.permit('drop column public.logs.line') > 0 AS given;
SAVEPOINT s;
ALTER TABLE logs DROP COLUMN line;
ROLLBACK TO s;
SELECT safemig.permit('drop view public.lines') > 0 AS given;
ALTER TABLE logs DROP COLUMN line CASCADE;
ROLLBACK;
BEGIN;
SELECT safemig.permit('alter column type public.logs.line') > 0 AS given;
DROP VIEW lines;
ALTER TABLE logs ALTER line DROP DEFAULT, ALTER line TYPE int USING 1;
ROLLBACK;
-- rows, of partitions; a child's are its own
BEGIN;
SELECT safemig.permit('truncate public.logs') > 0 AS given;
TRUNCATE logs;
ROLLBACK;
BEGIN;
SELECT safemig.permit('delete all public.logs') > 0 AS given;
DELETE FROM logs;
ROLLBACK;
BEGIN;
SELECT safemig.permit('truncate public.logs_2') > 0 AS given;
SAVEPOINT s;
TRUNCATE logs;
ROLLBACK TO s;
TRUNCATE logs_2;
ROLLBACK;
BEGIN;
SELECT safemig.permit('truncate public.parent') > 0 AS given;
TRUNCATE parent;
ROLLBACK;
-- the table with partitions, sequences, indexes, triggers; a partition alone
BEGIN;
SELECT safemig.permit('drop table public.logs') > 0 AS given;
SELECT safemig.permit('drop view public.lines') > 0 AS given;
DROP TABLE logs CASCADE;
ROLLBACK;
BEGIN;
SELECT safemig.permit('drop partition public.logs_2') > 0 AS given;
DROP TABLE logs_2;
DROP TABLE logs_1;
ROLLBACK;
-- a sequence is no part of what is only a definition
CREATE SERVER away FOREIGN DATA WRAPPER postgres_fdw;
CREATE FOREIGN TABLE far (id int) SERVER away;
CREATE SEQUENCE important;
ALTER SEQUENCE important OWNED BY far.id;
DROP FOREIGN TABLE far;
DROP SERVER away CASCADE;
ALTER SEQUENCE important OWNED BY NONE;
DROP FOREIGN TABLE far;
SELECT count(*) FROM logs;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE logs, parent CASCADE;
DROP SEQUENCE important;
DROP FUNCTION keep;
DROP EXTENSION postgres_fdw CASCADE;
DROP EXTENSION safemig;
