-- The table is not what it was when it lost its rows: they come back by INSERT, beside
-- it, or not at all; never some of them, and no value is lost.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('keep_max_bytes', '1GB'), safemig.set('data', 'allow'), safemig.set('contract', 'allow');
CREATE ROLE regress_undo_owner; CREATE ROLE regress_undo_other;
CREATE TABLE t (id int PRIMARY KEY, a varchar(20), n numeric(10, 2), twice int GENERATED ALWAYS AS (id * 2) STORED);
CREATE PROCEDURE fill() LANGUAGE sql AS
  $$DELETE FROM t; INSERT INTO t (id, a, n) SELECT g, 'a' || g, g + 0.5 FROM generate_series(1, 20) g$$;

-- rows inserted since, and no conflict
CALL fill(); TRUNCATE t;
INSERT INTO t VALUES (100, 'new');
SELECT safemig.undrop('public.t');
SELECT count(*), sum(twice) FROM t;

-- a conflict: nothing comes back, and the way out is told
TRUNCATE t;
INSERT INTO t VALUES (7, 'mine');
\set VERBOSITY default
SELECT safemig.undrop('public.t');
\set VERBOSITY terse
TABLE t;
SELECT safemig.undrop('public.t', as_name => 'public.t');
SELECT safemig.undrop('public.t', as_name => 'public."T kept"');
SELECT count(*), sum(twice) FROM "T kept";
SELECT state, rows, bytes FROM safemig.bin ORDER BY id DESC LIMIT 1;
\d "T kept"
DROP TABLE "T kept";

-- columns: added, renamed, widened
CALL fill(); TRUNCATE t;
ALTER TABLE t ADD more int DEFAULT 5;
ALTER TABLE t RENAME a TO b;
ALTER TABLE t ALTER b TYPE text;
SELECT safemig.undrop('public.t');
SELECT * FROM t WHERE id = 3;
ALTER TABLE t RENAME b TO a;

-- narrowed, dropped: only beside it
TRUNCATE t;
ALTER TABLE t ALTER n TYPE int;
SELECT safemig.undrop('public.t');
ALTER TABLE t DROP n;
SELECT safemig.undrop('public.t');
ALTER TABLE t ADD n numeric(10, 2);
SELECT safemig.undrop('public.t');
SELECT * FROM t WHERE id = 3;

-- a restriction that the rows do not fulfil, and one that they do
TRUNCATE t;
ALTER TABLE t ADD CONSTRAINT few CHECK (id < 10);
SELECT safemig.undrop('public.t');
ALTER TABLE t DROP CONSTRAINT few, ADD CHECK (id < 1000);
SELECT safemig.undrop('public.t');
UPDATE t SET a = NULL WHERE id = 4;
TRUNCATE t;
ALTER TABLE t ALTER a SET NOT NULL;
SELECT safemig.undrop('public.t');
ALTER TABLE t ALTER a DROP NOT NULL;
CREATE UNIQUE INDEX ON t ((n > 0));
SELECT safemig.undrop('public.t');
DROP INDEX t_expr_idx;
CREATE INDEX ON t (n);
SELECT safemig.undrop('public.t');
SET enable_seqscan = off; SELECT id FROM t WHERE n = 3.5; RESET enable_seqscan;

-- a policy that holds for the owner, too
CREATE POLICY few ON t USING (true) WITH CHECK (id < 10);
TRUNCATE t;
INSERT INTO t (id) VALUES (100);
ALTER TABLE t OWNER TO regress_undo_owner;
ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SELECT safemig.undrop('public.t');
ALTER TABLE t NO FORCE ROW LEVEL SECURITY;
SELECT safemig.undrop('public.t');
SELECT count(*) FROM t;
DELETE FROM t WHERE id = 100;

-- moved to a schema, another owner: still the same table
TRUNCATE t;
CREATE SCHEMA elsewhere; ALTER TABLE t SET SCHEMA elsewhere;
SELECT safemig.undrop('public.t');
SELECT count(*) FROM elsewhere.t;
ALTER TABLE elsewhere.t SET SCHEMA public;

-- the table is gone
TRUNCATE t;
SET safemig.enforce = off; DROP TABLE t; RESET safemig.enforce;
\set VERBOSITY default
SELECT safemig.undrop('public.t');
\set VERBOSITY terse
SELECT safemig.undrop('public.t', as_name => 'public.t_kept');
SELECT * FROM t_kept WHERE id = 3;

-- partitions and several tables, beside
CREATE TABLE p (id int PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
CREATE TABLE q (id int REFERENCES p);
INSERT INTO p VALUES (1), (2); INSERT INTO q VALUES (2);
TRUNCATE p CASCADE;
INSERT INTO p VALUES (1);
SELECT safemig.undrop('public.p');
SELECT safemig.undrop('public.p', as_name => 'r');
TABLE r; TABLE r_q;

-- who had it may have it back; a check of the owner's runs as the owner
GRANT EXECUTE ON FUNCTION safemig.undrop(text, text) TO regress_undo_owner, regress_undo_other;
GRANT CREATE ON SCHEMA public TO regress_undo_owner;
SET ROLE regress_undo_owner;
CREATE FUNCTION who(int) RETURNS bool LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'checked as %', current_user; RETURN true; END$$;
CREATE TABLE mine (id int, CHECK (who(id)));
INSERT INTO mine VALUES (1);
GRANT TRUNCATE ON mine TO regress_undo_other;
SET ROLE regress_undo_other;
TRUNCATE mine RESTART IDENTITY;
SELECT safemig.undrop('public.mine');
RESET ROLE;
SELECT bin_oid::regclass AS archive FROM safemig.bin_item WHERE identity = 'public.mine' \gset
SET ROLE regress_undo_owner;
SELECT count(*) FROM :archive;
RESET ROLE;
ALTER TABLE mine ADD more int;
ALTER TABLE mine OWNER TO regress_undo_other;
SET ROLE regress_undo_owner;
SELECT safemig.undrop('public.mine');
RESET ROLE;
ALTER TABLE mine OWNER TO regress_undo_owner;
SET ROLE regress_undo_owner;
SELECT safemig.undrop('public.mine');
RESET ROLE;
TABLE mine;

SET safemig.enforce = off;
DROP TABLE t_kept, mine, p, q, r, r_q; DROP FUNCTION who; DROP PROCEDURE fill; DROP SCHEMA elsewhere;
SET client_min_messages = error;
SELECT safemig.purge_id(id) FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b \g /dev/null
DROP EXTENSION safemig;
REVOKE ALL ON SCHEMA public FROM regress_undo_owner;
DROP ROLE regress_undo_owner, regress_undo_other;
