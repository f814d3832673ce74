-- Types and domains, and the tables that have them.

-- setup
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN small_int AS int DEFAULT 3 CONSTRAINT low CHECK (VALUE < 100);
ALTER DOMAIN small_int ADD CONSTRAINT later CHECK (VALUE < 50) NOT VALID;
CREATE DOMAIN smaller_int AS small_int;
CREATE DOMAIN unused_int AS int;
CREATE DOMAIN required AS int NOT NULL;
CREATE TYPE pair AS (a small_int, b int);
CREATE TABLE t (id int PRIMARY KEY, m mood, s small_int, r required);
INSERT INTO t SELECT g, 'good', g, g FROM generate_series(1, 20) g;
CREATE TABLE deeper (id int, s smaller_int);
INSERT INTO deeper SELECT g, g FROM generate_series(1, 20) g;
CREATE TABLE lists (id int, s int[]);
CREATE TABLE parts (id int, s small_int) PARTITION BY RANGE (id);
CREATE TABLE parts1 PARTITION OF parts FOR VALUES FROM (1) TO (10);
INSERT INTO parts VALUES (1, 1);
CREATE TABLE bystander (id int);
CREATE MATERIALIZED VIEW mv AS SELECT s FROM t;
CREATE VIEW v AS SELECT s FROM t;
CREATE INDEX t_s ON t (s);
CREATE SCHEMA elsewhere;

-- case AlterEnumStmt: add a value
ALTER TYPE mood ADD VALUE 'ugly';
-- case AlterEnumStmt: rename a value
ALTER TYPE mood RENAME VALUE 'bad' TO 'worse';
-- case AlterDomainStmt, OBJECT_DOMAIN, OBJECT_DOMCONSTRAINT: add a check
ALTER DOMAIN small_int ADD CHECK (VALUE > 0);
-- case AlterDomainStmt: add a check, not valid
ALTER DOMAIN small_int ADD CHECK (VALUE > 0) NOT VALID;
-- case AlterDomainStmt: add a check to one that no table has
ALTER DOMAIN unused_int ADD CHECK (VALUE > 0);
-- case AlterDomainStmt: validate
ALTER DOMAIN small_int VALIDATE CONSTRAINT later;
-- case AlterDomainStmt: set not null
ALTER DOMAIN small_int SET NOT NULL;
-- case AlterDomainStmt: drop not null
ALTER DOMAIN required DROP NOT NULL;
-- case AlterDomainStmt: drop a check
ALTER DOMAIN small_int DROP CONSTRAINT low;
-- case AlterDomainStmt: set default
ALTER DOMAIN small_int SET DEFAULT 5;
-- case AlterDomainStmt: drop default
ALTER DOMAIN small_int DROP DEFAULT;
-- case RenameStmt, OBJECT_DOMCONSTRAINT: plain
ALTER DOMAIN small_int RENAME CONSTRAINT low TO lower;
-- case RenameStmt, OBJECT_DOMAIN: plain
ALTER DOMAIN small_int RENAME TO tiny_int;
-- case RenameStmt, OBJECT_TYPE: plain
ALTER TYPE mood RENAME TO feeling;
-- case AlterObjectSchemaStmt, OBJECT_TYPE: plain
ALTER TYPE mood SET SCHEMA elsewhere;
-- case AlterOwnerStmt, OBJECT_TYPE: plain
ALTER TYPE mood OWNER TO proof_other;
-- case DropStmt, OBJECT_DOMAIN: that columns have
DROP DOMAIN small_int CASCADE;
-- case DropStmt, OBJECT_TYPE: an enum that a column has
DROP TYPE mood CASCADE;
-- case RenameStmt, OBJECT_SCHEMA: with all in it
ALTER SCHEMA public RENAME TO public2;
-- case AlterOwnerStmt, OBJECT_SCHEMA: with all in it
ALTER SCHEMA public OWNER TO proof_other;
-- case AlterTableStmt, OBJECT_TYPE, AT_AddColumn: attribute of one that no table has
ALTER TYPE pair ADD ATTRIBUTE c int;
