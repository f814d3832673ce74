-- Protected tables: data, rows, frozen; in every environment and in migrations.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE settings (name text PRIMARY KEY, value text);
INSERT INTO settings VALUES ('a', '1'), ('b', '2');
CREATE TABLE parts (id int, v text) PARTITION BY LIST (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
INSERT INTO parts VALUES (1, 'x');
SELECT safemig.set('environment', 'development');
-- data: all rows at once
SELECT safemig.protect('settings', 'data', 'the shop stands still without') > 0 AS set;
UPDATE settings SET value = NULL;
DELETE FROM settings;
TRUNCATE settings;
UPDATE settings SET value = '3' WHERE name = 'a';
-- rows: not one, by whatever way
SELECT safemig.protect('settings', 'rows') > 0 AS set;
SELECT safemig.unprotect('settings');
SELECT safemig.protect('settings', 'rows', 'only the console writes it') > 0 AS set;
UPDATE settings SET value = '4' WHERE name = 'a';
DELETE FROM settings WHERE name = 'a';
INSERT INTO settings VALUES ('a', '5') ON CONFLICT (name) DO UPDATE SET value = excluded.value;
MERGE INTO settings s USING (VALUES ('a')) v (n) ON s.name = v.n WHEN MATCHED THEN UPDATE SET value = '6';
WITH w AS (UPDATE settings SET value = '7' WHERE name = 'a' RETURNING 1) SELECT * FROM w;
SELECT safemig.apply('1', 'a migration neither', $$UPDATE settings SET value = '8' WHERE name = 'a'$$);
INSERT INTO settings VALUES ('c', '9');
INSERT INTO settings VALUES ('a', '9') ON CONFLICT DO NOTHING;
SELECT safemig.apply('1', 'with a permit', $$UPDATE settings SET value = '8' WHERE name = 'a'$$,
	permits => ARRAY['change rows public.settings'], reason => 'CHG-7');
SELECT * FROM settings ORDER BY name;
-- partitions inherit it
SELECT safemig.protect('parts', 'rows') > 0 AS set;
UPDATE parts_1 SET v = 'y' WHERE id = 1;
UPDATE parts SET v = 'y' WHERE id = 1;
INSERT INTO parts VALUES (1, 'z');
-- nor goes a protected partition along with its parent, nor a column of it
SELECT safemig.unprotect('parts');
SELECT safemig.protect('parts_1', 'rows') > 0 AS set;
DROP TABLE parts;
ALTER TABLE parts DROP COLUMN v;
TRUNCATE parts;
-- frozen: no permit opens it
SELECT safemig.unprotect('settings');
SELECT safemig.protect('settings', 'frozen') > 0 AS set;
BEGIN;
SELECT safemig.permit('drop table public.settings') > 0 AS given;
DROP TABLE settings;
ROLLBACK;
\set VERBOSITY default
BEGIN;
SELECT safemig.permit('change rows public.settings') > 0 AS given;
UPDATE settings SET value = '9' WHERE name = 'a';
ROLLBACK;
\set VERBOSITY terse
ALTER TABLE settings RENAME TO other;
SELECT * FROM settings ORDER BY name LIMIT 1;
SELECT safemig.unprotect('public.settings', reason => 'thaw');
UPDATE settings SET value = '9' WHERE name = 'a';
-- wrong words
SELECT safemig.protect('settings', 'very');
SELECT safemig.protect('public.*', 'data');
SELECT safemig.protect('nothing', 'data');
SELECT safemig.unprotect('settings');

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE settings, parts;
DROP EXTENSION safemig;
