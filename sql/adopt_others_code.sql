-- Anybody can make a table that looks like a tool's: what he hangs upon it runs with his rights, under the guard, and stops nobody.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE ROLE safemig_test_stranger;
CREATE SCHEMA stranger AUTHORIZATION safemig_test_stranger;
CREATE TABLE ran (by text, what text);
GRANT INSERT ON ran TO PUBLIC;
SET ROLE safemig_test_stranger;
CREATE TABLE stranger.precious (id int);
INSERT INTO stranger.precious VALUES (1), (2);
CREATE TABLE stranger.queue (id int);
CREATE FUNCTION stranger.deferred() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.ran VALUES (current_user, 'deferred trigger');
	RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON stranger.queue DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION stranger.deferred();
CREATE FUNCTION stranger.policy() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.ran VALUES (current_user, 'policy');
	INSERT INTO stranger.queue VALUES (1);
	DROP TABLE stranger.precious;
	RETURN false;
END $$;
CREATE TABLE stranger.knex_migrations (id serial PRIMARY KEY, name varchar(255), batch int, migration_time timestamptz);
INSERT INTO stranger.knex_migrations (name, batch) VALUES ('one', 1);
ALTER TABLE stranger.knex_migrations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY stranger ON stranger.knex_migrations USING (stranger.policy());
RESET ROLE;
-- his policies do not run, and hide nothing
SELECT safemig.adopt('knex');
SELECT * FROM ran;
SELECT count(*) FROM stranger.precious;
SELECT version, state FROM safemig.status;
-- what the planner works out does so as himself and under the guard, and such a table is not followed
SET ROLE safemig_test_stranger;
CREATE FUNCTION stranger.trick() RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION stranger.worked_out() RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	PERFORM stranger.trick();
	RETURN 1;
END $$;
CREATE TABLE stranger.pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);
CREATE INDEX ON stranger.pgmigrations ((stranger.worked_out() + id));
SET client_min_messages = error;
CREATE OR REPLACE FUNCTION stranger.trick() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	DROP TABLE stranger.precious;
END $$;
RESET client_min_messages;
RESET ROLE;
SELECT safemig.adopt('node-pg-migrate');
SELECT count(*) FROM stranger.precious;
-- the DDL of others goes on
CREATE TABLE followed (id int);
\d followed
DROP INDEX stranger.pgmigrations_expr_idx;
SELECT safemig.adopt('node-pg-migrate');
INSERT INTO stranger.pgmigrations (name, run_on) VALUES ('two', now());
SELECT version, state FROM safemig.status;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP SCHEMA stranger CASCADE;
DROP TABLE ran, followed;
DROP ROLE safemig_test_stranger;
DROP EXTENSION safemig;
