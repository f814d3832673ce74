-- What is new touches what it is made from.

-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 20) g;
CREATE INDEX t_a ON t (a);
CREATE SEQUENCE numbers;
CREATE TYPE shape AS (id int, a text);
CREATE VIEW v AS SELECT * FROM t;

-- case CreateStmt: plain
CREATE TABLE n (id int PRIMARY KEY, a text);
-- case CreateStmt: if not exists, and it does
CREATE TABLE IF NOT EXISTS t (id int);
-- case CreateStmt: like
CREATE TABLE n (LIKE t);
-- case CreateStmt: like all of it
CREATE TABLE n (LIKE t INCLUDING ALL);
-- case CreateStmt: like a view
CREATE TABLE n (LIKE v);
-- case CreateStmt: inherits
CREATE TABLE n () INHERITS (t);
-- case CreateStmt: of a type
CREATE TABLE n OF shape;
-- case CreateStmt: of the row type of a table [before=15]
CREATE TABLE n OF t;
-- case CreateStmt: with a column of the row type of a table [names]
CREATE TABLE n (x t);
-- case CreateStmt: with a foreign key
CREATE TABLE n (id int PRIMARY KEY, t_id int REFERENCES t);
-- case CreateStmt: with a default from a sequence [names]
CREATE TABLE n (id int DEFAULT nextval('numbers'));
-- case CreateStmt: temporary
CREATE TEMP TABLE n (id int) ON COMMIT DROP;
-- case CreateStmt: partitioned
CREATE TABLE n (id int) PARTITION BY RANGE (id);
-- case CreateTableAsStmt: from a table
CREATE TABLE n AS SELECT * FROM t;
-- case CreateTableAsStmt: with no data
CREATE TABLE n AS SELECT * FROM t WITH NO DATA;
-- case CreateTableAsStmt, SelectStmt: select into
SELECT * INTO n FROM t;
-- case CreateTableAsStmt, OBJECT_MATVIEW: from a table
CREATE MATERIALIZED VIEW n AS SELECT * FROM t;
-- case CreateTableAsStmt, OBJECT_MATVIEW: with no data
CREATE MATERIALIZED VIEW n AS SELECT * FROM t WITH NO DATA;
-- case ViewStmt, OBJECT_VIEW: of a table
CREATE VIEW n AS SELECT id FROM t;
-- case ViewStmt: of a view
CREATE VIEW n AS SELECT id FROM v;
-- case CreateSchemaStmt, OBJECT_SCHEMA: with a table and a view in it
CREATE SCHEMA s CREATE TABLE n (id int REFERENCES t) CREATE VIEW w AS SELECT * FROM n;
-- case CreateSeqStmt, OBJECT_SEQUENCE: plain
CREATE SEQUENCE n;
-- case CreateSeqStmt: owned by a column
CREATE SEQUENCE n OWNED BY t.id;
-- case CreateFunctionStmt, OBJECT_FUNCTION: with a table's row type
CREATE FUNCTION n(t) RETURNS int LANGUAGE sql AS 'SELECT $1.a';
-- case CreateFunctionStmt: sql that reads a table
CREATE FUNCTION n() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t';
-- case CreateFunctionStmt: begin atomic
CREATE FUNCTION n() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM t; END;
-- case CreateEnumStmt, OBJECT_TYPE: plain
CREATE TYPE n AS ENUM ('a');
-- case CompositeTypeStmt: plain
CREATE TYPE n AS (a int);
-- case CreateDomainStmt, OBJECT_DOMAIN: plain
CREATE DOMAIN n AS int CHECK (VALUE > 0);
