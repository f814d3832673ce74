-- What the up script destroyed comes back when the down script makes it again, with
-- its rows, and an up script that runs again has back what the rollback destroyed.
SET client_min_messages = error;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_rollback_brings_back;
CREATE DATABASE regress_rollback_brings_back TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_rollback_brings_back
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse

CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, name text, phone text);
INSERT INTO users SELECT g, 'u' || g, 'n' || g, 'p' || g FROM generate_series(1, 3) g;
CREATE TABLE letters (id int PRIMARY KEY, u int REFERENCES users, body text);
INSERT INTO letters VALUES (1, 1, 'hello');
CREATE TABLE notes (letter int REFERENCES letters);
CREATE INDEX letters_u ON letters (u);
CREATE VIEW addresses AS SELECT id, email FROM users;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE logs (l text);
INSERT INTO logs VALUES ('line');

-- as tools write them: each column, index and constraint made again by its own statement
SELECT safemig.apply('1', 'drops', $$
	DROP TABLE notes, letters;
	ALTER TABLE users DROP COLUMN email CASCADE, DROP COLUMN phone;
	ALTER TABLE users ALTER COLUMN name TYPE varchar(1) USING left(name, 1);
	CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2';
	TRUNCATE logs;
$$, down => $$
	CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
	ALTER TABLE users ALTER COLUMN name TYPE text, ADD COLUMN extra int;
	ALTER TABLE users ADD COLUMN email text, ADD CONSTRAINT users_email_key UNIQUE (email);
	ALTER TABLE users ADD COLUMN phone text;
	CREATE VIEW addresses AS SELECT id, email FROM users;
	CREATE TABLE letters (id int PRIMARY KEY, u int, body text);
	CREATE INDEX letters_u ON letters (u);
	CREATE TABLE notes (letter int);
	ALTER TABLE notes ADD CONSTRAINT notes_letter_fkey FOREIGN KEY (letter) REFERENCES letters;
	ALTER TABLE letters ADD CONSTRAINT letters_u_fkey FOREIGN KEY (u) REFERENCES users;
$$, permits => ARRAY['drop table public.letters', 'drop table public.notes', 'drop column public.users.email',
	'drop column public.users.phone', 'alter column type public.users.name', 'truncate public.logs']);
INSERT INTO users VALUES (4, 'x');
SELECT safemig.rollback('0');
SELECT * FROM users ORDER BY id;
SELECT letters, conname, convalidated FROM letters, pg_constraint WHERE conrelid IN ('letters'::regclass, 'notes'::regclass) AND contype = 'f' ORDER BY conname;
SELECT * FROM addresses ORDER BY id;
SELECT indexdef FROM pg_indexes WHERE tablename IN ('users', 'letters') ORDER BY 1;
SELECT f(), l FROM logs;

-- another type, and rows put in by the script itself: the script has the last word
SELECT safemig.apply('2', 'drops more', 'DROP TABLE notes, letters; ALTER TABLE users DROP COLUMN phone',
	down => 'CREATE TABLE letters (id int, body text); INSERT INTO letters VALUES (9, ''of the script''); ALTER TABLE users ADD COLUMN phone int',
	permits => ARRAY['drop table public.letters', 'drop table public.notes', 'drop column public.users.phone']);
SELECT safemig.rollback('0');
SELECT letters, phone FROM letters, users WHERE users.id = 1;

-- nothing else may depend on what stands in for it
SELECT safemig.apply('3', 'drop logs', 'DROP TABLE logs', down => 'CREATE TABLE logs (l text); CREATE VIEW lines AS SELECT l FROM logs', permits => ARRAY['drop table public.logs']);
SELECT safemig.rollback('0');
SELECT count(*) FROM logs;

-- a view that went by a statement of its own comes with its table
DROP VIEW lines;
SELECT safemig.apply('3.1', 'drop view and table', 'DROP VIEW addresses; DROP TABLE users', down => 'CREATE TABLE users (id int, email text); CREATE VIEW addresses AS SELECT id, email FROM users',
	permits => ARRAY['drop view public.addresses', 'drop table public.users']);
SELECT safemig.rollback('0');
SELECT count(*) FROM addresses;

-- versions that cannot be taken back are told with what stands in the way
SELECT safemig.apply('4', 'adds', 'CREATE TABLE plans (i int)');
SELECT safemig.apply('5', 'writes', 'INSERT INTO plans VALUES (1); UPDATE users SET extra = 1 WHERE id = 1; CREATE TABLE more AS SELECT 1 AS i');
\set VERBOSITY default
SELECT safemig.rollback('0');
\set VERBOSITY terse
-- what is no longer kept, neither
SELECT safemig.apply('6', 'drops plans', 'DROP TABLE more', permits => ARRAY['drop table public.more']);
SELECT safemig.purge_object('public.more');
\set VERBOSITY default
SELECT safemig.rollback('5');
\c :home
SET safemig.enforce = off;
DROP DATABASE regress_rollback_brings_back;
