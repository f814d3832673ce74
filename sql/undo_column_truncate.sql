-- Rows that TRUNCATE took from a table with a dropped column: its values come back with them.
SET client_min_messages = error;
CREATE EXTENSION safemig;
\set VERBOSITY terse
SELECT safemig.set('data', 'allow'), safemig.set('contract', 'allow');

-- other rows came since: they are inserted, with what the column held
CREATE TABLE a (id int PRIMARY KEY, email text);
INSERT INTO a VALUES (1, 'one'), (2, 'two');
ALTER TABLE a DROP COLUMN email;
ALTER TABLE a ADD COLUMN email int;
TRUNCATE a;
INSERT INTO a VALUES (9, 9);
SELECT safemig.undrop('public.a');
UPDATE a SET email = id;
SELECT * FROM a ORDER BY id;
SELECT safemig.undrop('public.a.email', as_name => 'former');
SELECT * FROM a ORDER BY id;
-- the table has not lost its TOAST table on the way
INSERT INTO a (id, former) SELECT 10, string_agg(md5(g::text), '') FROM generate_series(1, 1000) g;

-- the column first, the rows then; some of its values are in no row
CREATE TABLE b (id int PRIMARY KEY, email text);
INSERT INTO b VALUES (1, 'one'), (2, repeat('long', 100000));
ALTER TABLE b ADD COLUMN lang text DEFAULT 'en';
ALTER TABLE b DROP COLUMN email, DROP COLUMN lang;
TRUNCATE b;
SELECT safemig.undrop('public.b.email');
SELECT safemig.undrop('public.b');
SELECT id, length(email), lang FROM b ORDER BY id;
-- the rows first
ALTER TABLE b DROP COLUMN email, DROP COLUMN lang;
TRUNCATE b;
SELECT safemig.undrop('public.b');
UPDATE b SET id = 3 WHERE id = 1;
SELECT safemig.undrop('public.b.email');
SELECT id, length(email), lang FROM b ORDER BY id;
-- truncated before the column went
TRUNCATE b;
ALTER TABLE b DROP COLUMN email, DROP COLUMN lang;
SELECT safemig.undrop('public.b');
SELECT safemig.undrop('public.b.email');
SELECT id, length(email), lang FROM b ORDER BY id;

-- the column is copied aside when its rows are gone already
CREATE TABLE c (id int PRIMARY KEY, email text);
INSERT INTO c VALUES (1, 'one');
ALTER TABLE c DROP COLUMN email;
SELECT format('CALL safemig.settle(%s)', max(id)) AS settle FROM safemig.bin \gset
TRUNCATE c;
:settle;
SELECT safemig.undrop('public.c');
SELECT safemig.undrop('public.c.email');
SELECT safemig.undrop('public.c');
SELECT * FROM c;

-- beside the table the rows have it; purged it is gone from them too
ALTER TABLE c DROP COLUMN email;
TRUNCATE c;
INSERT INTO c VALUES (7);
BEGIN;
SELECT safemig.undrop('public.c', as_name => 'c_kept');
SELECT * FROM c_kept;
ROLLBACK;
SELECT safemig.purge_object('public.c.email');
SELECT safemig.undrop('public.c', as_name => 'c_kept');
SELECT * FROM c_kept;

SET safemig.enforce = off;
DROP TABLE a, b, c, c_kept;
DROP EXTENSION safemig;
