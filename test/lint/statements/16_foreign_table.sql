-- Foreign tables.

-- setup
CREATE FOREIGN TABLE f (id int, a text) SERVER proof_files OPTIONS (filename '/dev/null', format 'csv');
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE SCHEMA elsewhere;
CREATE TABLE pp (id int, a text) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE f1 PARTITION OF pp FOR VALUES FROM (1) TO (10) SERVER proof_files OPTIONS (filename '/dev/null', format 'csv');
CREATE TABLE pp2 PARTITION OF pp FOR VALUES FROM (10) TO (20);

-- case CreateForeignTableStmt, OBJECT_FOREIGN_TABLE: plain
CREATE FOREIGN TABLE g (id int) SERVER proof_files OPTIONS (filename '/dev/null');
-- case AlterTableStmt, OBJECT_FOREIGN_TABLE, AT_AddColumn: with a volatile default
ALTER FOREIGN TABLE f ADD COLUMN c double precision DEFAULT random();
-- case AT_DropColumn, OBJECT_FOREIGN_TABLE: plain
ALTER FOREIGN TABLE f DROP COLUMN a;
-- case AT_AlterColumnType, OBJECT_FOREIGN_TABLE: plain
ALTER FOREIGN TABLE f ALTER COLUMN id TYPE bigint;
-- case AT_AddConstraint, OBJECT_FOREIGN_TABLE: check
ALTER FOREIGN TABLE f ADD CHECK (id > 0);
-- case AT_SetNotNull, OBJECT_FOREIGN_TABLE: plain
ALTER FOREIGN TABLE f ALTER COLUMN id SET NOT NULL;
-- case AT_AlterColumnGenericOptions: plain
ALTER FOREIGN TABLE f ALTER COLUMN a OPTIONS (force_not_null 'true');
-- case AT_GenericOptions: plain
ALTER FOREIGN TABLE f OPTIONS (SET filename '/dev/zero');
-- case AT_SetStatistics, OBJECT_FOREIGN_TABLE: plain
ALTER FOREIGN TABLE f ALTER COLUMN a SET STATISTICS 300;
-- case AT_ChangeOwner, OBJECT_FOREIGN_TABLE: plain
ALTER FOREIGN TABLE f OWNER TO proof_other;
-- case RenameStmt, OBJECT_FOREIGN_TABLE: plain
ALTER FOREIGN TABLE f RENAME TO g;
-- case RenameStmt, OBJECT_FOREIGN_TABLE, OBJECT_COLUMN: column
ALTER FOREIGN TABLE f RENAME COLUMN a TO aa;
-- case AlterObjectSchemaStmt, OBJECT_FOREIGN_TABLE: plain
ALTER FOREIGN TABLE f SET SCHEMA elsewhere;
-- case CreateTrigStmt: on a foreign table
CREATE TRIGGER tr AFTER INSERT ON f FOR EACH ROW EXECUTE FUNCTION nothing();
-- case DropStmt, OBJECT_FOREIGN_TABLE: plain
DROP FOREIGN TABLE f;
-- case CommentStmt, OBJECT_FOREIGN_TABLE: plain
COMMENT ON FOREIGN TABLE f IS 'f';
-- case AT_AddColumn: to a tree with a foreign leaf
ALTER TABLE pp ADD COLUMN c double precision DEFAULT random();
-- case AT_AlterColumnType: in a tree with a foreign leaf
ALTER TABLE pp ALTER COLUMN a TYPE varchar(10);
-- case IndexStmt: in a tree with a foreign leaf
CREATE INDEX ON pp (a);
-- case AT_DetachPartition: a foreign leaf
ALTER TABLE pp DETACH PARTITION f1;
