-- DROP TABLE and its kin: kept whole, and back with all that hung on them.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE ROLE regress_safemig_owner;
CREATE ROLE regress_safemig_reader;
CREATE SCHEMA shop AUTHORIZATION regress_safemig_owner;
SET ROLE regress_safemig_owner;
CREATE TABLE shop.customer (id serial PRIMARY KEY, email text UNIQUE NOT NULL, born date CHECK (born > '1900-01-01'));
CREATE TABLE shop.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int REFERENCES shop.customer ON DELETE CASCADE, amount numeric(10,2) DEFAULT 1);
CREATE INDEX ON shop.orders (customer, amount) WHERE amount > 0;
CREATE STATISTICS shop.st ON customer, amount FROM shop.orders;
COMMENT ON TABLE shop.customer IS 'who buys';
COMMENT ON COLUMN shop.customer.email IS 'where';
INSERT INTO shop.customer (email) SELECT g || '@x' FROM generate_series(1, 5) g;
INSERT INTO shop.orders (customer, amount) SELECT g, g FROM generate_series(1, 5) g;
CREATE VIEW shop.busy AS SELECT c.email, sum(o.amount) AS amount FROM shop.customer c JOIN shop.orders o ON o.customer = c.id GROUP BY 1;
CREATE MATERIALIZED VIEW shop.busier AS SELECT * FROM shop.busy;
CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER stamp BEFORE UPDATE ON shop.customer FOR EACH ROW EXECUTE FUNCTION shop.stamp();
ALTER TABLE shop.customer ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON shop.customer FOR SELECT TO regress_safemig_reader USING (id > 2);
GRANT SELECT ON shop.customer TO regress_safemig_reader WITH GRANT OPTION;
GRANT UPDATE (email) ON shop.customer TO regress_safemig_reader;
RESET ROLE;
CREATE VIEW state AS
	SELECT 'relation ' || c.oid::regclass AS what, concat_ws(' ', c.oid, c.relkind, c.relowner::regrole, c.relacl::text, obj_description(c.oid, 'pg_class')) AS how
	  FROM pg_class c WHERE c.relnamespace = 'shop'::regnamespace
	UNION ALL SELECT 'column ' || a.attrelid::regclass || '.' || a.attname, concat_ws(' ', a.attacl::text, a.attnotnull, col_description(a.attrelid, a.attnum))
	  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'shop'::regnamespace AND a.attnum > 0
	UNION ALL SELECT 'constraint ' || k.conname, concat_ws(' ', k.conrelid::regclass, pg_get_constraintdef(k.oid)) FROM pg_constraint k WHERE k.connamespace = 'shop'::regnamespace
	UNION ALL SELECT 'trigger ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text ~ '^shop'
	UNION ALL SELECT 'policy ' || polname, pg_get_expr(polqual, polrelid) FROM pg_policy
	UNION ALL SELECT 'statistics ' || stxname, stxnamespace::regnamespace::text FROM pg_statistic_ext;
CREATE TABLE saved AS SELECT * FROM state;

BEGIN;
SELECT safemig.permit('drop table shop.customer') > 0 AS permitted;
SELECT safemig.permit('drop view shop.busy') > 0 AS permitted;
SELECT safemig.permit('drop materialized view shop.busier') > 0 AS permitted;
SET LOCAL client_min_messages = warning;
DROP TABLE shop.customer CASCADE;
COMMIT;
SELECT to_regclass('shop.customer'), to_regclass('shop.busy'), to_regclass('shop.busier');
INSERT INTO shop.orders (customer) VALUES (99);
DELETE FROM shop.orders WHERE customer = 99;
SELECT what, identity, action, named, rows, bytes > 0 AS bytes, kept_by = session_user AS mine, statement, state FROM safemig.bin ORDER BY identity;
-- nobody but the extension's owner gets at it
SET ROLE regress_safemig_owner;
SELECT 1 FROM pg_class WHERE relname = 'customer' AND relowner = 'regress_safemig_owner'::regrole;
RESET ROLE;
SELECT safemig.undrop('shop.customer');
SELECT * FROM state EXCEPT SELECT * FROM saved ORDER BY 1;
SELECT * FROM saved EXCEPT SELECT * FROM state ORDER BY 1;
SELECT * FROM shop.customer ORDER BY id;
SELECT * FROM shop.busier ORDER BY 1;
SELECT nspname FROM pg_namespace WHERE nspname ~ 'safemig_bin';
SELECT safemig.undrop('shop.customer');

-- the name is taken
BEGIN;
SELECT safemig.permit('drop table shop.orders') > 0 AS permitted;
SELECT safemig.permit('drop view shop.busy') > 0 AS permitted;
SELECT safemig.permit('drop materialized view shop.busier') > 0 AS permitted;
SET LOCAL client_min_messages = warning;
DROP TABLE shop.orders CASCADE;
COMMIT;
CREATE TABLE shop.orders (id int PRIMARY KEY);
SELECT safemig.undrop('shop.orders');
SELECT safemig.undrop('shop.orders', 'orders_before');
SELECT count(*), max(id) FROM shop.orders_before;

SET safemig.enforce = off;
SET client_min_messages = error;
DROP SCHEMA shop CASCADE;
DROP TABLE saved;
DROP ROLE regress_safemig_owner, regress_safemig_reader;
DROP EXTENSION safemig;
