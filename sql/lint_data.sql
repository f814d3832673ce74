-- What a script destroys, told by the guard's own effects; values that a new type does not hold, counted.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
-- sizes differ from machine to machine
CREATE FUNCTION found(script text, OUT rule text, OUT severity text, OUT object text, OUT message text)
RETURNS SETOF record LANGUAGE sql AS $$
  SELECT l.rule, l.severity, l.object, regexp_replace(l.message, '\d+ (bytes|kB|MB)', 'SIZE', 'g')
    FROM safemig.lint(script) l JOIN safemig.lint_rules r ON r.id = l.rule WHERE r.category = 'data' $$;
CREATE FUNCTION way(script text, of_rule text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT step FROM safemig.lint(script) l, regexp_split_to_table(l.suggestion, ';\n?(?=--|[A-Z]|$)') step
   WHERE l.rule = of_rule AND step <> '' $$;
CREATE TYPE mood AS ENUM ('good', 'bad', 'odd');
CREATE TABLE users (id bigint PRIMARY KEY, email varchar(50), age text, price numeric(10,2), at timestamptz, mood mood);
INSERT INTO users SELECT g, repeat('u', g), CASE WHEN g < 3 THEN 'old' ELSE g::text END, g / 2.0, '2026-01-01 12:00+00', 'odd' FROM generate_series(1, 10) g;
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
INSERT INTO orders SELECT g, g FROM generate_series(1, 10) g;
CREATE VIEW addresses AS SELECT email FROM users;
CREATE TABLE drafts (id bigint, note text);
CREATE SEQUENCE invoice;
ANALYZE;
-- tables, columns, schemas
SELECT * FROM found('DROP TABLE orders');
\o /dev/null
SELECT * FROM way('DROP TABLE orders', 'ban-drop-table') \gexec
\o
SET client_min_messages = error;
SELECT safemig.undrop('public.orders') \g /dev/null
RESET client_min_messages;
SELECT * FROM found('DROP TABLE drafts');
SELECT * FROM found('CREATE TABLE own (id int); INSERT INTO own VALUES (1); DROP TABLE own; DROP TABLE IF EXISTS nothing_of_the_kind');
SELECT * FROM found('ALTER TABLE users RENAME TO people; DROP TABLE people CASCADE');
SELECT * FROM found('ALTER TABLE users DROP COLUMN age');
\o /dev/null
SELECT * FROM way('ALTER TABLE users DROP COLUMN age', 'ban-drop-column') \gexec
\o
SELECT safemig.undrop('public.users.age') \g /dev/null
SELECT * FROM found('ALTER TABLE drafts DROP COLUMN note');
SELECT * FROM found('DROP SEQUENCE invoice');
\o /dev/null
SELECT * FROM way('DROP SEQUENCE invoice', 'ban-drop-sequence') \gexec
\o
CREATE SCHEMA shop CREATE TABLE wares (id int) CREATE VIEW shelf AS SELECT id FROM wares;
CREATE VIEW window_front AS SELECT id FROM shop.wares;
SELECT * FROM found('DROP SCHEMA shop CASCADE');
SELECT * FROM way('DROP SCHEMA shop CASCADE', 'ban-cascade');
SELECT * FROM found('CREATE SCHEMA hollow; DROP SCHEMA hollow; DROP SCHEMA IF EXISTS nothing_of_the_kind CASCADE');
SELECT * FROM found('DROP DATABASE postgres');
-- what CASCADE takes along
SELECT * FROM found('ALTER TABLE users DROP COLUMN email CASCADE');
SET safemig.enforce = off;
SELECT * FROM way('ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE', 'ban-cascade') \gexec
ALTER TABLE users ADD PRIMARY KEY (id);
ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users;
RESET safemig.enforce;
SELECT * FROM found('ALTER TABLE drafts DROP COLUMN note CASCADE');
-- rows
SELECT * FROM found('TRUNCATE users CASCADE');
SELECT * FROM way('TRUNCATE users CASCADE', 'ban-truncate-cascade');
SELECT * FROM found('TRUNCATE drafts');
SELECT * FROM found('DELETE FROM orders');
SELECT * FROM way('DELETE FROM orders', 'delete-without-where') \gexec
SELECT count(*) FROM orders;
SELECT * FROM found('DELETE FROM users WHERE id = 1; DELETE FROM orders; DELETE FROM drafts');
SELECT * FROM found($$UPDATE users SET age = '1' WHERE true$$);
SELECT * FROM way($$UPDATE users SET age = '1'$$, 'update-without-where') \gexec
SELECT count(*) FROM users WHERE age = '1';
SELECT * FROM found('ALTER TABLE users ADD COLUMN years text, ADD COLUMN more int; UPDATE users SET years = coalesce(age, email), more = 1');
SELECT * FROM found('ALTER TABLE users ADD COLUMN years text; UPDATE users SET years = age, email = NULL');
UPDATE users SET age = 'old' WHERE id < 3;
-- values that do not fit
SELECT * FROM found('ALTER TABLE users ALTER email TYPE varchar(8)');
SELECT * FROM way('ALTER TABLE users ALTER email TYPE varchar(8)', 'lossy-cast') \gexec
SELECT * FROM found('ALTER TABLE users ALTER email TYPE varchar(10)');
SELECT * FROM found('ALTER TABLE users ALTER age TYPE int USING age::int');
SELECT * FROM found('ALTER TABLE users ALTER price TYPE int');
SELECT * FROM found('ALTER TABLE users ALTER price TYPE numeric(10,1)');
SELECT * FROM found('ALTER TABLE users ALTER price TYPE numeric(3,2)');
SELECT * FROM found('ALTER TABLE users ALTER price TYPE numeric(2,2), ALTER id TYPE smallint');
SELECT * FROM found('ALTER TABLE users ALTER at TYPE date');
SELECT * FROM found('ALTER TABLE users ALTER price TYPE text, ALTER at TYPE timestamptz(0)');
SELECT * FROM found('ALTER TABLE users ALTER age TYPE int USING NULL');
SELECT * FROM found('ALTER TABLE users ALTER age TYPE int USING length(age)');
SELECT * FROM found('ALTER TABLE users RENAME email TO mail; ALTER TABLE users RENAME TO people; ALTER TABLE people ALTER mail TYPE varchar(8)');
SELECT * FROM found($$UPDATE users SET email = left(email, 8) WHERE length(email) > 8; ALTER TABLE users ALTER email TYPE varchar(8)$$);
-- an enum without a label
SELECT * FROM found($$ALTER TYPE mood RENAME TO old; CREATE TYPE mood AS ENUM ('good', 'bad'); ALTER TABLE users ALTER mood TYPE mood USING mood::text::mood$$);
SELECT * FROM way($$CREATE TYPE m AS ENUM ('odd', 'bad'); ALTER TABLE users ALTER mood TYPE m USING mood::text::m$$, 'ban-enum-value-removal') \gexec
SELECT * FROM found($$CREATE TYPE m AS ENUM ('good', 'it''s bad'); ALTER TYPE m ADD VALUE 'odd' BEFORE 'good'; ALTER TYPE m ADD VALUE 'bad'; ALTER TABLE users ALTER mood TYPE m USING mood::text::m$$);
-- a rename that loses every value
SELECT * FROM found('ALTER TABLE users DROP age; ALTER TABLE users ADD years text');
SELECT * FROM found('ALTER TABLE users DROP age, ADD years int');
SELECT * FROM found('ALTER TABLE users ADD years text; UPDATE users SET years = age; ALTER TABLE users DROP age') WHERE rule LIKE 'drop%';
SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE users, orders, drafts CASCADE;
DROP SCHEMA shop CASCADE;
DROP TYPE mood;
DROP FUNCTION found, way;
DROP EXTENSION safemig;
