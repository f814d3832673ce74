-- What is no relation, and the relations that go or change with it.

-- setup
CREATE TABLE t (id int PRIMARY KEY, a text);
INSERT INTO t SELECT g, 'b' || g FROM generate_series(1, 20) g;
CREATE COLLATION co FROM "C";
CREATE TABLE collated (a text COLLATE co);
CREATE FUNCTION plus(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
CREATE OPERATOR <+> (FUNCTION = plus, LEFTARG = int, RIGHTARG = int);
CREATE VIEW by_operator AS SELECT id <+> 1 AS x FROM t;
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE VIEW by_aggregate AS SELECT total(id) FROM t;
CREATE OPERATOR CLASS backwards FOR TYPE int USING btree AS OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(int, int);
CREATE INDEX t_backwards ON t (id backwards);
CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);
CREATE INDEX t_words ON t USING gin (to_tsvector('plain', a));
CREATE TYPE pair AS (x int, y int);
CREATE FUNCTION to_text(pair) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x::text';
CREATE CAST (pair AS text) WITH FUNCTION to_text(pair);
CREATE TABLE pairs (p pair);
CREATE VIEW by_cast AS SELECT p::text AS p FROM pairs;
CREATE TYPE span AS RANGE (subtype = int);
CREATE TABLE spans (s span);
CREATE PROCEDURE act() LANGUAGE sql AS 'DELETE FROM pairs';
CREATE FOREIGN DATA WRAPPER empty_wrapper;
CREATE SERVER far FOREIGN DATA WRAPPER empty_wrapper;
CREATE USER MAPPING FOR proof SERVER far;
CREATE FOREIGN TABLE f (id int) SERVER far;
CREATE TABLE in_heap3 (id int) USING heap3;
CREATE TABLE keyed (id int PRIMARY KEY DEFERRABLE);
CREATE TABLE watched (id int PRIMARY KEY);

-- case DropStmt, OBJECT_COLLATION: that a column has
DROP COLLATION co CASCADE;
-- case DropStmt, OBJECT_OPERATOR: that a view has
DROP OPERATOR <+> (int, int) CASCADE;
-- case DropStmt, OBJECT_AGGREGATE: that a view has
DROP AGGREGATE total(int) CASCADE;
-- case DropStmt, OBJECT_OPCLASS: that an index has
DROP OPERATOR CLASS backwards USING btree CASCADE;
-- case DropStmt, OBJECT_OPFAMILY: that an index has
DROP OPERATOR FAMILY backwards USING btree CASCADE;
-- case DropStmt, OBJECT_TSCONFIGURATION: that an index has
DROP TEXT SEARCH CONFIGURATION plain CASCADE;
-- case DropStmt, OBJECT_TSDICTIONARY: that nothing has
DROP TEXT SEARCH DICTIONARY words;
-- case DropStmt, OBJECT_CAST: that a view has
DROP CAST (pair AS text) CASCADE;
-- case DropStmt, OBJECT_TYPE: a range that a column has
DROP TYPE span CASCADE;
-- case DropStmt, OBJECT_TYPE: the row type that a column has
DROP TYPE pair CASCADE;
-- case DropStmt, OBJECT_PROCEDURE: plain
DROP PROCEDURE act();
-- case DropStmt, OBJECT_ROUTINE: that a cast has, and a view that
DROP ROUTINE to_text(pair) CASCADE;
-- case DropStmt, OBJECT_FOREIGN_SERVER: with its foreign tables
DROP SERVER far CASCADE;
-- case DropStmt, OBJECT_FDW: with its foreign tables
DROP FOREIGN DATA WRAPPER empty_wrapper CASCADE;
-- case DropStmt, OBJECT_ACCESS_METHOD: with its tables
DROP ACCESS METHOD heap3 CASCADE;
-- case DropUserMappingStmt, OBJECT_USER_MAPPING: plain
DROP USER MAPPING FOR proof SERVER far;
-- case AlterFunctionStmt, OBJECT_FUNCTION: plain
ALTER FUNCTION plus(int, int) VOLATILE;
-- case AlterOperatorStmt: plain
ALTER OPERATOR <+> (int, int) SET (RESTRICT = NONE);
-- case AlterCollationStmt: plain
ALTER COLLATION co REFRESH VERSION;
-- case ConstraintsSetStmt: plain
SET CONSTRAINTS ALL IMMEDIATE;
-- case CreateRangeStmt: plain
CREATE TYPE span2 AS RANGE (subtype = int);
-- case DefineStmt: an aggregate
CREATE AGGREGATE total2(int) (SFUNC = int4pl, STYPE = int);
-- case CreateCastStmt: plain
CREATE CAST (pair AS varchar) WITH INOUT;
-- case CreateForeignServerStmt: plain
CREATE SERVER near FOREIGN DATA WRAPPER empty_wrapper;
-- case DropRoleStmt, OBJECT_ROLE: one that has nothing
DROP ROLE IF EXISTS proof_nobody;
-- case VariableSetStmt: plain
SET LOCAL lock_timeout = '5s';
-- case TransactionStmt: a savepoint
SAVEPOINT one;
