-- What goes, and what goes with it.

-- setup
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN small_int AS int CHECK (VALUE < 100);
CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE SEQUENCE numbers;
CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT one(), b int DEFAULT nextval('numbers'), m mood, s small_int, n serial);
CREATE INDEX t_a ON t (a);
CREATE TABLE child (id int PRIMARY KEY, t_id int REFERENCES t);
CREATE TABLE alone (id int);
CREATE VIEW v AS SELECT id, a FROM t;
CREATE VIEW vv AS SELECT id FROM v;
CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
CREATE UNIQUE INDEX mv_id ON mv (id);
CREATE SCHEMA s;
CREATE TABLE s.t (id int PRIMARY KEY);
CREATE TABLE s_child (id int REFERENCES s.t);
CREATE VIEW s.v AS SELECT id FROM alone;
CREATE TABLE keeper (id int, CONSTRAINT one_check CHECK (id > one()));
CREATE SCHEMA leaver;
CREATE TABLE leaver.t (id int);
ALTER TABLE leaver.t OWNER TO proof_leaver;
GRANT SELECT ON alone TO proof_leaver;

-- case DropStmt, OBJECT_TABLE: alone
DROP TABLE alone CASCADE;
-- case DropStmt, OBJECT_TABLE: with all that depends on it
DROP TABLE t CASCADE;
-- case DropStmt, OBJECT_TABLE: that has a foreign key
DROP TABLE child;
-- case DropStmt, OBJECT_TABLE: several
DROP TABLE child, t CASCADE;
-- case DropStmt, OBJECT_TABLE: if exists, and it does not
DROP TABLE IF EXISTS nothing;
-- case DropStmt, OBJECT_VIEW: alone
DROP VIEW vv;
-- case DropStmt, OBJECT_VIEW: with one that reads it
DROP VIEW v CASCADE;
-- case DropStmt, OBJECT_MATVIEW: plain
DROP MATERIALIZED VIEW mv;
-- case DropStmt, OBJECT_SEQUENCE: with a default
DROP SEQUENCE numbers CASCADE;
-- case DropStmt, OBJECT_SCHEMA: with all in it
DROP SCHEMA s CASCADE;
-- case DropStmt, OBJECT_TYPE: that a column has
DROP TYPE mood CASCADE;
-- case DropStmt, OBJECT_DOMAIN: that a column has
DROP DOMAIN small_int CASCADE;
-- case DropStmt, OBJECT_FUNCTION: that a default and a check call
DROP FUNCTION one() CASCADE;
-- case DropOwnedStmt: a table and a grant
DROP OWNED BY proof_leaver;
-- case ReassignOwnedStmt: a table
REASSIGN OWNED BY proof_leaver TO proof_other;

-- setup
CREATE TABLE t (id int PRIMARY KEY, b text);
CREATE TABLE child (id int REFERENCES t);
CREATE TABLE grandchild (id int, s serial);
INSERT INTO t SELECT g FROM generate_series(1, 5) g;
INSERT INTO grandchild SELECT g FROM generate_series(1, 5) g;
CREATE EXTENSION citext;
CREATE TABLE c (a citext);

-- case TruncateStmt: plain [truncates]
TRUNCATE grandchild;
-- case TruncateStmt: restart identity [truncates]
TRUNCATE grandchild RESTART IDENTITY;
-- case TruncateStmt: cascade [truncates]
TRUNCATE t CASCADE;
-- case TruncateStmt: several [truncates]
TRUNCATE t, child;
-- case DropStmt, OBJECT_EXTENSION: with a column of its type
DROP EXTENSION citext CASCADE;
-- case AlterExtensionContentsStmt, OBJECT_EXTENSION: a table
ALTER EXTENSION citext ADD TABLE grandchild;
-- case CreateExtensionStmt: touches no table
CREATE EXTENSION hstore;
