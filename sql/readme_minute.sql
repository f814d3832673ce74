-- The README's minute and the examples of doc/, as they stand there.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE users (id int PRIMARY KEY, email text);
INSERT INTO users VALUES (1, 'a@example.org');

DROP TABLE users;                       -- refused
TRUNCATE users;                         -- refused
DELETE FROM users;                      -- refused; DELETE ... WHERE id = 1 is not

SELECT safemig.apply('1.0.0', 'add language',
    up   => $$ALTER TABLE users ADD COLUMN language text DEFAULT 'en'$$,
    down => $$ALTER TABLE users DROP COLUMN language$$);

SELECT safemig.apply('1.1.0', 'forget email',
    up      => $$ALTER TABLE users DROP COLUMN email$$,
    permits => ARRAY['drop column public.users.email'],
    reason  => 'GDPR-123');

SELECT version, name, state, applied_by = current_user AS mine FROM safemig.status;
SELECT role = current_user AS mine, application, verdict, message FROM safemig.incidents ORDER BY at;

-- doc/guard.md
BEGIN;
SELECT safemig.permit('drop table public.users', reason => 'GDPR-123') > 0 AS given;
DROP TABLE users;
ROLLBACK;

-- doc/audit.md
SELECT event, version, subject, reason FROM safemig.history ORDER BY at;

-- doc/install.md: what each role is granted, and that it is enough
CREATE ROLE regress_safemig_deployer;
CREATE ROLE regress_safemig_approver;
CREATE ROLE regress_safemig_auditor;
CREATE ROLE regress_safemig_dba;
GRANT EXECUTE ON FUNCTION safemig.apply(text, text, text, text, text[], text, text, text[], text, boolean), safemig.rollback(text, text[], text) TO regress_safemig_deployer;
GRANT EXECUTE ON FUNCTION safemig.permit(text, text, interval, bigint, text) TO regress_safemig_approver;
GRANT SELECT ON safemig.incidents, safemig.history TO regress_safemig_auditor; GRANT EXECUTE ON FUNCTION safemig.spooled() TO regress_safemig_auditor;
GRANT EXECUTE ON FUNCTION safemig.set(text, text) TO regress_safemig_dba;
CREATE SCHEMA app AUTHORIZATION regress_safemig_deployer;

SET ROLE regress_safemig_deployer;
SELECT safemig.apply('1.2.0', 'his own table', 'CREATE TABLE app.t (id int); INSERT INTO app.t VALUES (1)', 'DROP TABLE app.t');
SELECT safemig.apply('1.3.0', 'not his', 'ALTER TABLE public.users ADD COLUMN x int');
SELECT safemig.rollback('1.1.0', ARRAY['drop table app.t'], 'try');
SELECT safemig.current_version();
INSERT INTO safemig.migration (version) VALUES ('9');
SELECT count(*) FROM safemig.incidents;
SET ROLE regress_safemig_approver;
SELECT safemig.permit('drop table public.users') > 0 AS given;
SELECT safemig.apply('9', 'no', 'SELECT 1');
SET ROLE regress_safemig_auditor;
SELECT count(*) > 0 AS sees FROM safemig.incidents;
SELECT count(*) > 0 AS sees FROM safemig.history;
SELECT safemig.permit('drop table public.users');
SET ROLE regress_safemig_dba;
SELECT safemig.set('runner_wait', '20s');
SELECT safemig.set('environment', 'development');
RESET ROLE;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE users;
DROP SCHEMA app CASCADE;
SELECT safemig.purge_id(id) FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
DROP EXTENSION safemig;
DROP ROLE regress_safemig_deployer, regress_safemig_approver, regress_safemig_auditor, regress_safemig_dba;
