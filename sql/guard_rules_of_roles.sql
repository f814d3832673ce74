-- A rule for a role opens for that role only, not for whoever borrows it.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE ROLE regress_safemig_loader;
CREATE ROLE regress_safemig_member IN ROLE regress_safemig_loader;
CREATE ROLE regress_safemig_bob;
CREATE SCHEMA stage;
GRANT USAGE, CREATE ON SCHEMA stage TO PUBLIC;
SET ROLE regress_safemig_loader;
CREATE TABLE stage.a (id int);
CREATE TABLE stage.b (id int);
CREATE TABLE stage.c (id int);
CREATE TABLE stage.d (id int);
INSERT INTO stage.a VALUES (1);
INSERT INTO stage.b VALUES (1);
INSERT INTO stage.c VALUES (1);
INSERT INTO stage.d VALUES (1);
CREATE FUNCTION stage.drop_it(name text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
	AS $$BEGIN EXECUTE format('DROP TABLE stage.%I', name); END$$;
RESET ROLE;
SELECT safemig.set_rule('drop table', 'allow', role => 'regress_safemig_loader') > 0 AS set;
-- who is no member
SET SESSION AUTHORIZATION regress_safemig_bob;
SELECT stage.drop_it('a');
RESET SESSION AUTHORIZATION;
SET ROLE regress_safemig_loader;
DROP TABLE stage.a;
RESET ROLE;
-- the role itself, and a member by any way
SET SESSION AUTHORIZATION regress_safemig_loader;
SELECT stage.drop_it('a');
SET SESSION AUTHORIZATION regress_safemig_member;
SELECT stage.drop_it('b');
SET ROLE regress_safemig_loader;
DROP TABLE stage.c;
RESET SESSION AUTHORIZATION;
-- a rule for everybody is everybody's
SELECT safemig.set_rule('drop table', 'allow', object => 'stage.d') > 0 AS set;
SET SESSION AUTHORIZATION regress_safemig_bob;
SELECT stage.drop_it('d');
RESET SESSION AUTHORIZATION;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP SCHEMA stage CASCADE;
DROP EXTENSION safemig;
DROP ROLE regress_safemig_member, regress_safemig_loader, regress_safemig_bob;
