-- The error of a statement is in its row, and the session goes on.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SET client_min_messages = warning;
\set VERBOSITY terse
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE statement INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
CREATE TABLE users (id int PRIMARY KEY, name text);
INSERT INTO users VALUES (1, 'a');
CREATE TABLE orders (id int, user_id int CONSTRAINT orders_user REFERENCES users DEFERRABLE INITIALLY DEFERRED);

-- what came before it is measured, what comes after it is there without
SELECT statement, line, command, rows, locks, effects, error FROM safemig.dry_run($$
INSERT INTO users VALUES (2, 'b');
  UPDATE users
     SET nme = 'x';
SELECT 1$$);
SELECT statement, error FROM safemig.dry_run('INSERT INTO users VALUES (1)') ;
SELECT * FROM users;
SELECT outcome($$SELECT count(*) FROM safemig.dry_run('SELEC 1')$$),
       outcome($$SELECT count(*) FROM safemig.dry_run(' -- nothing')$$),
       outcome($$SELECT count(*) FROM safemig.dry_run(NULL)$$);

-- the guard judges it as a migration, by the permits it brings
SELECT command, effects, error FROM safemig.dry_run('DROP TABLE orders; SELECT 1');
SELECT command, effects, error FROM safemig.dry_run('DROP TABLE orders; SELECT 1', ARRAY['drop table public.orders']);
SELECT command, error FROM safemig.dry_run('SELECT 1', ARRAY['drop table public.orders']);
SELECT command, error FROM safemig.dry_run('SELECT 1', ARRAY['drop table public.nowhere']);
SELECT outcome($$SELECT count(*) FROM safemig.dry_run('SELECT 1', ARRAY['eat public.orders'])$$);
SELECT verdict, version, times FROM safemig.incidents WHERE verdict = 'dry run';
SELECT count(*) FROM safemig.incidents WHERE verdict <> 'dry run';
DROP TABLE orders;
SELECT count(*) FROM safemig.incidents WHERE verdict = 'refused';

-- with the guard off nothing is refused, and its effects are told all the same
SET safemig.enforce = off;
SELECT command, effects, error FROM safemig.dry_run('DROP TABLE orders; DELETE FROM users');
RESET safemig.enforce;

-- deferred constraints: its own ...
SELECT command, error FROM safemig.dry_run('INSERT INTO orders VALUES (1, 99)');
SELECT command, error FROM safemig.dry_run($$INSERT INTO orders VALUES (1, 99); INSERT INTO users VALUES (99, 'late')$$);
-- ... and what the transaction around has deferred, which stays deferred
BEGIN;
INSERT INTO orders VALUES (1, 98);
SELECT command, error FROM safemig.dry_run('SELECT 1');
INSERT INTO users VALUES (98, 'later');
SELECT command, error FROM safemig.dry_run('SELECT 1');
COMMIT;
SELECT * FROM orders;

-- where it cannot run
BEGIN READ ONLY;
SELECT outcome($$SELECT count(*) FROM safemig.dry_run('SELECT 1')$$);
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT outcome($$SELECT count(*) FROM safemig.dry_run('SELECT 1')$$);
ROLLBACK;
SELECT outcome($$SELECT safemig.apply('1', 'one', 'SELECT count(*) FROM safemig.dry_run(''SELECT 1'')')$$);
SELECT command, error FROM safemig.dry_run($$SELECT safemig.apply('1', 'one', 'SELECT 1')$$);
CREATE ROLE regress_dry_run;
GRANT USAGE ON SCHEMA safemig TO regress_dry_run;
SET ROLE regress_dry_run;
SELECT outcome($$SELECT count(*) FROM safemig.dry_run('SELECT 1')$$);
RESET ROLE;

-- as the caller, with the caller's rights
GRANT EXECUTE ON FUNCTION safemig.dry_run(text, text[]) TO regress_dry_run;
SET ROLE regress_dry_run;
SELECT command, error FROM safemig.dry_run('SELECT 1; DELETE FROM users WHERE id = 1');
SELECT command, error FROM safemig.dry_run('SELECT current_user');
RESET ROLE;
SELECT session_role = current_user AS logged_in, role, statements, permits FROM safemig.dry_runs ORDER BY id DESC LIMIT 1;

SET safemig.enforce = off;
DROP OWNED BY regress_dry_run;
DROP ROLE regress_dry_run;
DROP TABLE users, orders;
DROP FUNCTION outcome;
DROP EXTENSION safemig;
