-- A tree of partitions: what a statement on its root, a branch or a leaf reaches.

-- setup
CREATE TABLE pp (id int, a int, b varchar(10), CONSTRAINT a_low CHECK (a < 100)) PARTITION BY RANGE (id);
CREATE TABLE pp1 PARTITION OF pp FOR VALUES FROM (1) TO (10);
CREATE TABLE pp2 PARTITION OF pp FOR VALUES FROM (10) TO (20) PARTITION BY LIST (a);
CREATE TABLE pp2a PARTITION OF pp2 FOR VALUES IN (10, 11, 12, 13, 14);
CREATE TABLE pp2b PARTITION OF pp2 DEFAULT;
CREATE TABLE pp3 PARTITION OF pp FOR VALUES FROM (20) TO (30);
INSERT INTO pp SELECT g, g, 'b' FROM generate_series(1, 29) g;
CREATE INDEX pp_a ON pp (a);
CREATE INDEX pp1_b ON pp1 (b);
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr AFTER INSERT ON pp FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE SCHEMA elsewhere;

-- case AT_AddColumn: to the root
ALTER TABLE pp ADD COLUMN c int;
-- case AT_AddColumn: to the root, volatile
ALTER TABLE pp ADD COLUMN c double precision DEFAULT random();
-- case AT_DropColumn: of the root
ALTER TABLE pp DROP COLUMN b;
-- case AT_AlterColumnType: of the root, rewritten
ALTER TABLE pp ALTER COLUMN b TYPE int USING 1;
-- case AT_AlterColumnType: of the root, free
ALTER TABLE pp ALTER COLUMN b TYPE text;
-- case AT_ColumnDefault: of the root
ALTER TABLE pp ALTER COLUMN a SET DEFAULT 3;
-- case AT_ColumnDefault: of the root only
ALTER TABLE ONLY pp ALTER COLUMN a SET DEFAULT 3;
-- case AT_ColumnDefault: of a leaf
ALTER TABLE pp1 ALTER COLUMN a SET DEFAULT 3;
-- case AT_SetNotNull: of the root
ALTER TABLE pp ALTER COLUMN a SET NOT NULL;
-- case AT_SetNotNull: of a leaf
ALTER TABLE pp2a ALTER COLUMN a SET NOT NULL;
-- case AT_SetNotNull: of a branch
ALTER TABLE pp2 ALTER COLUMN a SET NOT NULL;
-- case AT_AddConstraint: check on the root
ALTER TABLE pp ADD CHECK (a > 0);
-- case AT_AddConstraint: check on the root, not valid
ALTER TABLE pp ADD CHECK (a > 0) NOT VALID;
-- case AT_AddConstraint: check on a leaf
ALTER TABLE pp1 ADD CHECK (a > 0);
-- case AT_DropConstraint: check of the root
ALTER TABLE pp DROP CONSTRAINT a_low;
-- case AT_AddIndex, AT_AddConstraint: primary key of the root
ALTER TABLE pp ADD PRIMARY KEY (id, a);
-- case AT_AddIndex, AT_AddConstraint: unique on a leaf
ALTER TABLE pp1 ADD UNIQUE (id);
-- case IndexStmt: on the root
CREATE INDEX ON pp (id);
-- case IndexStmt: on the root only
CREATE INDEX ON ONLY pp (id);
-- case IndexStmt: on the root, one leaf has it
CREATE INDEX ON pp (b);
-- case IndexStmt: on a branch
CREATE INDEX ON pp2 (id);
-- case IndexStmt: on a leaf
CREATE INDEX ON pp1 (id);
-- case DropStmt, OBJECT_INDEX: of the root
DROP INDEX pp_a;
-- case DropStmt, OBJECT_INDEX: of a leaf
DROP INDEX pp1_b;
-- case ReindexStmt: index of a leaf
REINDEX INDEX pp1_b;
-- case AT_SetStatistics: of the root
ALTER TABLE pp ALTER COLUMN a SET STATISTICS 300;
-- case AT_SetStorage: of the root
ALTER TABLE pp ALTER COLUMN b SET STORAGE EXTERNAL;
-- case AT_SetCompression: of the root
ALTER TABLE pp ALTER COLUMN b SET COMPRESSION pglz;
-- case AT_SetOptions: of the root
ALTER TABLE pp ALTER COLUMN a SET (n_distinct = 3);
-- case AT_DisableTrig: of the root
ALTER TABLE pp DISABLE TRIGGER tr;
-- case AT_DisableTrigUser: of the root only
ALTER TABLE ONLY pp DISABLE TRIGGER USER;
-- case AT_ReplicaIdentity: of the root
ALTER TABLE pp REPLICA IDENTITY FULL;
-- case AT_EnableRowSecurity: of the root
ALTER TABLE pp ENABLE ROW LEVEL SECURITY;
-- case AT_ChangeOwner: of the root
ALTER TABLE pp OWNER TO proof_other;
-- case RenameStmt, OBJECT_COLUMN: of the root
ALTER TABLE pp RENAME COLUMN a TO aa;
-- case RenameStmt, OBJECT_TABLE: of the root
ALTER TABLE pp RENAME TO qq;
-- case RenameStmt, OBJECT_TABLE: of a leaf
ALTER TABLE pp1 RENAME TO qq;
-- case RenameStmt, OBJECT_TABCONSTRAINT: of the root
ALTER TABLE pp RENAME CONSTRAINT a_low TO low;
-- case AlterObjectSchemaStmt, OBJECT_TABLE: of the root
ALTER TABLE pp SET SCHEMA elsewhere;
-- case AlterObjectSchemaStmt, OBJECT_TABLE: of a leaf
ALTER TABLE pp1 SET SCHEMA elsewhere;
-- case AT_SetTableSpace: of a leaf
ALTER TABLE pp1 SET TABLESPACE proof_space;
-- case AT_SetRelOptions: of a leaf
ALTER TABLE pp1 SET (fillfactor = 70);
-- case CreateTrigStmt, OBJECT_TRIGGER: on the root
CREATE TRIGGER tr2 AFTER INSERT ON pp FOR EACH ROW EXECUTE FUNCTION nothing();
-- case CreateTrigStmt, OBJECT_TRIGGER: on the root, for each statement
CREATE TRIGGER tr2 AFTER INSERT ON pp FOR EACH STATEMENT EXECUTE FUNCTION nothing();
-- case DropStmt, OBJECT_TRIGGER: of the root
DROP TRIGGER tr ON pp;
-- case RenameStmt, OBJECT_TRIGGER: of the root
ALTER TRIGGER tr ON pp RENAME TO tr2;
-- case DropStmt, OBJECT_TABLE: the root
DROP TABLE pp;
-- case DropStmt, OBJECT_TABLE: a branch
DROP TABLE pp2;
-- case DropStmt, OBJECT_TABLE: a leaf
DROP TABLE pp1;
-- case TruncateStmt: the root [truncates]
TRUNCATE pp;
-- case TruncateStmt: a leaf [truncates]
TRUNCATE pp1;
-- case GrantStmt: on the root
GRANT SELECT ON pp TO proof_other;
-- case CommentStmt: on a leaf
COMMENT ON TABLE pp1 IS 'one';
-- case LockStmt: the root
LOCK TABLE pp IN SHARE MODE;
-- case LockStmt: the root only
LOCK TABLE ONLY pp IN SHARE MODE;
-- case InsertStmt: into the root [routes]
INSERT INTO pp VALUES (1, 1, 'x');
-- case SelectStmt: the root [plan]
SELECT count(*) FROM pp;
-- case DeleteStmt: the root [plan]
DELETE FROM pp;
-- case UpdateStmt: the root [plan]
UPDATE pp SET b = 'y';
-- case DeleteStmt: pruned to a leaf [plan routes]
DELETE FROM pp WHERE id = 3;
-- case CreateStmt: one more partition
CREATE TABLE pp4 PARTITION OF pp FOR VALUES FROM (30) TO (40);
-- case CreateStmt: one more partition of the branch, beside its default
CREATE TABLE pp2c PARTITION OF pp2 FOR VALUES IN (500);
-- case AT_DetachPartition: a leaf
ALTER TABLE pp DETACH PARTITION pp1;
-- case AT_DetachPartition: a branch
ALTER TABLE pp DETACH PARTITION pp2;
-- case AT_DetachPartition: a leaf whose siblings have a default
ALTER TABLE pp2 DETACH PARTITION pp2a;
-- case AT_DetachPartition: the default
ALTER TABLE pp2 DETACH PARTITION pp2b;

