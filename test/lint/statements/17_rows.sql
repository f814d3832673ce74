-- Statements on rows, and those that say which lock they want.

-- setup
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 20) g;
CREATE TABLE other (id int PRIMARY KEY, t_id int REFERENCES t ON DELETE CASCADE);
INSERT INTO other SELECT g, g FROM generate_series(1, 5) g;
CREATE TABLE loose (id int);
CREATE VIEW v AS SELECT id, a FROM t;
CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
CREATE FUNCTION count_all() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t';
CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO loose VALUES (1); RETURN NEW; END';
CREATE TABLE watched (id int);
CREATE TRIGGER tr AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION logs();
CREATE TABLE ruled (id int);
CREATE RULE ru AS ON INSERT TO ruled DO ALSO INSERT INTO loose VALUES (NEW.id);

-- case InsertStmt: values
INSERT INTO t VALUES (100, 1, 'x');
-- case InsertStmt: from another table [plan]
INSERT INTO loose SELECT id FROM t;
-- case InsertStmt: on conflict
INSERT INTO t VALUES (1, 1, 'x') ON CONFLICT (id) DO UPDATE SET b = 'y';
-- case InsertStmt: with a foreign key
INSERT INTO other VALUES (100, 1);
-- case InsertStmt: with a rule
INSERT INTO ruled VALUES (1);
-- case InsertStmt: into a view
INSERT INTO v VALUES (100, 1);
-- case UpdateStmt: all
UPDATE t SET b = 'x';
-- case UpdateStmt: a condition without an index
UPDATE t SET b = 'x' WHERE a = 3;
-- case UpdateStmt: from another table [plan]
UPDATE t SET b = 'x' FROM other WHERE other.t_id = t.id;
-- case UpdateStmt: through a view
UPDATE v SET a = 3;
-- case DeleteStmt: all of one
DELETE FROM loose;
-- case DeleteStmt: all
DELETE FROM other;
-- case DeleteStmt: using another table [plan]
DELETE FROM loose USING t WHERE t.id = loose.id;
-- case MergeStmt: plain [plan]
MERGE INTO loose USING t ON loose.id = t.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (t.id);
-- case SelectStmt: plain
SELECT * FROM t;
-- case SelectStmt: for update
SELECT * FROM t FOR UPDATE;
-- case SelectStmt: a view for share
SELECT * FROM v FOR SHARE;
-- case SelectStmt: a materialized view
SELECT * FROM mv;
-- case SelectStmt: with a row taken out of a table
WITH gone AS (DELETE FROM loose RETURNING id) SELECT * FROM gone;
-- case CopyStmt: from a file
COPY t FROM '/dev/null';
-- case CopyStmt: to a file
COPY t TO '/dev/null';
-- case CopyStmt: of a query
COPY (SELECT * FROM t) TO '/dev/null';
-- case CopyStmt: of a query that deletes
COPY (DELETE FROM loose RETURNING id) TO '/dev/null';
-- case LockStmt: access exclusive
LOCK TABLE t;
-- case LockStmt: share row exclusive
LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE;
-- case LockStmt: access share, nowait
LOCK TABLE t IN ACCESS SHARE MODE NOWAIT;
-- case LockStmt: a view
LOCK TABLE v;
-- case LockStmt: several
LOCK TABLE t, loose IN EXCLUSIVE MODE;
-- case DeclareCursorStmt: plain [plan]
DECLARE c CURSOR FOR SELECT * FROM t;
-- case PrepareStmt: plain
PREPARE p AS DELETE FROM loose;
-- case ExplainStmt: without running it
EXPLAIN DELETE FROM loose;
-- case ExplainStmt: and runs it
EXPLAIN ANALYZE DELETE FROM loose;
