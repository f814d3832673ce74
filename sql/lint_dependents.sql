-- Lint tells which functions name what a script takes away, and which views stand on it.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.found(script text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT pg_catalog.format('%s %s %s: %s%s', f.statement, f.severity, f.rule, coalesce(f.object || ': ', '') ||
	                         pg_catalog.regexp_replace(f.message, ', [0-9]+ (bytes|kB|MB)', ', SIZE', 'g'),
	                         E'\n    ' || pg_catalog.replace(f.suggestion, E'\n', E'\n    '))
	  FROM safemig.lint(script) f JOIN safemig.lint_rules r ON r.id = f.rule
	 WHERE f.rule = 'breaking-dependent' ORDER BY f.statement, f.rule, f.object
$$;
SET safemig.enforce = off;
SET client_min_messages = error;
SET check_function_bodies = off;
CREATE SCHEMA shop;
CREATE SCHEMA other;
SET search_path = shop, public;
CREATE TABLE users (id bigint PRIMARY KEY, name text, email text, note text);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, name text);
CREATE TABLE other.users (name text);
-- these name users.name
CREATE FUNCTION a1() RETURNS text LANGUAGE sql AS $$ SELECT u.name FROM users AS u $$;
CREATE FUNCTION a2() RETURNS text LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM shop.users LOOP RETURN r.name; END LOOP; END $$;
CREATE FUNCTION a3() RETURNS text LANGUAGE plpgsql AS $$ DECLARE v users%ROWTYPE; BEGIN SELECT * INTO v FROM users LIMIT 1; RETURN v.name; END $$;
CREATE FUNCTION a4() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW."name"); RETURN NEW; END $$;
CREATE TRIGGER up BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION a4();
CREATE FUNCTION a5(n text) RETURNS void LANGUAGE sql AS $$ INSERT INTO users (id, name) VALUES (1, n) ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name $$;
CREATE FUNCTION a6() RETURNS text LANGUAGE plpgsql AS $$ DECLARE v users.name%TYPE; BEGIN RETURN v; END $$;
CREATE FUNCTION a7() RETURNS bigint LANGUAGE sql AS $$ SELECT o.id FROM orders o, users u WHERE o.user_id = u.id AND u."name" = 'x' $$;
CREATE FUNCTION a8() RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM USERS WHERE NAME = 'q') THEN UPDATE orders SET name = 'x'; END IF; END $$;
-- these name other things
CREATE FUNCTION b1() RETURNS text LANGUAGE sql AS $$ SELECT o.name FROM orders o, users u WHERE o.user_id = u.id $$;
CREATE FUNCTION b2() RETURNS text LANGUAGE sql AS $$ SELECT name FROM orders $$;
CREATE FUNCTION b3() RETURNS text LANGUAGE sql AS $$ SELECT email AS name FROM users /* name */ $$;
CREATE FUNCTION b4() RETURNS text LANGUAGE sql AS $$ SELECT email || 'name' FROM users $$;
CREATE FUNCTION b5() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$;
CREATE TRIGGER up BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION b5();
CREATE FUNCTION b6() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT name FROM users; END;
CREATE FUNCTION b7() RETURNS text LANGUAGE sql AS $$ SELECT name FROM other.users $$;
CREATE FUNCTION b8() RETURNS text LANGUAGE sql SET search_path = other AS $$ SELECT name FROM users $$;
CREATE FUNCTION b9() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE orders SET name = 'x'; DELETE FROM users WHERE id = 1; END $$;
CREATE VIEW names AS SELECT id, name FROM users;
CREATE MATERIALIZED VIEW notes AS SELECT note FROM users;
RESET client_min_messages;

-- columns
SELECT pg_temp.found('ALTER TABLE users RENAME COLUMN name TO "Name"');
SELECT pg_temp.found('ALTER TABLE users RENAME COLUMN note TO remark');
-- the relation
SELECT object FROM safemig.lint('ALTER TABLE users RENAME TO people') WHERE rule = 'breaking-dependent' ORDER BY 1;
SELECT suggestion FROM safemig.lint('ALTER TABLE orders RENAME TO bills') WHERE rule = 'breaking-dependent' AND object ~ 'a7';
CREATE SCHEMA third;
SELECT suggestion FROM safemig.lint('ALTER TABLE users SET SCHEMA third') WHERE rule = 'breaking-dependent' AND object ~ 'a[235]' ORDER BY 1;
-- a view has the old name, or the functions change along
SELECT pg_temp.found('ALTER TABLE users RENAME TO people; CREATE VIEW users AS SELECT * FROM people');
SELECT pg_temp.found('ALTER TABLE orders RENAME TO bills; DROP FUNCTION b2; DROP FUNCTION shop.b9(); DROP FUNCTION a7, a8, b1');

-- dropped: the server sees the views, and no function
SELECT pg_temp.found('ALTER TABLE users DROP COLUMN note');
SELECT pg_temp.found('DROP TABLE orders');
SELECT pg_temp.found('DROP MATERIALIZED VIEW notes; ALTER TABLE users DROP COLUMN note');
SELECT pg_temp.found('ALTER TABLE users DROP COLUMN note CASCADE');

-- what it suggests runs as it is
BEGIN;
SELECT suggestion FROM safemig.lint('ALTER TABLE users RENAME COLUMN name TO "Name"') WHERE rule = 'breaking-dependent' AND object ~ 'a5' \gset
:suggestion
ROLLBACK;
DROP SCHEMA third;
RESET search_path;

SET safemig.enforce = off;
DROP SCHEMA shop, other CASCADE;
DROP EXTENSION safemig;
