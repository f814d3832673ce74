-- What was defined while a column was away is as good when the column is back:
-- the server can still print it, and it still runs.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('data', 'allow');
SELECT safemig.set('keep', 'on');
CREATE TABLE users (id int PRIMARY KEY, email text, phone text, name text);
CREATE TABLE orders (id int PRIMARY KEY, what text, u int);
INSERT INTO users VALUES (1, 'a@x', '11', 'ann'), (2, 'b@x', '22', 'bo');
INSERT INTO orders VALUES (10, 'tea', 1), (20, 'bread', 2);
CREATE VIEW old_view AS SELECT users.*, o.what FROM users JOIN orders o ON o.u = users.id;
CREATE VIEW other_view AS SELECT u.name, o.what FROM users u LEFT JOIN orders o ON o.u = u.id;
SET client_min_messages = error;
ALTER TABLE users DROP COLUMN email CASCADE, DROP COLUMN phone CASCADE;
RESET client_min_messages;

CREATE VIEW joined WITH (security_barrier) AS SELECT u.name, o.what FROM (users u JOIN orders o ON o.u = u.id) LEFT JOIN orders p USING (what);
CREATE VIEW placed AS SELECT p.a, p.b FROM users p(a, b) ORDER BY 1;
CREATE VIEW named AS SELECT j.n, j.w FROM (users u JOIN orders o ON o.u = u.id) AS j(i, n, k, w);
CREATE FUNCTION all_users() RETURNS SETOF users LANGUAGE sql AS 'SELECT * FROM users';
CREATE VIEW called AS SELECT f.name, o.what FROM all_users() f JOIN orders o ON o.u = f.id;
CREATE MATERIALIZED VIEW mat AS SELECT u.*, o.what FROM orders o JOIN users u ON o.u = u.id;
CREATE FUNCTION body() RETURNS SETOF text LANGUAGE sql
BEGIN ATOMIC SELECT u.name || o.what FROM users u JOIN orders o ON o.u = u.id ORDER BY 1; END;
CREATE RULE counted AS ON UPDATE TO orders WHERE EXISTS (SELECT FROM users u JOIN orders o ON o.u = u.id WHERE u.id < 0) DO ALSO DELETE FROM users WHERE id < 0;
CREATE POLICY mine ON orders USING (EXISTS (SELECT FROM users u JOIN orders o ON o.u = u.id WHERE u.name <> ''));
CREATE TABLE before AS
	SELECT viewname AS name, definition AS def FROM (SELECT viewname, definition FROM pg_views UNION ALL SELECT matviewname, definition FROM pg_matviews) v
	 WHERE viewname IN ('joined', 'mat', 'other_view')
	UNION ALL SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'body'
	UNION ALL SELECT rulename, definition FROM pg_rules WHERE rulename = 'counted'
	UNION ALL SELECT policyname, qual FROM pg_policies;

SELECT safemig.undrop('public.users.email');
DROP VIEW called;
SELECT safemig.undrop('public.users.email');
DROP VIEW named;
SELECT safemig.undrop('public.users.email');
DROP VIEW placed;
SELECT safemig.undrop('public.users.email');
CREATE TABLE after AS
	SELECT viewname AS name, definition AS def FROM (SELECT viewname, definition FROM pg_views UNION ALL SELECT matviewname, definition FROM pg_matviews) v
	 WHERE viewname IN ('joined', 'mat', 'other_view')
	UNION ALL SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'body'
	UNION ALL SELECT rulename, definition FROM pg_rules WHERE rulename = 'counted'
	UNION ALL SELECT policyname, qual FROM pg_policies;
SELECT b.name, b.def = a.def AS same FROM before b LEFT JOIN after a USING (name) ORDER BY 1;
SELECT * FROM old_view ORDER BY id;
SELECT * FROM joined ORDER BY name;
SELECT reloptions FROM pg_class WHERE relname = 'joined';
REFRESH MATERIALIZED VIEW mat;
SELECT * FROM mat ORDER BY id;
SELECT * FROM body();
UPDATE orders SET what = 'milk' WHERE id = 10;
SELECT * FROM other_view ORDER BY name;

SELECT count(safemig.purge_id(id)) >= 0 AS emptied FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE users, orders, before, after CASCADE;
DROP EXTENSION safemig;
