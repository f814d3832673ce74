-- Inheritance without partitions, ONLY, and typed tables.

-- setup
CREATE TABLE base (id int, a int, b varchar(10), CONSTRAINT a_low CHECK (a < 1000));
CREATE TABLE kid (extra text) INHERITS (base);
CREATE TABLE grandkid () INHERITS (kid);
INSERT INTO base SELECT g, g, 'b' FROM generate_series(1, 20) g;
INSERT INTO kid SELECT g, g, 'b' FROM generate_series(1, 20) g;
INSERT INTO grandkid SELECT g, g, 'b' FROM generate_series(1, 20) g;
CREATE TABLE alone (id int, a int, b varchar(10), CONSTRAINT a_low CHECK (a < 1000), CONSTRAINT later CHECK (a > 0));
ALTER TABLE base ADD CONSTRAINT later CHECK (a > 0) NOT VALID;
CREATE TYPE shape AS (id int, a varchar(10));
CREATE TABLE typed OF shape;
CREATE TABLE typed2 OF shape;
INSERT INTO typed VALUES (1, 'x');
CREATE TABLE holder (s int, other text);

-- case AT_AddInherit: plain
ALTER TABLE alone INHERIT base;
-- case AT_DropInherit: plain
ALTER TABLE kid NO INHERIT base;
-- case AT_AddColumn: to the base
ALTER TABLE base ADD COLUMN c int;
-- case AT_AddColumn: to the base, volatile
ALTER TABLE base ADD COLUMN c double precision DEFAULT random();
-- case AT_AddColumn: to the child
ALTER TABLE kid ADD COLUMN c int;
-- case AT_DropColumn: of the base
ALTER TABLE base DROP COLUMN b;
-- case AT_DropColumn: of the base only
ALTER TABLE ONLY base DROP COLUMN b;
-- case AT_AlterColumnType: of the base
ALTER TABLE base ALTER COLUMN a TYPE bigint;
-- case AT_SetNotNull: of the base
ALTER TABLE base ALTER COLUMN a SET NOT NULL;
-- case AT_SetNotNull: of the base only [before=18]
ALTER TABLE ONLY base ALTER COLUMN a SET NOT NULL;
-- case AT_AddConstraint: check on the base
ALTER TABLE base ADD CHECK (a > 0);
-- case AT_AddConstraint: check on the base only
ALTER TABLE ONLY base ADD CHECK (a > 0) NO INHERIT;
-- case AT_ValidateConstraint: of the base
ALTER TABLE base VALIDATE CONSTRAINT later;
-- case AT_DropConstraint: of the base
ALTER TABLE base DROP CONSTRAINT a_low;
-- case AT_DropConstraint: of the base only
ALTER TABLE ONLY base DROP CONSTRAINT a_low;
-- case RenameStmt, OBJECT_COLUMN: of the base
ALTER TABLE base RENAME COLUMN a TO aa;
-- case RenameStmt, OBJECT_TABCONSTRAINT: of the base
ALTER TABLE base RENAME CONSTRAINT a_low TO low;
-- case AT_SetRelOptions: of the base
ALTER TABLE base SET (fillfactor = 80);
-- case AT_SetStatistics: of the base
ALTER TABLE base ALTER COLUMN a SET STATISTICS 300;
-- case AT_SetStorage: of the base
ALTER TABLE base ALTER COLUMN b SET STORAGE EXTERNAL;
-- case AT_ColumnDefault: of the base
ALTER TABLE base ALTER COLUMN a SET DEFAULT 4;
-- case AT_DropNotNull: of the base
ALTER TABLE base ALTER COLUMN a DROP NOT NULL;
-- case AT_ChangeOwner: of the base
ALTER TABLE base OWNER TO proof_other;
-- case AT_EnableRowSecurity: of the base
ALTER TABLE base ENABLE ROW LEVEL SECURITY;
-- case IndexStmt: on the base
CREATE INDEX ON base (a);
-- case DropStmt, OBJECT_TABLE: the base, cascade
DROP TABLE base CASCADE;
-- case TruncateStmt: the base [truncates]
TRUNCATE base;
-- case TruncateStmt: the base only [truncates]
TRUNCATE ONLY base;
-- case LockStmt: the base
LOCK TABLE base;
-- case SelectStmt: the base
SELECT count(*) FROM base;
-- case DeleteStmt: of the base only
DELETE FROM ONLY base;
-- case CreateStmt: one more child
CREATE TABLE kid2 () INHERITS (base);
-- case AlterTableStmt, OBJECT_TYPE, AT_AddColumn: attribute of a typed table
ALTER TYPE shape ADD ATTRIBUTE c int CASCADE;
-- case AlterTableStmt, OBJECT_TYPE, AT_DropColumn: attribute of a typed table
ALTER TYPE shape DROP ATTRIBUTE a CASCADE;
-- case AlterTableStmt, OBJECT_TYPE, AT_AlterColumnType: attribute of a typed table, rewritten
ALTER TYPE shape ALTER ATTRIBUTE id TYPE bigint CASCADE;
-- case AlterTableStmt, OBJECT_TYPE, AT_AlterColumnType: attribute of a typed table, free
ALTER TYPE shape ALTER ATTRIBUTE a TYPE text CASCADE;
-- case RenameStmt, OBJECT_ATTRIBUTE: of a typed table
ALTER TYPE shape RENAME ATTRIBUTE a TO aa CASCADE;
-- case DropStmt, OBJECT_TYPE: with its typed tables
DROP TYPE shape CASCADE;
-- case CreateStmt: of a type
CREATE TABLE typed3 OF shape;
