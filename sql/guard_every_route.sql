-- Whatever runs it: the same refusal by every route into the server, and by each a statement that passes.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE ROLE regress_safemig_owner;
CREATE ROLE regress_safemig_caller;
CREATE TABLE users (id int PRIMARY KEY, email text);
INSERT INTO users SELECT g, 'u' || g FROM generate_series(1, 3) g;
CREATE TABLE theirs (id int);
INSERT INTO theirs VALUES (1), (2);
ALTER TABLE theirs OWNER TO regress_safemig_owner;
-- a DO block; one that commits before, so that nothing is foreseen by an outer statement
DO $$ BEGIN DROP TABLE users; END $$;
DO $$ BEGIN COMMIT; DROP TABLE users; END $$;
DO $$ BEGIN INSERT INTO users VALUES (4); COMMIT; TRUNCATE users; END $$;
DO $$ BEGIN PERFORM 1; COMMIT; DELETE FROM users; COMMIT; END $$;
DO $$ BEGIN PERFORM lo_create(4712); COMMIT; PERFORM lo_unlink(4712); COMMIT; END $$;
SELECT count(*) FROM pg_largeobject_metadata WHERE oid = 4712;
DO $$ BEGIN DELETE FROM users WHERE id = 4; COMMIT; CREATE TABLE made (id int); DROP TABLE made; COMMIT; END $$;
-- EXECUTE in plpgsql, a procedure that commits, an SQL function, a trigger
CREATE FUNCTION run(sql text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE sql; END $$;
SELECT run('DROP TABLE users');
SELECT run('ALTER TABLE users DROP COLUMN email');
SELECT run('DELETE FROM users WHERE id = 99');
CREATE PROCEDURE commit_and_wipe(one int) LANGUAGE plpgsql AS $$
BEGIN
	COMMIT;
	IF one IS NULL THEN DELETE FROM users; ELSE DELETE FROM users WHERE id = one; END IF;
	COMMIT;
END $$;
CALL commit_and_wipe(NULL);
CALL commit_and_wipe(99);
CREATE FUNCTION truncate_users() RETURNS void LANGUAGE sql AS 'TRUNCATE users';
SELECT truncate_users();
CREATE FUNCTION wipe_users() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users; RETURN NULL; END $$;
CREATE TABLE button (id int);
CREATE TRIGGER wipe AFTER INSERT ON button EXECUTE FUNCTION wipe_users();
INSERT INTO button VALUES (1);
-- somebody else's rights: SECURITY DEFINER, SET ROLE, SET SESSION AUTHORIZATION
CREATE FUNCTION as_owner(sql text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE sql; END $$;
ALTER FUNCTION as_owner(text) OWNER TO regress_safemig_owner;
SET SESSION AUTHORIZATION regress_safemig_caller;
SELECT as_owner('DROP TABLE theirs');
SELECT as_owner('TRUNCATE theirs');
SELECT as_owner('DELETE FROM theirs');
SELECT as_owner('DELETE FROM theirs WHERE id = 2');
DROP TABLE theirs;
RESET SESSION AUTHORIZATION;
SET ROLE regress_safemig_owner;
DROP TABLE theirs;
TRUNCATE theirs;
DELETE FROM theirs WHERE id = 99;
RESET ROLE;
-- prepared and planned while the guard was off
SET safemig.enforce = off;
PREPARE wipe AS DELETE FROM users;
PREPARE wipe_one AS DELETE FROM users WHERE id = $1;
CREATE FUNCTION wipe_cached() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users; END $$;
BEGIN;
SELECT wipe_cached();
EXECUTE wipe;
EXECUTE wipe;
EXECUTE wipe;
EXECUTE wipe;
EXECUTE wipe;
EXECUTE wipe;
ROLLBACK;
SET safemig.enforce = on;
EXECUTE wipe;
SELECT wipe_cached();
EXPLAIN ANALYZE EXECUTE wipe;
EXECUTE wipe_one(99);
-- many statements in one simple query: none of them stays
INSERT INTO users VALUES (5) \; DROP TABLE users \; SELECT 1;
INSERT INTO users VALUES (5) \; DELETE FROM users;
SELECT count(*) FROM users;
INSERT INTO users VALUES (5) \; DELETE FROM users WHERE id = 5;
-- one statement with many objects, a role's all
DROP TABLE button, users;
DROP OWNED BY regress_safemig_owner;
SET ROLE regress_safemig_owner;
DROP OWNED BY CURRENT_USER CASCADE;
RESET ROLE;
CREATE TEMP TABLE one (id int);
CREATE TEMP TABLE two (id int);
DROP TABLE one, two;
REVOKE ALL ON users FROM regress_safemig_caller;
DROP OWNED BY regress_safemig_caller;
-- other tables, by whatever way
SELECT count(*) FROM users;
SELECT count(*) FROM theirs;

SET client_min_messages = error;
SET safemig.enforce = off;
SELECT lo_unlink(4712);
DROP TABLE users, theirs, button;
DROP FUNCTION run, truncate_users, wipe_users, as_owner, wipe_cached;
DROP PROCEDURE commit_and_wipe;
DROP ROLE regress_safemig_owner, regress_safemig_caller;
DROP EXTENSION safemig;
