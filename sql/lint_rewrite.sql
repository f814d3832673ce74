-- What writes every row anew while everybody waits, and the way round each, run as it is suggested.
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
    FROM safemig.lint(script) l JOIN safemig.lint_rules r ON r.id = l.rule WHERE r.category = 'rewrite' $$;
CREATE FUNCTION way(script text, of_rule text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT step FROM safemig.lint(script) l, regexp_split_to_table(l.suggestion, ';\n?(?=--|[A-Z]|$)(?!\sRETURN)') step
   WHERE l.rule = of_rule AND step <> '' $$;
CREATE TABLE users (id int NOT NULL, email varchar(20) COLLATE "C" CHECK (email <> ''), price numeric(10,2), half int);
INSERT INTO users SELECT g, 'u' || g, g + 0.5, g FROM generate_series(1, 10) g;
CREATE INDEX users_email ON users (email);
CREATE TABLE drafts (LIKE users);
ANALYZE;
-- a type that is stored otherwise
SELECT * FROM found('ALTER TABLE users ALTER id TYPE bigint');
SELECT * FROM way('ALTER TABLE users ALTER id TYPE bigint', 'changing-column-type');
SET safemig.enforce = off;
SELECT * FROM way('ALTER TABLE users ALTER id TYPE bigint', 'changing-column-type') \gexec
RESET safemig.enforce;
SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0;
SELECT count(id) FROM users WHERE id = id_old;
SELECT * FROM found('ALTER TABLE users ALTER price TYPE int USING (price * 2)');
SELECT * FROM found('ALTER TABLE drafts ALTER id TYPE bigint');
-- rows stay as they are, but what stands on the column does not
SELECT * FROM found('ALTER TABLE users ALTER email TYPE varchar(30)');
SELECT * FROM way('ALTER TABLE users ALTER email TYPE varchar(30)', 'changing-type-rechecks-constraint');
SELECT * FROM way('ALTER TABLE users ALTER email TYPE varchar(30)', 'changing-type-rechecks-constraint') \gexec
SELECT pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE conname = 'users_email_check';
ALTER TABLE users DROP CONSTRAINT users_email_check;
SELECT * FROM found('ALTER TABLE users ALTER email TYPE varchar(30) COLLATE "POSIX"');
SELECT * FROM found('ALTER TABLE users ALTER email TYPE varchar(40)');
-- what stands on it is in the way
CREATE VIEW prices AS SELECT id, price FROM users;
CREATE POLICY cheap ON users USING (price < 100);
SELECT * FROM found('ALTER TABLE users ALTER price TYPE numeric(12,2)');
-- versions print views each in its own way
SELECT regexp_replace(step, '\sAS\s+SELECT.*', ' AS ...') FROM way('ALTER TABLE users ALTER price TYPE numeric(12,2)', 'changing-type-blocked') step;
\set ECHO none
SELECT * FROM way('ALTER TABLE users ALTER price TYPE numeric(12,2)', 'changing-type-blocked') \gexec
\set ECHO all
SELECT count(*) FROM prices;
SELECT * FROM found('DROP VIEW prices; DROP POLICY cheap ON users; ALTER TABLE users ALTER price TYPE numeric(12,2)');
DROP VIEW prices;
DROP POLICY cheap ON users;
-- new columns
SELECT * FROM found('ALTER TABLE users ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()');
SELECT * FROM way('ALTER TABLE users ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()', 'adding-field-with-default');
SELECT * FROM way('ALTER TABLE users ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()', 'adding-field-with-default') \gexec
SELECT count(DISTINCT token) FROM users;
SELECT * FROM found('ALTER TABLE users ADD COLUMN whole int GENERATED ALWAYS AS (half * (1 + 1)) STORED');
SELECT * FROM way('ALTER TABLE users ADD COLUMN whole int GENERATED ALWAYS AS (half * (1 + 1)) STORED', 'adding-field-with-default') \gexec
INSERT INTO users (id, half, id_old) VALUES (11, 11, 11);
SELECT count(whole), sum(whole) FROM users;
SELECT * FROM found('ALTER TABLE users ADD COLUMN number bigserial');
SELECT * FROM way('ALTER TABLE users ADD COLUMN number bigserial', 'adding-serial-field') \gexec
SELECT count(DISTINCT number) FROM users;
SELECT * FROM found('ALTER TABLE users ADD COLUMN other int GENERATED ALWAYS AS IDENTITY');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
SELECT * FROM found('ALTER TABLE users ADD COLUMN age positive DEFAULT 1');
SELECT * FROM way('ALTER TABLE users ADD COLUMN age positive DEFAULT 1', 'adding-field-with-domain') \gexec
INSERT INTO users (id, id_old, age) VALUES (12, 12, 0);
SELECT * FROM found($$ALTER TABLE users ADD COLUMN country text NOT NULL DEFAULT 'de'$$);
SELECT * FROM found('ALTER TABLE drafts ADD COLUMN number bigserial');
-- tables as a whole
SELECT * FROM found('ALTER TABLE users SET UNLOGGED');
SET safemig.enforce = off;
SELECT * FROM way('ALTER TABLE users SET UNLOGGED', 'changing-persistence') \gexec
RESET safemig.enforce;
SELECT relname, relpersistence FROM pg_class WHERE relname IN ('users', 'users_old') ORDER BY 1;
SELECT count(*) FROM users;
SELECT * FROM found('ALTER TABLE drafts SET UNLOGGED');
SELECT * FROM found('VACUUM FULL users');
SELECT * FROM way('VACUUM FULL users', 'prefer-repack') \gexec
SELECT * FROM found('VACUUM users');
SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE users, users_old, drafts CASCADE;
DROP FUNCTION found, way, users_whole_write;
DROP DOMAIN positive;
DROP EXTENSION safemig;
