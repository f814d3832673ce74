-- Lint tells what everybody gets, what subscribers miss, and what extensions do unseen.
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
CREATE SCHEMA shop;
CREATE TABLE shop.users (id bigint PRIMARY KEY, name text, email text);
CREATE TABLE shop.news (id bigint PRIMARY KEY, title text);
CREATE SEQUENCE shop.numbers;
CREATE FUNCTION shop.secret() RETURNS int LANGUAGE sql AS 'SELECT 1';
REVOKE ALL ON FUNCTION shop.secret() FROM PUBLIC;
GRANT SELECT ON shop.news TO PUBLIC;

-- PUBLIC
SELECT pg_temp.security('GRANT SELECT, INSERT ON shop.users, shop.news TO PUBLIC');
SELECT pg_temp.security('GRANT SELECT (name, "email"), INSERT ON shop.users TO PUBLIC');
SELECT pg_temp.security('GRANT USAGE ON SCHEMA shop TO pg_monitor, PUBLIC WITH GRANT OPTION');
SELECT pg_temp.security('GRANT ALL ON SEQUENCE shop.numbers TO PUBLIC; GRANT EXECUTE ON FUNCTION shop.secret() TO PUBLIC');
SELECT pg_temp.security('GRANT SELECT ON ALL TABLES IN SCHEMA shop TO PUBLIC');
SELECT pg_temp.security('ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO PUBLIC');
SELECT pg_temp.security('CREATE TABLE shop.t (id bigint PRIMARY KEY); GRANT SELECT ON shop.t TO PUBLIC');
-- it has it, it loses it, or it is somebody else
SELECT pg_temp.security('GRANT SELECT ON shop.news TO PUBLIC; GRANT SELECT (title) ON shop.news TO PUBLIC');
SELECT pg_temp.security('REVOKE ALL ON shop.news FROM PUBLIC; GRANT ALL ON shop.users TO pg_monitor');
SELECT pg_temp.security($$CREATE FUNCTION shop.one() RETURNS int LANGUAGE sql AS 'SELECT 1'; GRANT EXECUTE ON FUNCTION shop.one() TO PUBLIC$$);
SELECT pg_temp.security('CREATE TEMP TABLE t (id bigint); GRANT SELECT ON t TO PUBLIC');
SELECT pg_temp.security('ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC');

-- replica identity
SELECT pg_temp.security('ALTER TABLE shop.users REPLICA IDENTITY FULL');
SET client_min_messages = error;
CREATE PUBLICATION news FOR TABLE shop.users, shop.news;
RESET client_min_messages;
SELECT pg_temp.security('ALTER TABLE shop.users REPLICA IDENTITY FULL');
SELECT pg_temp.security('ALTER TABLE shop.users REPLICA IDENTITY NOTHING');
SELECT pg_temp.security('ALTER TABLE shop.users REPLICA IDENTITY USING INDEX users_pkey');
SELECT pg_temp.security('ALTER TABLE shop.users REPLICA IDENTITY DEFAULT');
CREATE TABLE shop.logs (at date PRIMARY KEY) PARTITION BY RANGE (at);
CREATE TABLE shop.logs_2026 PARTITION OF shop.logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
ALTER PUBLICATION news ADD TABLE shop.logs;
SELECT pg_temp.security('ALTER TABLE shop.logs_2026 REPLICA IDENTITY FULL');
ALTER PUBLICATION news SET (publish = 'insert');
SELECT pg_temp.security('ALTER TABLE shop.users REPLICA IDENTITY NOTHING');
SELECT pg_temp.security('CREATE TABLE t (id bigint PRIMARY KEY); ALTER TABLE t REPLICA IDENTITY FULL');

-- extensions
SELECT pg_temp.security('ALTER EXTENSION plpgsql UPDATE');
SELECT pg_temp.security('DROP EXTENSION plpgsql');
SELECT pg_temp.security('ALTER EXTENSION plpgsql SET SCHEMA shop');
SELECT pg_temp.security('CREATE EXTENSION IF NOT EXISTS plpgsql; ALTER EXTENSION nothing_here UPDATE; DROP EXTENSION IF EXISTS nothing_here');

SET client_min_messages = error;
SET safemig.enforce = off;
DROP PUBLICATION news;
DROP SCHEMA shop CASCADE;
DROP EXTENSION safemig;
