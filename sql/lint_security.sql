-- Lint tells who sees more, or nothing any more, and what watches no longer.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.security(script text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT pg_catalog.concat_ws(E'\n    ', pg_catalog.concat_ws(': ', f.statement || ' ' || f.severity || ' ' || f.rule, f.object, f.message),
	                            pg_catalog.replace(f.suggestion, E'\n', E'\n    '))
	  FROM safemig.lint(script) f JOIN safemig.lint_rules r ON r.id = f.rule
	 WHERE r.category = 'security' ORDER BY f.statement, f.rule, f.object
$$;

-- policies
CREATE TABLE users (id bigint PRIMARY KEY, owner text);
INSERT INTO users VALUES (1, 'x');
CREATE TABLE guarded (id bigint PRIMARY KEY);
INSERT INTO guarded VALUES (1);
ANALYZE users, guarded;
CREATE POLICY mine ON guarded USING (id = 1);
CREATE POLICY never ON guarded AS RESTRICTIVE USING (id < 9);
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

SELECT pg_temp.security('ALTER TABLE guarded DISABLE ROW LEVEL SECURITY');
SELECT pg_temp.security('ALTER TABLE guarded NO FORCE ROW LEVEL SECURITY');
SELECT pg_temp.security('DROP POLICY mine ON guarded');
SELECT pg_temp.security('DROP POLICY never ON guarded');
-- off already, on again, or another one in its place
SELECT pg_temp.security('ALTER TABLE users DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY');
SELECT pg_temp.security('ALTER TABLE guarded DISABLE ROW LEVEL SECURITY; UPDATE guarded SET id = 2 WHERE id = 1; ALTER TABLE guarded ENABLE ROW LEVEL SECURITY');
SELECT pg_temp.security('DROP POLICY mine ON guarded; CREATE POLICY mine ON guarded USING (id = 2)');
SELECT pg_temp.security('CREATE POLICY more ON guarded USING (id = 2); DROP POLICY more ON guarded; DROP POLICY IF EXISTS none ON guarded');

SELECT pg_temp.security('ALTER TABLE users ENABLE ROW LEVEL SECURITY');
SELECT pg_temp.security('ALTER TABLE users ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON users AS RESTRICTIVE USING (id = 1)');
-- with a policy, before or after; in a table of the script's own; FORCE alone
SELECT pg_temp.security('ALTER TABLE users ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON users USING (id = 1)');
SELECT pg_temp.security('CREATE POLICY p ON users USING (id = 1); ALTER TABLE users ENABLE ROW LEVEL SECURITY');
SELECT pg_temp.security('CREATE TABLE t (id bigint PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t DISABLE ROW LEVEL SECURITY');
SELECT pg_temp.security('ALTER TABLE users FORCE ROW LEVEL SECURITY');

-- triggers and rules
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER audit BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION watch();
CREATE TRIGGER "Idle" BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION watch();
SET safemig.enforce = off;
ALTER TABLE users DISABLE TRIGGER "Idle";
RESET safemig.enforce;
CREATE POLICY idle ON users USING (id = 1);
SELECT pg_temp.security('DROP POLICY idle ON users');
CREATE RULE quiet AS ON DELETE TO users WHERE old.id < 0 DO INSTEAD NOTHING;
CREATE TABLE orders (id bigint REFERENCES users);

SELECT pg_temp.security('ALTER TABLE users DISABLE TRIGGER audit');
SELECT pg_temp.security('ALTER TABLE users DISABLE TRIGGER ALL');
SELECT pg_temp.security('ALTER TABLE users DISABLE TRIGGER USER');
SELECT pg_temp.security('ALTER TABLE users DISABLE RULE quiet');
SELECT pg_temp.security('ALTER TABLE orders DISABLE TRIGGER ALL');
SELECT pg_temp.security('ALTER TABLE users ENABLE REPLICA TRIGGER audit');
SELECT pg_temp.security('SET session_replication_role = replica');
-- not so bad: put on again
SELECT pg_temp.security('ALTER TABLE users DISABLE TRIGGER audit; UPDATE users SET owner = NULL WHERE id = 1; ALTER TABLE users ENABLE TRIGGER audit');
SELECT pg_temp.security('ALTER TABLE users DISABLE TRIGGER ALL; ALTER TABLE users ENABLE TRIGGER ALL');
SELECT pg_temp.security('SET session_replication_role = replica; RESET session_replication_role');
-- one of two is not all
SELECT pg_temp.security('ALTER TABLE users DISABLE TRIGGER USER; ALTER TABLE users ENABLE TRIGGER "Idle"');
-- nothing that fires
SELECT pg_temp.security('ALTER TABLE users DISABLE TRIGGER "Idle", ENABLE TRIGGER audit; ALTER TABLE orders DISABLE TRIGGER USER');
SELECT pg_temp.security('CREATE TABLE t (id bigint REFERENCES users); ALTER TABLE t DISABLE TRIGGER ALL; SET session_replication_role = origin');

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE orders, users, guarded;
DROP FUNCTION watch();
DROP EXTENSION safemig;
