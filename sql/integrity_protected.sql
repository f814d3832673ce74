-- Rows of a protected table that a migration changes without a permit undo all of it.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE settings (name text PRIMARY KEY, value text);
INSERT INTO settings VALUES ('a', '1'), ('b', '2');
CREATE TABLE owners (id int PRIMARY KEY);
INSERT INTO owners VALUES (1), (2);
CREATE TABLE owned (id int REFERENCES owners ON DELETE CASCADE ON UPDATE CASCADE, v text);
INSERT INTO owned VALUES (1, 'x');
CREATE TABLE visits (n int);
INSERT INTO visits VALUES (1);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE settings SET value = TG_OP WHERE name = 'a'; RETURN NULL; END $$;
CREATE TRIGGER touch AFTER INSERT ON visits FOR EACH STATEMENT EXECUTE FUNCTION touch();
SELECT safemig.protect('settings', 'rows') > 0 AND safemig.protect('owned', 'rows') > 0 AS set;

-- each way in a script that has done other things before
CREATE PROCEDURE try(way text, script text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM safemig.apply('1', way, 'CREATE TABLE made (id int); UPDATE visits SET n = n + 1 WHERE n > 0; ' || script);
	RAISE NOTICE '%: let pass', way;
EXCEPTION WHEN SQLSTATE 'SM001' THEN
	RAISE NOTICE '%: refused', way;
END $$;
CALL try('update', $$UPDATE settings SET value = 'x' WHERE name = 'a'$$);
CALL try('delete', $$DELETE FROM settings WHERE name = 'a'$$);
CALL try('truncate', $$TRUNCATE settings$$);
CALL try('upsert', $$INSERT INTO settings VALUES ('a', 'x') ON CONFLICT (name) DO UPDATE SET value = excluded.value$$);
CALL try('merge', $$MERGE INTO settings s USING (VALUES ('a')) v (n) ON s.name = v.n WHEN MATCHED THEN DELETE$$);
CALL try('trigger', $$INSERT INTO visits VALUES (2)$$);
CALL try('trigger of COPY', $$COPY visits FROM PROGRAM 'echo 2'$$);
CALL try('cascade of DELETE', $$DELETE FROM owners WHERE id = 1$$);
CALL try('cascade of UPDATE', $$UPDATE owners SET id = 3 WHERE id = 1$$);
CALL try('writable CTE', $$WITH w AS (UPDATE settings SET value = 'x' WHERE name = 'a' RETURNING 1) SELECT * FROM w$$);
CALL try('DO', $$DO 'BEGIN EXECUTE ''UPDATE settings SET value = 1 WHERE name = ''''a''''''; END'$$);
CALL try('through a view', $$CREATE VIEW v AS SELECT * FROM settings; UPDATE v SET value = 'x' WHERE name = 'a'$$);
CALL try('another type', $$ALTER TABLE settings ALTER value TYPE varchar(1)$$);
-- nothing of any of them is there
SELECT to_regclass('made') IS NULL AS undone, (SELECT array_agg(n) FROM visits) AS visits;
SELECT * FROM settings ORDER BY name;
SELECT * FROM owned;
SELECT version, state FROM safemig.status;
SELECT count(*) FROM safemig.migration_rows;

-- rows that were not there before, and other tables' rows, are free
BEGIN;
CALL try('insert', $$INSERT INTO settings VALUES ('c', '3')$$);
ROLLBACK;
BEGIN;
CALL try('copy', $$COPY settings FROM PROGRAM 'printf "d\t4\n"'$$);
ROLLBACK;
BEGIN;
CALL try('a parent that cascades nothing', $$INSERT INTO owners VALUES (4)$$);
ROLLBACK;
-- with a permit, and on record
SELECT safemig.apply('1', 'permitted', $$UPDATE settings SET value = 'x' WHERE name = 'a'$$,
	permits => ARRAY['change rows public.settings'], reason => 'CHG-7');
SELECT version, relation, inserted, updated, deleted FROM safemig.migration_rows;
SELECT value FROM settings WHERE name = 'a';

SET client_min_messages = error;
SET safemig.enforce = off;
DROP PROCEDURE try;
DROP TABLE settings, owned, owners, visits;
DROP FUNCTION touch;
DROP EXTENSION safemig CASCADE;
