-- Foreign keys: two tables in one statement.

-- setup
CREATE TABLE parent (id int PRIMARY KEY, other int UNIQUE);
INSERT INTO parent SELECT g, g FROM generate_series(1, 20) g;
CREATE TABLE t (id int PRIMARY KEY, p int, q int, up int);
INSERT INTO t SELECT g, g, g, g FROM generate_series(1, 20) g;
CREATE TABLE child (id int PRIMARY KEY, p int CONSTRAINT valid_fk REFERENCES parent, q int, up int CONSTRAINT up_fk REFERENCES child);
INSERT INTO child SELECT g, g, g, g FROM generate_series(1, 20) g;
ALTER TABLE child ADD CONSTRAINT later_fk FOREIGN KEY (q) REFERENCES parent (other) NOT VALID;
CREATE TABLE pp (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE pp1 PARTITION OF pp FOR VALUES FROM (1) TO (10);
CREATE TABLE pp2 PARTITION OF pp FOR VALUES FROM (10) TO (30);
INSERT INTO pp SELECT generate_series(1, 20);
CREATE TABLE pc (id int, p int) PARTITION BY RANGE (id);
CREATE TABLE pc1 PARTITION OF pc FOR VALUES FROM (1) TO (10);
CREATE TABLE pc2 PARTITION OF pc FOR VALUES FROM (10) TO (30);
INSERT INTO pc SELECT g, g FROM generate_series(1, 20) g;
CREATE TABLE pk (id int, p int CONSTRAINT pk_fk REFERENCES parent) PARTITION BY RANGE (id);
CREATE TABLE pk1 PARTITION OF pk FOR VALUES FROM (1) TO (10);
CREATE TABLE pk2 PARTITION OF pk FOR VALUES FROM (10) TO (30);
INSERT INTO pk SELECT g, g FROM generate_series(1, 20) g;
CREATE TABLE ck (id int, p int CONSTRAINT ck_fk REFERENCES pp);
INSERT INTO ck SELECT g, g FROM generate_series(1, 20) g;
CREATE TABLE no_rows (p int);

-- case AT_AddConstraint: foreign key
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent;
-- case AT_AddConstraint: foreign key, not valid
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent NOT VALID;
-- case AT_AddConstraint: foreign key, not enforced [since=18]
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent NOT ENFORCED;
-- case AT_AddConstraint: foreign key to a unique column
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (other);
-- case AT_AddConstraint: foreign key with cascade, deferrable
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
-- case AT_AddConstraint: foreign key to itself
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (up) REFERENCES t;
-- case AT_AddConstraint: foreign key to itself, not valid
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (up) REFERENCES t NOT VALID;
-- case AT_AddConstraint: foreign key of a table without rows [plan]
ALTER TABLE no_rows ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent;
-- case AT_AddConstraint: two foreign keys
ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES parent, ADD FOREIGN KEY (up) REFERENCES t NOT VALID;
-- case AT_AddConstraint: foreign key beside a stronger one
ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES parent, ADD CHECK (p > 0);
-- case AT_AddConstraint: foreign key to a partitioned table
ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES pp;
-- case AT_AddConstraint: foreign key of a partitioned table
ALTER TABLE pc ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent;
-- case AT_AddConstraint: foreign key of a partitioned table, not valid [since=18]
ALTER TABLE pc ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent NOT VALID;
-- case AT_AddConstraint: foreign key of a partition
ALTER TABLE pc1 ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent;
-- case AT_AddConstraint: foreign key between partitioned tables
ALTER TABLE pc ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES pp;
-- case AT_ValidateConstraint: foreign key
ALTER TABLE child VALIDATE CONSTRAINT later_fk;
-- case AT_ValidateConstraint: foreign key that is valid
ALTER TABLE child VALIDATE CONSTRAINT valid_fk;
-- case AT_AlterConstraint: deferrable
ALTER TABLE child ALTER CONSTRAINT valid_fk DEFERRABLE INITIALLY DEFERRED;
-- case AT_AlterConstraint: what it is already
ALTER TABLE child ALTER CONSTRAINT valid_fk NOT DEFERRABLE;
-- case AT_AlterConstraint: of a partitioned table
ALTER TABLE pk ALTER CONSTRAINT pk_fk DEFERRABLE;
-- case AT_AlterConstraint: of one to a partitioned table
ALTER TABLE ck ALTER CONSTRAINT ck_fk DEFERRABLE;
-- case AT_AlterConstraint: not enforced [since=18]
ALTER TABLE child ALTER CONSTRAINT valid_fk NOT ENFORCED;
-- case AT_DropConstraint: foreign key
ALTER TABLE child DROP CONSTRAINT valid_fk;
-- case AT_DropConstraint: foreign key, not valid
ALTER TABLE child DROP CONSTRAINT later_fk;
-- case AT_DropConstraint: foreign key to itself
ALTER TABLE child DROP CONSTRAINT up_fk;
-- case AT_DropConstraint: foreign key of a partitioned table
ALTER TABLE pk DROP CONSTRAINT pk_fk;
-- case AT_DropConstraint: foreign key to a partitioned table
ALTER TABLE ck DROP CONSTRAINT ck_fk;
-- case AT_DropConstraint: primary key that is referenced, cascade
ALTER TABLE parent DROP CONSTRAINT parent_pkey CASCADE;
-- case AT_DropConstraint: unique that is referenced, cascade
ALTER TABLE parent DROP CONSTRAINT parent_other_key CASCADE;
-- case AT_DropColumn: with a foreign key
ALTER TABLE child DROP COLUMN p;
-- case AT_DropColumn: that is referenced, cascade
ALTER TABLE parent DROP COLUMN id CASCADE;
-- case RenameStmt, OBJECT_TABCONSTRAINT: foreign key
ALTER TABLE child RENAME CONSTRAINT valid_fk TO fk;

-- setup
SELECT current_setting('server_version_num')::int >= 180000 AS has_not_enforced \gset
CREATE TABLE parent (id int PRIMARY KEY);
INSERT INTO parent SELECT generate_series(1, 20);
CREATE TABLE child (id int PRIMARY KEY, p int, q int CONSTRAINT valid_fk REFERENCES parent);
INSERT INTO child SELECT g, g, g FROM generate_series(1, 20) g;
CREATE TABLE pk (id int, p int) PARTITION BY RANGE (id);
CREATE TABLE pk1 PARTITION OF pk FOR VALUES FROM (1) TO (30);
INSERT INTO pk SELECT g, g FROM generate_series(1, 20) g;
CREATE TABLE free (id int, p int);
INSERT INTO free SELECT g, g FROM generate_series(30, 40) g;
\if :has_not_enforced
ALTER TABLE child ADD CONSTRAINT loose_fk FOREIGN KEY (p) REFERENCES parent ON DELETE CASCADE NOT ENFORCED;
ALTER TABLE pk ADD CONSTRAINT pk_fk FOREIGN KEY (p) REFERENCES parent NOT ENFORCED;
\endif

-- case AT_AlterConstraint: enforced from now on [since=18]
ALTER TABLE child ALTER CONSTRAINT loose_fk ENFORCED;
-- case AT_AlterConstraint: not enforced as before [since=18]
ALTER TABLE child ALTER CONSTRAINT loose_fk NOT ENFORCED;
-- case AT_AlterConstraint: enforced as before [since=18]
ALTER TABLE child ALTER CONSTRAINT valid_fk ENFORCED;
-- case AT_AlterConstraint: not enforced and back [since=18]
ALTER TABLE child ALTER CONSTRAINT valid_fk NOT ENFORCED; ALTER TABLE child ALTER CONSTRAINT valid_fk ENFORCED;
-- case AT_AlterConstraint: of a partitioned table, enforced from now on [since=18]
ALTER TABLE pk ALTER CONSTRAINT pk_fk ENFORCED;
-- case AT_DropConstraint: not enforced [since=18]
ALTER TABLE child DROP CONSTRAINT loose_fk;
-- case AT_DropColumn: with a foreign key not enforced [since=18]
ALTER TABLE child DROP COLUMN p;
-- case AT_AlterColumnType: with a foreign key not enforced [since=18]
ALTER TABLE child ALTER COLUMN p TYPE bigint;
-- case AT_AddColumn: with a foreign key not enforced [since=18]
ALTER TABLE child ADD COLUMN r int DEFAULT 100 REFERENCES parent NOT ENFORCED;
-- case AT_AttachPartition: to one with a foreign key not enforced [since=18]
ALTER TABLE pk ATTACH PARTITION free FOR VALUES FROM (30) TO (50);
-- case AT_DetachPartition: of one with a foreign key not enforced [since=18]
ALTER TABLE pk DETACH PARTITION pk1;
-- case DropStmt, OBJECT_TABLE: with foreign keys not enforced [since=18]
DROP TABLE pk;
-- case DeleteStmt: of what a foreign key not enforced refers to [since=18]
ALTER TABLE child DROP CONSTRAINT valid_fk; DELETE FROM parent;
-- case UpdateStmt: of a foreign key not enforced [since=18]
UPDATE child SET p = 99;
