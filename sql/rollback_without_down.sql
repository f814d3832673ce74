-- A version without a down script is rolled back by what its statements did: what
-- they created is dropped, what they altered gets back what it had, and what they
-- destroyed comes from the bin.
SET client_min_messages = error;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_rollback_without_down;
CREATE DATABASE regress_rollback_without_down TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_rollback_without_down
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse

CREATE TABLE users (id int PRIMARY KEY, email text, name text NOT NULL DEFAULT 'x', label varchar(10));
INSERT INTO users SELECT g, 'u' || g, 'n' || g FROM generate_series(1, 3) g;
CREATE TABLE old (a int PRIMARY KEY, b text);
INSERT INTO old VALUES (1, 'one');
CREATE TABLE empty (e int);
CREATE VIEW v AS SELECT id, email FROM users;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE SCHEMA side;
CREATE TYPE mood AS ENUM ('good');
CREATE TABLE child (u int REFERENCES users);
CREATE TABLE parted (i int) PARTITION BY RANGE (i);
CREATE TABLE part (i int);
-- everything that matters, in an order of its own
CREATE FUNCTION state() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s %s', c.relname, c.relkind) FROM pg_class c WHERE c.relnamespace IN ('public'::regnamespace, 'side'::regnamespace) AND c.relkind <> 'i'
	UNION ALL SELECT format('%s.%s %s %s %s', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
	  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum JOIN pg_class c ON c.oid = a.attrelid
	 WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v')
	UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = 'public'::regnamespace
	UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
	UNION ALL SELECT pg_get_viewdef(oid) FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
	UNION ALL SELECT prosrc FROM pg_proc WHERE proname = 'f'
	UNION ALL SELECT enumlabel FROM pg_enum
	UNION ALL SELECT obj_description('users'::regclass)
	UNION ALL SELECT relname || relrowsecurity FROM pg_class WHERE relrowsecurity
	UNION ALL SELECT relname || array_to_string(reloptions, ' ') FROM pg_class WHERE reloptions IS NOT NULL AND relnamespace = 'public'::regnamespace
	UNION ALL SELECT inhrelid::regclass::text FROM pg_inherits
	UNION ALL SELECT users::text FROM users UNION ALL SELECT to_jsonb(old)::text FROM old
$$;
CREATE TABLE before AS SELECT * FROM state() s;

SELECT safemig.apply('1', 'all of it', $$
	CREATE TABLE fresh (i serial PRIMARY KEY, u int REFERENCES users, m mood);
	INSERT INTO fresh (u) VALUES (1);
	CREATE INDEX ON fresh (u);
	ALTER TABLE fresh RENAME TO fresher;
	ALTER TABLE users ADD COLUMN score int, ALTER COLUMN name DROP NOT NULL, ALTER COLUMN name SET DEFAULT 'y';
	UPDATE users SET score = id WHERE id > 0;
	ALTER TABLE users ALTER COLUMN score SET NOT NULL;
	CREATE INDEX users_score ON users (score);
	COMMENT ON TABLE users IS 'them';
	ALTER TABLE users ENABLE ROW LEVEL SECURITY;
	ALTER TABLE users SET (fillfactor = 50);
	ALTER TABLE users RENAME COLUMN name TO full_name;
	CREATE OR REPLACE VIEW v AS SELECT id, email, 1 AS one FROM users;
	CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2';
	DROP TABLE old, empty;
	ALTER TABLE users RENAME TO people;
	ALTER TABLE people ADD CONSTRAINT positive CHECK (id > 0);
	ALTER TABLE people ALTER COLUMN label TYPE varchar(20);
	ALTER TABLE child ALTER COLUMN u TYPE bigint, ADD PRIMARY KEY (u);
	CREATE TYPE side.kind AS (a int);
	ALTER TYPE mood RENAME VALUE 'good' TO 'fine';
	ALTER TABLE people DROP COLUMN email CASCADE;
	ALTER TABLE parted ATTACH PARTITION part FOR VALUES FROM (0) TO (9);
	DO 'BEGIN EXECUTE ''CREATE TABLE by_do (i int)''; BEGIN CREATE TABLE taken_back (i int); RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END; END';
	CREATE TEMP TABLE passing (i int);
	DROP TABLE passing;
$$, permits => ARRAY['drop table public.old', 'drop table public.empty', 'drop column public.users.email', 'rename table public.users',
	'rename column public.users.name', 'rename enum value public.mood', 'alter column type public.child.u']);
SELECT s ->> 'what', s ->> 'sql' FROM safemig.migration, jsonb_array_elements(inverse) s;

-- rows that came since go to the bin, and are permitted like any drop; names go back without
INSERT INTO by_do VALUES (1);
SELECT safemig.rollback('0');
SELECT safemig.rollback('0', permits => ARRAY['drop table public.by_do', 'drop table public.fresher', 'drop column public.users.score']);
(SELECT 'gone', * FROM (TABLE before EXCEPT ALL SELECT * FROM state()) g) UNION ALL (SELECT 'new', * FROM (SELECT * FROM state() EXCEPT ALL TABLE before) n);
SELECT version, state FROM safemig.status;

-- and again: what the rollback destroyed comes back where the script makes it
SELECT safemig.apply('1', 'all of it', up, permits => permits) FROM safemig.migration;
TABLE by_do;
SELECT i, u FROM fresher;
SELECT id, full_name, score FROM people ORDER BY id;
\c :home
SET safemig.enforce = off;
DROP DATABASE regress_rollback_without_down;
