-- What an extension's script does to the extension is its own business; to anything else, not.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE users (id int PRIMARY KEY, email text);
INSERT INTO users VALUES (1, 'x'), (2, 'y');
CREATE TABLE todo (sql text);
-- somebody's event trigger runs inside the scripts
CREATE FUNCTION on_function() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
	one text;
BEGIN
	IF tg_tag = 'CREATE FUNCTION' THEN
		FOR one IN SELECT sql FROM todo LOOP EXECUTE one; END LOOP;
	END IF;
END $$;
CREATE EXTENSION pg_stat_statements VERSION '1.7';
CREATE EVENT TRIGGER inside_script ON ddl_command_end EXECUTE FUNCTION on_function();
-- CREATE EXTENSION
INSERT INTO todo VALUES ('DROP TABLE users');
CREATE EXTENSION citext;
UPDATE todo SET sql = 'DELETE FROM users' WHERE sql <> '';
CREATE EXTENSION citext;
UPDATE todo SET sql = 'DELETE FROM users WHERE id = 2' WHERE sql <> '';
BEGIN;
CREATE EXTENSION citext;
ROLLBACK;
-- ALTER EXTENSION UPDATE
UPDATE todo SET sql = 'TRUNCATE users' WHERE sql <> '';
ALTER EXTENSION pg_stat_statements UPDATE TO '1.8';
UPDATE todo SET sql = 'ALTER TABLE users DROP COLUMN email' WHERE sql <> '';
ALTER EXTENSION pg_stat_statements UPDATE TO '1.8';
UPDATE todo SET sql = 'ALTER TABLE users ADD COLUMN phone text' WHERE sql <> '';
BEGIN;
ALTER EXTENSION pg_stat_statements UPDATE TO '1.8';
ROLLBACK;
SELECT extversion FROM pg_extension WHERE extname = 'pg_stat_statements';
-- what the script lets go to drop it was its own; what somebody adds to it is not
UPDATE todo SET sql = 'ALTER EXTENSION pg_stat_statements ADD TABLE users; DROP TABLE users' WHERE sql <> '';
ALTER EXTENSION pg_stat_statements UPDATE TO '1.8';
SELECT safemig.set('contract', 'refuse');
UPDATE todo SET sql = 'SELECT' WHERE sql <> '';
ALTER EXTENSION pg_stat_statements UPDATE TO '1.8';
DROP VIEW pg_stat_statements;
SELECT extversion FROM pg_extension WHERE extname = 'pg_stat_statements';
-- of the same name, and made its own a moment ago
SET safemig.enforce = off;
ALTER EXTENSION pg_stat_statements DROP VIEW pg_stat_statements;
ALTER VIEW pg_stat_statements RENAME TO theirs;
CREATE VIEW pg_stat_statements AS SELECT * FROM users;
SET safemig.enforce = on;
BEGIN;
ALTER EXTENSION pg_stat_statements ADD VIEW pg_stat_statements;
ALTER EXTENSION pg_stat_statements UPDATE TO '1.9';
ROLLBACK;
SET safemig.enforce = off;
DROP VIEW pg_stat_statements;
ALTER VIEW theirs RENAME TO pg_stat_statements;
ALTER EXTENSION pg_stat_statements ADD VIEW pg_stat_statements;
SET safemig.enforce = on;
ALTER EXTENSION pg_stat_statements UPDATE TO '1.9';
CREATE EXTENSION hstore;
BEGIN;
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq, COMMUTATOR = ====);
DROP OPERATOR === (int, int), ==== (int, int);
ROLLBACK;
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
DROP OPERATOR === (int, int);
SELECT safemig.set('contract', 'warn');
-- nor does it get at safemig
UPDATE todo SET sql = 'DROP EXTENSION safemig' WHERE sql <> '';
CREATE EXTENSION citext;
UPDATE todo SET sql = 'ALTER EVENT TRIGGER safemig_ddl_start DISABLE' WHERE sql <> '';
CREATE EXTENSION citext;
DELETE FROM todo WHERE sql <> '';
-- nor by making it a member first
CREATE EXTENSION citext;
ALTER EXTENSION citext ADD TABLE users;
DROP EXTENSION citext CASCADE;
ALTER EXTENSION citext DROP TABLE users;
DROP EXTENSION citext;
-- a schema that is an extension's (pg_repack's) is its workshop, and no way in for others
CREATE SCHEMA workshop CREATE TABLE bench (id int);
INSERT INTO workshop.bench VALUES (1);
CREATE EXTENSION citext;
ALTER EXTENSION citext ADD SCHEMA workshop;
TRUNCATE workshop.bench;
SET safemig.enforce = off;
ALTER EXTENSION citext ADD SCHEMA workshop;
RESET safemig.enforce;
TRUNCATE workshop.bench;
DROP TABLE workshop.bench;
ALTER TABLE users SET SCHEMA workshop;
SELECT * FROM users;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP EVENT TRIGGER inside_script;
DROP FUNCTION on_function;
DROP EXTENSION pg_stat_statements;
DROP EXTENSION citext;
DROP EXTENSION hstore;
DROP OPERATOR === (int, int);
DROP TABLE users, todo;
DROP EXTENSION safemig;
