-- Views and materialized views.

-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 20) g;
CREATE TABLE other (id int);
CREATE VIEW v AS SELECT id, a FROM t;
CREATE VIEW vv AS SELECT id FROM v;
CREATE MATERIALIZED VIEW mv AS SELECT id, a FROM t;
CREATE UNIQUE INDEX mv_id ON mv (id);
CREATE MATERIALIZED VIEW unfilled AS SELECT id FROM t WITH NO DATA;
CREATE MATERIALIZED VIEW of_view AS SELECT id FROM v;
CREATE SCHEMA elsewhere;

-- case ViewStmt, OBJECT_VIEW: replaced by itself
CREATE OR REPLACE VIEW v AS SELECT id, a FROM t;
-- case ViewStmt, AT_AddColumnToView: replaced with one more column
CREATE OR REPLACE VIEW v AS SELECT id, a, b FROM t;
-- case ViewStmt: replaced, over another table too
CREATE OR REPLACE VIEW vv AS SELECT v.id FROM v JOIN other USING (id);
-- case ViewStmt, AT_ReplaceRelOptions: with an option
CREATE OR REPLACE VIEW v WITH (security_barrier = true) AS SELECT id, a FROM t;
-- case AlterTableStmt, OBJECT_VIEW, AT_SetRelOptions: security_barrier
ALTER VIEW v SET (security_barrier = true);
-- case AT_ResetRelOptions, OBJECT_VIEW: security_barrier
ALTER VIEW v RESET (security_barrier);
-- case AT_ColumnDefault, OBJECT_VIEW: set
ALTER VIEW v ALTER COLUMN a SET DEFAULT 4;
-- case RenameStmt, OBJECT_VIEW: plain
ALTER VIEW v RENAME TO w;
-- case RenameStmt, OBJECT_VIEW, OBJECT_COLUMN: column
ALTER VIEW v RENAME COLUMN a TO aa;
-- case AT_ChangeOwner, OBJECT_VIEW: plain
ALTER VIEW v OWNER TO proof_other;
-- case AlterObjectSchemaStmt, OBJECT_VIEW: plain
ALTER VIEW v SET SCHEMA elsewhere;
-- case CommentStmt, OBJECT_VIEW: plain
COMMENT ON VIEW v IS 'v';
-- case GrantStmt, OBJECT_VIEW: plain
GRANT SELECT ON v TO proof_other;
-- case RefreshMatViewStmt: plain
REFRESH MATERIALIZED VIEW mv;
-- case RefreshMatViewStmt: concurrently
REFRESH MATERIALIZED VIEW CONCURRENTLY mv;
-- case RefreshMatViewStmt: with no data
REFRESH MATERIALIZED VIEW mv WITH NO DATA;
-- case RefreshMatViewStmt: one without data
REFRESH MATERIALIZED VIEW unfilled;
-- case RefreshMatViewStmt: of a view
REFRESH MATERIALIZED VIEW of_view;
-- case AlterTableStmt, OBJECT_MATVIEW, AT_SetRelOptions: fillfactor
ALTER MATERIALIZED VIEW mv SET (fillfactor = 80);
-- case AT_SetStatistics, OBJECT_MATVIEW: plain
ALTER MATERIALIZED VIEW mv ALTER COLUMN a SET STATISTICS 300;
-- case AT_ClusterOn, OBJECT_MATVIEW: plain
ALTER MATERIALIZED VIEW mv CLUSTER ON mv_id;
-- case AT_SetTableSpace, OBJECT_MATVIEW: another
ALTER MATERIALIZED VIEW mv SET TABLESPACE proof_space;
-- case AT_SetAccessMethod, OBJECT_MATVIEW: another
ALTER MATERIALIZED VIEW mv SET ACCESS METHOD heap2;
-- case AT_ChangeOwner, OBJECT_MATVIEW: plain
ALTER MATERIALIZED VIEW mv OWNER TO proof_other;
-- case RenameStmt, OBJECT_MATVIEW: plain
ALTER MATERIALIZED VIEW mv RENAME TO mw;
-- case RenameStmt, OBJECT_MATVIEW, OBJECT_COLUMN: column
ALTER MATERIALIZED VIEW mv RENAME COLUMN a TO aa;
-- case AlterObjectSchemaStmt, OBJECT_MATVIEW: plain
ALTER MATERIALIZED VIEW mv SET SCHEMA elsewhere;
-- case CommentStmt, OBJECT_MATVIEW: plain
COMMENT ON MATERIALIZED VIEW mv IS 'mv';
-- case IndexStmt, OBJECT_MATVIEW: plain
CREATE INDEX ON mv (a);
-- case DropStmt, OBJECT_INDEX: of a materialized view
DROP INDEX mv_id;
-- case AlterTableMoveAllStmt, OBJECT_MATVIEW: from one tablespace to another
ALTER MATERIALIZED VIEW ALL IN TABLESPACE pg_default OWNED BY proof SET TABLESPACE proof_space;
-- case CommentStmt, OBJECT_TABLE: plain
COMMENT ON TABLE t IS 't';
-- case CommentStmt, OBJECT_COLUMN: plain
COMMENT ON COLUMN t.a IS 'a';
-- case CommentStmt, OBJECT_TABCONSTRAINT: plain
COMMENT ON CONSTRAINT t_pkey ON t IS 'key';
-- case GrantStmt, OBJECT_TABLE: plain
GRANT SELECT ON t TO proof_other;
-- case GrantStmt, OBJECT_COLUMN: plain
GRANT SELECT (a) ON t TO proof_other;
-- case GrantStmt, OBJECT_SCHEMA: all tables
GRANT SELECT ON ALL TABLES IN SCHEMA public TO proof_other;
-- case GrantStmt, OBJECT_TABLE: revoke
REVOKE ALL ON t FROM PUBLIC;
-- case AlterDefaultPrivilegesStmt, OBJECT_DEFACL: touches no table
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO proof_other;