-- setup
CREATE TABLE root (id int NOT NULL, a int) PARTITION BY RANGE (id);
CREATE TABLE r1 PARTITION OF root FOR VALUES FROM (1) TO (10);
CREATE TABLE plain (id int NOT NULL, a int);
INSERT INTO plain SELECT g, g FROM generate_series(10, 19) g;
CREATE TABLE proven (id int NOT NULL, a int, CHECK (id >= 10 AND id < 20));
INSERT INTO proven SELECT g, g FROM generate_series(10, 19) g;
CREATE TABLE unproven (id int NOT NULL, a int);
INSERT INTO unproven SELECT g, g FROM generate_series(10, 19) g;
ALTER TABLE unproven ADD CHECK (id >= 10 AND id < 20) NOT VALID;
CREATE TABLE branch (id int NOT NULL, a int) PARTITION BY LIST (a);
CREATE TABLE leaf PARTITION OF branch FOR VALUES IN (10, 11);
INSERT INTO branch VALUES (10, 10), (11, 11);
CREATE TABLE full_root (id int, a int) PARTITION BY RANGE (id);
CREATE TABLE full_rest PARTITION OF full_root DEFAULT;
INSERT INTO full_root VALUES (100, 1);
CREATE TABLE proven_root (id int NOT NULL, a int) PARTITION BY RANGE (id);
CREATE TABLE proven_rest PARTITION OF proven_root DEFAULT;
INSERT INTO proven_root VALUES (100, 1);
ALTER TABLE proven_rest ADD CHECK (id >= 50);
CREATE TABLE indexed (id int NOT NULL, a int) PARTITION BY RANGE (id);
CREATE INDEX indexed_a ON indexed (a);
CREATE TABLE i_without (id int NOT NULL, a int, CHECK (id >= 10 AND id < 20));
INSERT INTO i_without SELECT g, g FROM generate_series(10, 19) g;
CREATE TABLE i_with (id int NOT NULL, a int, CHECK (id >= 10 AND id < 20));
INSERT INTO i_with SELECT g, g FROM generate_series(10, 19) g;
CREATE INDEX i_with_a ON i_with (a);
CREATE TABLE target (id int PRIMARY KEY);
INSERT INTO target SELECT generate_series(1, 30);
CREATE TABLE linked (id int NOT NULL, a int REFERENCES target) PARTITION BY RANGE (id);
CREATE TABLE l1 PARTITION OF linked FOR VALUES FROM (1) TO (10);
CREATE TABLE pointed (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE pointed1 PARTITION OF pointed FOR VALUES FROM (1) TO (10);
CREATE TABLE pointing (a int REFERENCES pointed);
CREATE TABLE free_id (id int PRIMARY KEY);

-- case AT_AttachPartition: nothing proves the bound
ALTER TABLE root ATTACH PARTITION plain FOR VALUES FROM (10) TO (20);
-- case AT_AttachPartition: a check proves the bound
ALTER TABLE root ATTACH PARTITION proven FOR VALUES FROM (10) TO (20);
-- case AT_AttachPartition: a check proves more than the bound
ALTER TABLE root ATTACH PARTITION proven FOR VALUES FROM (10) TO (200);
-- case AT_AttachPartition: the check is not valid
ALTER TABLE root ATTACH PARTITION unproven FOR VALUES FROM (10) TO (20);
-- case AT_AttachPartition: as default
ALTER TABLE root ATTACH PARTITION plain DEFAULT;
-- case AT_AttachPartition: a branch
ALTER TABLE root ATTACH PARTITION branch FOR VALUES FROM (10) TO (20);
-- case AT_AttachPartition: beside a default with rows
ALTER TABLE full_root ATTACH PARTITION plain FOR VALUES FROM (10) TO (20);
-- case AT_AttachPartition: beside a default whose check proves it
ALTER TABLE proven_root ATTACH PARTITION proven FOR VALUES FROM (10) TO (20);
-- case AT_AttachPartition: that lacks an index of the root
ALTER TABLE indexed ATTACH PARTITION i_without FOR VALUES FROM (10) TO (20);
-- case AT_AttachPartition: that has the index of the root
ALTER TABLE indexed ATTACH PARTITION i_with FOR VALUES FROM (10) TO (20);
-- case AT_AttachPartition: to one with a foreign key
ALTER TABLE linked ATTACH PARTITION proven FOR VALUES FROM (10) TO (20);
-- case AT_AttachPartition: to one that a foreign key points to
ALTER TABLE pointed ATTACH PARTITION free_id FOR VALUES FROM (10) TO (20);
-- case AT_DetachPartition: of one with a foreign key
ALTER TABLE linked DETACH PARTITION l1;
-- case AT_DetachPartition: of one that a foreign key points to
ALTER TABLE pointed DETACH PARTITION pointed1;
-- case CreateStmt: partition beside a default with rows
CREATE TABLE f1 PARTITION OF full_root FOR VALUES FROM (10) TO (20);
-- case CreateStmt: partition beside a default whose check proves it
CREATE TABLE f1 PARTITION OF proven_root FOR VALUES FROM (10) TO (20);
-- case CreateStmt: a default partition
CREATE TABLE f1 PARTITION OF root DEFAULT;
-- case CreateStmt: partition of one with a foreign key
CREATE TABLE f1 PARTITION OF linked FOR VALUES FROM (10) TO (20);
-- case CreateStmt: partition of one that a foreign key points to
CREATE TABLE f1 PARTITION OF pointed FOR VALUES FROM (10) TO (20);
-- case DropStmt, OBJECT_TABLE: partition of one with a foreign key
DROP TABLE l1;
-- case DropStmt, OBJECT_TABLE: partition beside a default
DROP TABLE full_rest;
-- case DropStmt, OBJECT_INDEX: index of an empty tree
DROP INDEX indexed_a;

-- setup
CREATE TABLE pp (id int, a int) PARTITION BY RANGE (id);
CREATE TABLE pp1 PARTITION OF pp FOR VALUES FROM (1) TO (10);
INSERT INTO pp VALUES (1, 1);
CREATE INDEX pp_a ON ONLY pp (a);
CREATE INDEX pp1_a ON pp1 (a);
CREATE INDEX pp1_expression ON pp1 ((a + 1));

-- case AlterTableStmt, AT_AttachPartition, OBJECT_INDEX: an index
ALTER INDEX pp_a ATTACH PARTITION pp1_a;
-- case RenameStmt, OBJECT_INDEX: of the root
ALTER INDEX pp_a RENAME TO pp_b;
-- case RenameStmt, OBJECT_INDEX: of a leaf
ALTER INDEX pp1_a RENAME TO pp_b;
-- case AlterTableStmt, AT_SetRelOptions, OBJECT_INDEX: fillfactor
ALTER INDEX pp1_a SET (fillfactor = 70);
-- case AlterTableStmt, AT_ResetRelOptions, OBJECT_INDEX: fillfactor
ALTER INDEX pp1_a RESET (fillfactor);
-- case AlterTableStmt, AT_SetStatistics, OBJECT_INDEX: of an expression
ALTER INDEX pp1_expression ALTER COLUMN 1 SET STATISTICS 300;
-- case AlterTableStmt, AT_SetTableSpace, OBJECT_INDEX: another
ALTER INDEX pp1_a SET TABLESPACE proof_space;
-- case AlterObjectDependsStmt, OBJECT_INDEX: on an extension
ALTER INDEX pp1_a DEPENDS ON EXTENSION dblink;
-- case CommentStmt, OBJECT_INDEX: plain
COMMENT ON INDEX pp1_a IS 'one';
-- case ReindexStmt: an index
REINDEX INDEX pp1_a;
-- case ReindexStmt: a table
REINDEX TABLE pp1;
-- case AlterTableMoveAllStmt, OBJECT_INDEX: from one tablespace to another
ALTER INDEX ALL IN TABLESPACE pg_default OWNED BY proof SET TABLESPACE proof_space;

-- setup
CREATE TABLE pp (id int, a int) PARTITION BY RANGE (id);
CREATE TABLE pp1 PARTITION OF pp FOR VALUES FROM (1) TO (10);
CREATE TABLE pp2 PARTITION OF pp FOR VALUES FROM (10) TO (20);
UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'pp1'::regclass;

-- case AT_DetachPartitionFinalize: a leaf
ALTER TABLE pp DETACH PARTITION pp1 FINALIZE;

-- setup
CREATE TABLE pointed (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE pointed1 PARTITION OF pointed FOR VALUES FROM (1) TO (10);
CREATE TABLE free_id (id int PRIMARY KEY);
CREATE TABLE pointing (id int, a int REFERENCES pointed) PARTITION BY RANGE (id);
CREATE TABLE pointing1 PARTITION OF pointing FOR VALUES FROM (1) TO (10);
CREATE TABLE hashed (id int NOT NULL, a int) PARTITION BY RANGE (id);
CREATE INDEX hashed_a ON hashed USING hash (a);
CREATE TABLE sorted (id int NOT NULL, a int, CHECK (id >= 10 AND id < 20));
CREATE INDEX sorted_a ON sorted (a);
INSERT INTO sorted SELECT g, g FROM generate_series(10, 19) g;

-- case AT_AttachPartition: to one that a partitioned table points to
ALTER TABLE pointed ATTACH PARTITION free_id FOR VALUES FROM (10) TO (20);
-- case AT_DetachPartition: of one that a partitioned table points to
ALTER TABLE pointed DETACH PARTITION pointed1;
-- case AT_AttachPartition: that has the index by another method
ALTER TABLE hashed ATTACH PARTITION sorted FOR VALUES FROM (10) TO (20);
