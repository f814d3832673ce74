-- What the server refuses by itself is left to its own words; beside it, what it would do.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE users (id int PRIMARY KEY, v text);
INSERT INTO users VALUES (1, 'a');
CREATE VIEW uv AS SELECT * FROM users;
CREATE TABLE p (id int) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p DEFAULT;
INSERT INTO p VALUES (1);
CREATE TABLE par (id int);
INSERT INTO par VALUES (1);
CREATE TABLE chi () INHERITS (par);
CREATE MATERIALIZED VIEW mv AS SELECT 1;
-- the wrong kind
DROP VIEW users;
DROP INDEX users;
DROP SEQUENCE IF EXISTS users;
DROP MATERIALIZED VIEW uv;
DROP TABLE uv;
DROP TABLE users_pkey;
TRUNCATE uv;
REFRESH MATERIALIZED VIEW users WITH NO DATA;
DROP TABLE pg_catalog.pg_class;
TRUNCATE pg_catalog.pg_class;
-- a name that leads nowhere, beside one that does
DROP TABLE nosuch, users;
ALTER TABLE chi NO INHERIT nosuch;
ALTER TABLE chi NO INHERIT users;
ALTER TABLE p DETACH PARTITION users;
ALTER TABLE users ALTER v TYPE int USING nosuch;
ALTER TABLE users ALTER v TYPE int USING length(nosuch) + id;
-- what it would do
DROP TABLE IF EXISTS nosuch, users CASCADE;
DROP TABLE p;
DROP MATERIALIZED VIEW mv;
TRUNCATE p;
TRUNCATE users;
REFRESH MATERIALIZED VIEW mv WITH NO DATA;
ALTER TABLE chi NO INHERIT par;
ALTER TABLE p DETACH PARTITION p1;
ALTER TABLE users ALTER v TYPE int USING length(v) + id;
ALTER TABLE users ALTER v TYPE int USING users.id;
ALTER TABLE users ALTER v TYPE text USING users::text;
-- and what only an event trigger makes possible is judged when it happens
CREATE FUNCTION make() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	IF tg_tag = 'DROP TABLE' THEN
		CREATE TABLE nosuch (id int);
	ELSIF current_setting('test.adds', true) IS NULL THEN
		PERFORM set_config('test.adds', 'yes', false);
		ALTER TABLE par ADD nosuch int;
	END IF;
END $$;
CREATE EVENT TRIGGER make ON ddl_command_start WHEN TAG IN ('DROP TABLE', 'ALTER TABLE') EXECUTE FUNCTION make();
DROP TABLE nosuch, users CASCADE;
ALTER TABLE par ALTER id TYPE int USING nosuch;
SELECT id FROM par;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP EVENT TRIGGER make;
DROP FUNCTION make();
DROP TABLE users, p, par, chi CASCADE;
DROP MATERIALIZED VIEW mv;
DROP EXTENSION safemig;
