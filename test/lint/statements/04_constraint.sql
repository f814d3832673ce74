-- Constraints, but for foreign keys.

-- setup
CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int, c int, r int4range);
INSERT INTO t SELECT g, g, g, g, int4range(g, g + 1) FROM generate_series(1, 20) g;
CREATE UNIQUE INDEX t_a ON t (a);
CREATE UNIQUE INDEX t_b ON t (b);
CREATE TABLE n (a int NOT NULL, b int, c int);
INSERT INTO n SELECT g, g, g FROM generate_series(1, 20) g;
CREATE UNIQUE INDEX n_a ON n (a);
CREATE UNIQUE INDEX n_b ON n (b);
CREATE UNIQUE INDEX n_ab ON n (a, b);
CREATE TABLE proven (a int, CONSTRAINT a_there CHECK (a IS NOT NULL));
INSERT INTO proven SELECT g FROM generate_series(1, 20) g;
CREATE UNIQUE INDEX proven_a ON proven (a);
CREATE TABLE waiting (a int, CONSTRAINT low CHECK (a < 100), CONSTRAINT spare UNIQUE (a));
INSERT INTO waiting SELECT g FROM generate_series(1, 20) g;
ALTER TABLE waiting ADD CONSTRAINT later CHECK (a > 0) NOT VALID;
CREATE TABLE child (id int, t_id int REFERENCES t (id));
CREATE TABLE ranges (r int4range, EXCLUDE USING gist (r WITH &&));

-- case AT_AddConstraint, OBJECT_TABCONSTRAINT: check
ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0);
-- case AT_AddConstraint: check, not valid
ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0) NOT VALID;
-- case AT_AddConstraint: check, no inherit
ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0) NO INHERIT;
-- case AT_AddConstraint: check that cannot fail
ALTER TABLE t ADD CONSTRAINT positive CHECK (true);
-- case AT_AddConstraint: two checks
ALTER TABLE t ADD CHECK (a > 0), ADD CHECK (b > 0);
-- case AT_AddConstraint: check not enforced [since=18]
ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0) NOT ENFORCED;
-- case AT_AddConstraint: not null [since=18]
ALTER TABLE t ADD CONSTRAINT there NOT NULL b;
-- case AT_AddConstraint: not null, not valid [since=18]
ALTER TABLE t ADD CONSTRAINT there NOT NULL b NOT VALID;
-- case AT_AddIndex, AT_AddConstraint: unique
ALTER TABLE t ADD CONSTRAINT once UNIQUE (c);
-- case AT_AddIndex, AT_AddConstraint: unique, deferrable
ALTER TABLE t ADD CONSTRAINT once UNIQUE (c) DEFERRABLE INITIALLY DEFERRED;
-- case AT_AddIndex, AT_AddConstraint: unique nulls not distinct
ALTER TABLE t ADD CONSTRAINT once UNIQUE NULLS NOT DISTINCT (c);
-- case AT_AddIndex, AT_AddConstraint: primary key on a column that is not null
ALTER TABLE n ADD PRIMARY KEY (a);
-- case AT_AddIndex, AT_AddConstraint: primary key on a nullable column
ALTER TABLE n ADD PRIMARY KEY (b);
-- case AT_AddIndex, AT_AddConstraint: primary key on a nullable column that a check proves
ALTER TABLE proven ADD PRIMARY KEY (a);
-- case AT_AddIndexConstraint: unique using index
ALTER TABLE t ADD CONSTRAINT once UNIQUE USING INDEX t_b;
-- case AT_AddIndexConstraint: unique using index, and renamed to it
ALTER TABLE t ADD CONSTRAINT t_b UNIQUE USING INDEX t_b;
-- case AT_AddIndexConstraint: primary key using index on a column that is not null
ALTER TABLE n ADD CONSTRAINT n_pkey PRIMARY KEY USING INDEX n_a;
-- case AT_AddIndexConstraint: primary key using index on a nullable column
ALTER TABLE n ADD CONSTRAINT n_pkey PRIMARY KEY USING INDEX n_b;
-- case AT_AddIndexConstraint: primary key using index, one column nullable
ALTER TABLE n ADD CONSTRAINT n_pkey PRIMARY KEY USING INDEX n_ab;
-- case AT_AddIndexConstraint: primary key using index on a nullable column that a check proves
ALTER TABLE proven ADD CONSTRAINT proven_pkey PRIMARY KEY USING INDEX proven_a;
-- case AT_AddIndex, AT_AddConstraint: exclude
ALTER TABLE t ADD CONSTRAINT apart EXCLUDE USING gist (r WITH &&);
-- case AT_ValidateConstraint: check
ALTER TABLE waiting VALIDATE CONSTRAINT later;
-- case AT_ValidateConstraint: one that is valid
ALTER TABLE waiting VALIDATE CONSTRAINT low;
-- case AT_ValidateConstraint: check, and something stronger
ALTER TABLE waiting VALIDATE CONSTRAINT later, ALTER COLUMN a SET DEFAULT 3;
-- case AT_DropConstraint: check
ALTER TABLE waiting DROP CONSTRAINT low;
-- case AT_DropConstraint: unique
ALTER TABLE waiting DROP CONSTRAINT spare;
-- case AT_DropConstraint: primary key that nothing references
ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE;
-- case AT_DropConstraint: exclude
ALTER TABLE ranges DROP CONSTRAINT ranges_r_excl;
-- case AT_DropConstraint: if exists, and it does not
ALTER TABLE t DROP CONSTRAINT IF EXISTS nothing;
-- case AT_DropConstraint, AT_AddConstraint: one check for another
ALTER TABLE waiting DROP CONSTRAINT low, ADD CONSTRAINT low CHECK (a < 200);
-- case RenameStmt, OBJECT_TABCONSTRAINT: check
ALTER TABLE waiting RENAME CONSTRAINT low TO lower;
-- case RenameStmt, OBJECT_TABCONSTRAINT: unique
ALTER TABLE waiting RENAME CONSTRAINT spare TO single;

-- setup
CREATE TABLE t (id int, a int, c int NOT NULL);
INSERT INTO t SELECT g, g, g FROM generate_series(1, 20) g;

-- case AT_AddConstraint, AT_SetNotNull: a primary key that brings not null
ALTER TABLE t ADD PRIMARY KEY (id), ALTER COLUMN a SET NOT NULL;
-- case AT_AlterConstraint, AT_DropConstraint: not null [since=18]
ALTER TABLE t DROP CONSTRAINT t_c_not_null;
-- case AT_AlterConstraint: no inherit [since=18]
ALTER TABLE t ALTER CONSTRAINT t_c_not_null NO INHERIT;
