-- Triggers, rules, policies.

-- setup
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 20) g;
CREATE TABLE other (id int PRIMARY KEY);
CREATE VIEW v AS SELECT id FROM t;
CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE RULE ru AS ON INSERT TO t DO NOTIFY inserted;
CREATE POLICY po ON t USING (id > 0);
CREATE PUBLICATION pu FOR TABLE t;

-- case CreateTrigStmt, OBJECT_TRIGGER: plain
CREATE TRIGGER tr2 BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION nothing();
-- case CreateTrigStmt: replaced
CREATE OR REPLACE TRIGGER tr AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION nothing();
-- case CreateTrigStmt: constraint trigger from another table
CREATE CONSTRAINT TRIGGER tr2 AFTER INSERT ON t FROM other FOR EACH ROW EXECUTE FUNCTION nothing();
-- case CreateTrigStmt: instead of, on a view
CREATE TRIGGER tr2 INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION nothing();
-- case RenameStmt, OBJECT_TRIGGER: plain
ALTER TRIGGER tr ON t RENAME TO tr2;
-- case AlterObjectDependsStmt, OBJECT_TRIGGER: plain
ALTER TRIGGER tr ON t DEPENDS ON EXTENSION dblink;
-- case DropStmt, OBJECT_TRIGGER: plain
DROP TRIGGER tr ON t;
-- case DropStmt, OBJECT_TRIGGER: if exists, and it does not
DROP TRIGGER IF EXISTS nothing ON t;
-- case DropStmt, OBJECT_FUNCTION: with its trigger
DROP FUNCTION nothing() CASCADE;
-- case CommentStmt, OBJECT_TRIGGER: plain
COMMENT ON TRIGGER tr ON t IS 'tr';
-- case RuleStmt, OBJECT_RULE: plain
CREATE RULE ru2 AS ON DELETE TO t DO INSTEAD NOTHING;
-- case RuleStmt: that writes elsewhere
CREATE RULE ru2 AS ON DELETE TO t DO INSERT INTO other VALUES (OLD.id);
-- case RuleStmt: replaced
CREATE OR REPLACE RULE ru AS ON INSERT TO t DO NOTHING;
-- case RenameStmt, OBJECT_RULE: plain
ALTER RULE ru ON t RENAME TO ru2;
-- case DropStmt, OBJECT_RULE: plain
DROP RULE ru ON t;
-- case CommentStmt, OBJECT_RULE: plain
COMMENT ON RULE ru ON t IS 'ru';
-- case CreatePolicyStmt, OBJECT_POLICY: plain
CREATE POLICY po2 ON t USING (true);
-- case CreatePolicyStmt: that reads elsewhere
CREATE POLICY po2 ON t USING (id IN (SELECT id FROM other));
-- case AlterPolicyStmt: plain
ALTER POLICY po ON t USING (id > 1);
-- case RenameStmt, OBJECT_POLICY: plain
ALTER POLICY po ON t RENAME TO po2;
-- case DropStmt, OBJECT_POLICY: plain
DROP POLICY po ON t;
-- case CommentStmt, OBJECT_POLICY: plain
COMMENT ON POLICY po ON t IS 'po';
-- case CreatePublicationStmt, OBJECT_PUBLICATION: for a table
CREATE PUBLICATION pu2 FOR TABLE t;
-- case CreatePublicationStmt: for some columns and rows
CREATE PUBLICATION pu2 FOR TABLE t (id, a) WHERE (id > 3);
-- case CreatePublicationStmt: for all tables
CREATE PUBLICATION pu2 FOR ALL TABLES;
-- case CreatePublicationStmt: for all tables of a schema
CREATE PUBLICATION pu2 FOR TABLES IN SCHEMA public;
-- case AlterPublicationStmt, OBJECT_PUBLICATION_REL: add a table
ALTER PUBLICATION pu ADD TABLE other;
-- case AlterPublicationStmt: drop a table
ALTER PUBLICATION pu DROP TABLE t;
-- case AlterPublicationStmt: set the tables
ALTER PUBLICATION pu SET TABLE other;
-- case AlterPublicationStmt: set the tables to the same
ALTER PUBLICATION pu SET TABLE t, other;
-- case AlterPublicationStmt: options
ALTER PUBLICATION pu SET (publish = 'insert');
-- case AlterPublicationStmt, OBJECT_PUBLICATION_NAMESPACE: add a schema
ALTER PUBLICATION pu ADD TABLES IN SCHEMA public;
-- case DropStmt, OBJECT_PUBLICATION: plain
DROP PUBLICATION pu;
-- case AlterOwnerStmt, OBJECT_PUBLICATION: plain
ALTER PUBLICATION pu OWNER TO proof_other;
-- case RenameStmt, OBJECT_PUBLICATION: plain
ALTER PUBLICATION pu RENAME TO pu2;
