-- Lint tells how much of a key is used up, exactly, when a script changes its table.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.headroom(script text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT pg_catalog.concat_ws(E'\n    ', pg_catalog.concat_ws(': ', f.statement || ' ' || f.severity, f.object, f.message),
	                            pg_catalog.replace(f.suggestion, E'\n', E'\n    '))
	  FROM safemig.lint(script) f WHERE f.rule = 'sequence-headroom' ORDER BY f.statement, f.object
$$;

CREATE TABLE orders (id serial PRIMARY KEY, note text);
CREATE TABLE bills (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
CREATE TABLE big (id bigserial PRIMARY KEY, note text);

-- at half, and one past it; the call counts only when it was taken from the sequence
SELECT setval('orders_id_seq', 1073741823);
SELECT pg_temp.headroom('ALTER TABLE orders ADD phone text');
SELECT setval('orders_id_seq', 1073741824, false);
SELECT pg_temp.headroom('ALTER TABLE orders ADD phone text');
SELECT nextval('orders_id_seq');
SELECT pg_temp.headroom('ALTER TABLE orders ADD phone text');
-- once, however often it is changed; graver when nothing is left, milder in development
SELECT setval('orders_id_seq', 2147483647), setval('bills_id_seq', 2000000000), setval('big_id_seq', 2147483647);
SELECT pg_temp.headroom($$SELECT 1; ALTER TABLE orders ADD phone text; ALTER TABLE orders ADD fax text;
	UPDATE bills SET note = 'x' WHERE id = 1; ALTER TABLE big ADD phone text$$);
SELECT safemig.set('environment', 'development');
SELECT pg_temp.headroom('ALTER TABLE orders ADD phone text');
SELECT safemig.set('environment', 'production');
-- reading is no occasion, nor is a table that goes
SELECT pg_temp.headroom('SELECT * FROM orders');
SELECT pg_temp.headroom('DROP TABLE orders');
-- the script itself may be the way out
SELECT pg_temp.headroom('ALTER TABLE bills ALTER id TYPE bigint; ALTER SEQUENCE bills_id_seq AS bigint');
SELECT pg_temp.headroom('ALTER TABLE orders ALTER id TYPE bigint');

-- a sequence of its own that ends before the column does
CREATE SEQUENCE numbers MAXVALUE 1000;
CREATE TABLE tickets (id bigint PRIMARY KEY DEFAULT nextval('numbers'), note text);
SELECT setval('numbers', 950);
SELECT pg_temp.headroom('ALTER TABLE tickets ADD phone text');
ALTER SEQUENCE numbers CYCLE;
SELECT pg_temp.headroom('ALTER TABLE tickets ADD phone text');
-- downwards, and from far below zero
ALTER SEQUENCE numbers NO CYCLE INCREMENT -1 MINVALUE -1000 MAXVALUE 1000;
SELECT pg_temp.headroom('ALTER TABLE tickets ADD phone text');
SELECT setval('numbers', -950);
SELECT pg_temp.headroom('ALTER TABLE tickets ADD phone text');
ALTER SEQUENCE numbers INCREMENT 1;
SELECT pg_temp.headroom('ALTER TABLE tickets ADD phone text');

-- who may not read the sequence is not told
CREATE ROLE lint_deployer;
SET ROLE lint_deployer;
SELECT count(*) FROM safemig.lint('ALTER TABLE orders ADD phone text') WHERE rule = 'sequence-headroom';
RESET ROLE;
GRANT SELECT ON SEQUENCE orders_id_seq TO lint_deployer;
SET ROLE lint_deployer;
SELECT count(*) FROM safemig.lint('ALTER TABLE orders ADD phone text') WHERE rule = 'sequence-headroom';
RESET ROLE;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE orders, bills, big, tickets;
DROP SEQUENCE numbers;
DROP OWNED BY lint_deployer;
DROP ROLE lint_deployer;
DROP EXTENSION safemig;
