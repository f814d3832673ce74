-- Properties of the whole table.

-- setup
CREATE TABLE t (id int PRIMARY KEY, a text, n int GENERATED ALWAYS AS IDENTITY, s serial);
INSERT INTO t SELECT g, 'a' || g FROM generate_series(1, 20) g;
CREATE INDEX t_a ON t (a);
CREATE UNIQUE INDEX t_s ON t (s);
ALTER TABLE t ALTER COLUMN s SET NOT NULL;
CREATE UNLOGGED TABLE u (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text);
INSERT INTO u (a) SELECT 'a' || g FROM generate_series(1, 20) g;
CREATE TABLE clustered (id int PRIMARY KEY);
INSERT INTO clustered SELECT generate_series(1, 20);
ALTER TABLE clustered CLUSTER ON clustered_pkey;
CREATE TABLE pp (id int, a text) PARTITION BY RANGE (id);
CREATE TABLE pp1 PARTITION OF pp FOR VALUES FROM (1) TO (10);
CREATE TYPE shape AS (id int, a text);
CREATE TABLE untyped (id int, a text);
CREATE TABLE typed OF shape;
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE RULE ru AS ON INSERT TO t DO NOTIFY inserted;
CREATE SCHEMA elsewhere;

-- case AT_SetRelOptions: fillfactor
ALTER TABLE t SET (fillfactor = 80);
-- case AT_SetRelOptions: autovacuum
ALTER TABLE t SET (autovacuum_enabled = false, autovacuum_vacuum_scale_factor = 0.1);
-- case AT_SetRelOptions: toast_tuple_target
ALTER TABLE t SET (toast_tuple_target = 1000);
-- case AT_SetRelOptions: parallel_workers
ALTER TABLE t SET (parallel_workers = 2);
-- case AT_SetRelOptions: user_catalog_table
ALTER TABLE t SET (user_catalog_table = true);
-- case AT_SetRelOptions: of the toast table
ALTER TABLE t SET (toast.autovacuum_enabled = false);
-- case AT_SetRelOptions: vacuum_truncate
ALTER TABLE t SET (vacuum_truncate = false);
-- case AT_SetRelOptions: log_autovacuum_min_duration and a stronger one
ALTER TABLE t SET (fillfactor = 80, user_catalog_table = true);
-- case AT_ResetRelOptions: fillfactor
ALTER TABLE t RESET (fillfactor);
-- case AT_ResetRelOptions: user_catalog_table
ALTER TABLE t RESET (user_catalog_table);
-- case AT_SetLogged: an unlogged one with an identity
ALTER TABLE u SET LOGGED;
-- case AT_SetLogged: one that is
ALTER TABLE t SET LOGGED;
-- case AT_SetUnLogged: with an identity and a serial
ALTER TABLE t SET UNLOGGED;
-- case AT_SetUnLogged: one that is
ALTER TABLE u SET UNLOGGED;
-- case AT_SetAccessMethod: the same
ALTER TABLE t SET ACCESS METHOD heap;
-- case AT_SetAccessMethod: another
ALTER TABLE t SET ACCESS METHOD heap2;
-- case AT_SetAccessMethod: of a partitioned table [since=17]
ALTER TABLE pp SET ACCESS METHOD heap2;
-- case AT_SetTableSpace: the same
ALTER TABLE t SET TABLESPACE pg_default;
-- case AT_SetTableSpace: another
ALTER TABLE t SET TABLESPACE proof_space;
-- case AT_SetTableSpace: of a partitioned table
ALTER TABLE pp SET TABLESPACE proof_space;
-- case AT_SetTableSpace: with a rewrite
ALTER TABLE t SET TABLESPACE proof_space, ALTER COLUMN id TYPE bigint;
-- case AT_ClusterOn: an index
ALTER TABLE t CLUSTER ON t_pkey;
-- case AT_DropCluster: one that is clustered
ALTER TABLE clustered SET WITHOUT CLUSTER;
-- case AT_DropOids: plain
ALTER TABLE t SET WITHOUT OIDS;
-- case AT_AddOf: a type
ALTER TABLE untyped OF shape;
-- case AT_DropOf: typed
ALTER TABLE typed NOT OF;
-- case AT_ReplicaIdentity: full
ALTER TABLE t REPLICA IDENTITY FULL;
-- case AT_ReplicaIdentity: an index
ALTER TABLE t REPLICA IDENTITY USING INDEX t_s;
-- case AT_ReplicaIdentity: what it is
ALTER TABLE t REPLICA IDENTITY DEFAULT;
-- case AT_EnableTrig: one
ALTER TABLE t ENABLE TRIGGER tr;
-- case AT_EnableAlwaysTrig: one
ALTER TABLE t ENABLE ALWAYS TRIGGER tr;
-- case AT_EnableReplicaTrig: one
ALTER TABLE t ENABLE REPLICA TRIGGER tr;
-- case AT_DisableTrig: one
ALTER TABLE t DISABLE TRIGGER tr;
-- case AT_EnableTrigAll: all
ALTER TABLE t ENABLE TRIGGER ALL;
-- case AT_DisableTrigAll: all
ALTER TABLE t DISABLE TRIGGER ALL;
-- case AT_EnableTrigUser: the user's
ALTER TABLE t ENABLE TRIGGER USER;
-- case AT_DisableTrigUser: the user's
ALTER TABLE t DISABLE TRIGGER USER;
-- case AT_EnableRule: one
ALTER TABLE t ENABLE RULE ru;
-- case AT_EnableAlwaysRule: one
ALTER TABLE t ENABLE ALWAYS RULE ru;
-- case AT_EnableReplicaRule: one
ALTER TABLE t ENABLE REPLICA RULE ru;
-- case AT_DisableRule: one
ALTER TABLE t DISABLE RULE ru;
-- case AT_EnableRowSecurity: on
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
-- case AT_DisableRowSecurity: off
ALTER TABLE t DISABLE ROW LEVEL SECURITY;
-- case AT_ForceRowSecurity: on
ALTER TABLE t FORCE ROW LEVEL SECURITY;
-- case AT_NoForceRowSecurity: off
ALTER TABLE t NO FORCE ROW LEVEL SECURITY;
-- case AT_ChangeOwner: with indexes and sequences
ALTER TABLE t OWNER TO proof_other;
-- case AT_ChangeOwner: the same owner
ALTER TABLE t OWNER TO proof;
-- case RenameStmt, OBJECT_TABLE: rename
ALTER TABLE t RENAME TO tt;
-- case AlterObjectSchemaStmt, OBJECT_TABLE: with indexes and sequences
ALTER TABLE t SET SCHEMA elsewhere;
-- case AlterObjectSchemaStmt, OBJECT_TABLE: the same schema
ALTER TABLE t SET SCHEMA public;
-- case AlterTableStmt: if exists, and it does not
ALTER TABLE IF EXISTS nothing ADD COLUMN a int;
-- case AlterTableMoveAllStmt, OBJECT_TABLE: from one tablespace to another
ALTER TABLE ALL IN TABLESPACE pg_default OWNED BY proof SET TABLESPACE proof_space;
