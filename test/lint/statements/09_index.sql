-- Indexes on plain tables, and statistics.

-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 20) g;
CREATE INDEX t_a ON t (a);
CREATE STATISTICS t_stats ON a, id FROM t;
CREATE SCHEMA elsewhere;

-- case IndexStmt: plain
CREATE INDEX ON t (b);
-- case IndexStmt: unique
CREATE UNIQUE INDEX ON t (b);
-- case IndexStmt: on an expression
CREATE INDEX ON t (lower(b));
-- case IndexStmt: partial
CREATE INDEX ON t (b) WHERE a > 3;
-- case IndexStmt: gin
CREATE INDEX ON t USING gin (to_tsvector('simple', b));
-- case IndexStmt: brin
CREATE INDEX ON t USING brin (a);
-- case IndexStmt: hash
CREATE INDEX ON t USING hash (a);
-- case IndexStmt: if not exists, and it does
CREATE INDEX IF NOT EXISTS t_a ON t (b);
-- case DropStmt, OBJECT_INDEX: plain
DROP INDEX t_a;
-- case DropStmt, OBJECT_INDEX: if exists, and it does not
DROP INDEX IF EXISTS nothing;
-- case ReindexStmt: index
REINDEX INDEX t_a;
-- case ReindexStmt: table
REINDEX TABLE t;
-- case RenameStmt, OBJECT_INDEX: plain
ALTER INDEX t_a RENAME TO t_b;
-- case RenameStmt, OBJECT_INDEX: written as a table's
ALTER TABLE t_a RENAME TO t_b;
-- case RenameStmt, OBJECT_INDEX: of the primary key
ALTER INDEX t_pkey RENAME TO t_key;
-- case AT_SetRelOptions, OBJECT_INDEX: fillfactor
ALTER INDEX t_a SET (fillfactor = 70);
-- case CreateStatsStmt, OBJECT_STATISTIC_EXT: plain
CREATE STATISTICS t_more ON a, b FROM t;
-- case AlterStatsStmt, OBJECT_STATISTIC_EXT: target
ALTER STATISTICS t_stats SET STATISTICS 500;
-- case DropStmt, OBJECT_STATISTIC_EXT: plain
DROP STATISTICS t_stats;
-- case RenameStmt, OBJECT_STATISTIC_EXT: plain
ALTER STATISTICS t_stats RENAME TO t_other;
-- case AlterObjectSchemaStmt, OBJECT_STATISTIC_EXT: plain
ALTER STATISTICS t_stats SET SCHEMA elsewhere;
-- case AlterOwnerStmt, OBJECT_STATISTIC_EXT: plain
ALTER STATISTICS t_stats OWNER TO proof_other;
-- case CommentStmt, OBJECT_STATISTIC_EXT: plain
COMMENT ON STATISTICS t_stats IS 'two';
-- case ClusterStmt: with an index
CLUSTER t USING t_a;
-- case VacuumStmt: analyze
ANALYZE t;
