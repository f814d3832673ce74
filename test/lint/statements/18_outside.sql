-- Statements that run in no transaction block.

-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 20) g;
CREATE INDEX t_a ON t (a);
ALTER TABLE t CLUSTER ON t_pkey;

-- case IndexStmt: concurrently [outside]
CREATE INDEX CONCURRENTLY t_b ON t (b);
-- case DropStmt, OBJECT_INDEX: concurrently [outside]
DROP INDEX CONCURRENTLY t_a;
-- case ReindexStmt: index concurrently [outside]
REINDEX INDEX CONCURRENTLY t_a;
-- case ReindexStmt: table concurrently [outside]
REINDEX TABLE CONCURRENTLY t;
-- case ReindexStmt: schema [outside]
REINDEX SCHEMA public;
-- case VacuumStmt: plain [outside plan]
VACUUM t;
-- case VacuumStmt: full [outside]
VACUUM FULL t;
-- case VacuumStmt: analyze too [outside plan]
VACUUM (ANALYZE) t;
-- case ClusterStmt: all [outside]
CLUSTER;

-- setup
CREATE TABLE pp (id int, a int) PARTITION BY RANGE (id);
CREATE TABLE pp1 PARTITION OF pp FOR VALUES FROM (1) TO (10);
CREATE TABLE pp2 PARTITION OF pp FOR VALUES FROM (10) TO (20);
INSERT INTO pp SELECT g, g FROM generate_series(1, 19) g;
CREATE INDEX pp_a ON pp (a);

-- case AT_DetachPartition: concurrently [outside]
ALTER TABLE pp DETACH PARTITION pp1 CONCURRENTLY;
-- case ReindexStmt: a partitioned table [outside]
REINDEX TABLE pp;
-- case ReindexStmt: a partitioned index [outside]
REINDEX INDEX pp_a;
-- case VacuumStmt: full, of a partitioned table [outside]
VACUUM FULL pp;
-- case ClusterStmt: a partitioned table [outside]
CLUSTER pp USING pp_a;
