-- Sequences.

-- setup
CREATE TABLE t (id int PRIMARY KEY, s serial, n int GENERATED ALWAYS AS IDENTITY);
CREATE TABLE other (id int);
CREATE SEQUENCE numbers;
CREATE SCHEMA elsewhere;

-- case AlterSeqStmt, OBJECT_SEQUENCE: restart
ALTER SEQUENCE numbers RESTART WITH 10;
-- case AlterSeqStmt: increment
ALTER SEQUENCE numbers INCREMENT 5;
-- case AlterSeqStmt: type
ALTER SEQUENCE numbers AS int;
-- case AlterSeqStmt: owned by
ALTER SEQUENCE numbers OWNED BY t.id;
-- case AlterSeqStmt: owned by none
ALTER SEQUENCE t_s_seq OWNED BY NONE;
-- case AlterSeqStmt: if exists, and it does not
ALTER SEQUENCE IF EXISTS nothing RESTART;
-- case RenameStmt, OBJECT_SEQUENCE: plain
ALTER SEQUENCE numbers RENAME TO digits;
-- case AlterObjectSchemaStmt, OBJECT_SEQUENCE: plain
ALTER SEQUENCE numbers SET SCHEMA elsewhere;
-- case AT_ChangeOwner, OBJECT_SEQUENCE: plain
ALTER SEQUENCE numbers OWNER TO proof_other;
-- case AT_SetUnLogged, OBJECT_SEQUENCE: plain
ALTER SEQUENCE numbers SET UNLOGGED;
-- case DropStmt, OBJECT_SEQUENCE: plain
DROP SEQUENCE numbers;
-- case DropStmt, OBJECT_SEQUENCE: of a serial, cascade
DROP SEQUENCE t_s_seq CASCADE;
-- case GrantStmt, OBJECT_SEQUENCE: plain
GRANT USAGE ON SEQUENCE numbers TO proof_other;
-- case CommentStmt, OBJECT_SEQUENCE: plain
COMMENT ON SEQUENCE numbers IS 'numbers';
-- case SelectStmt: nextval
SELECT nextval('numbers');
-- case SelectStmt: setval
SELECT setval('numbers', 5);
