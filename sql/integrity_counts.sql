-- What a migration wrote is counted table by table, by whatever way it came there.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users ON DELETE CASCADE);
CREATE TABLE log (what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (TG_OP); RETURN NULL; END $$;
CREATE TRIGGER note AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note();
INSERT INTO users SELECT i, 'u' || i FROM generate_series(1, 10) i;
INSERT INTO orders SELECT i, i FROM generate_series(1, 10) i;
CREATE TABLE parts (id int, v text) PARTITION BY LIST (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);

-- a trigger's and a cascade's rows are among them
SELECT safemig.apply('1', 'write', $$
	INSERT INTO users VALUES (11, 'x'), (12, 'y');
	UPDATE users SET name = 'z' WHERE id < 4;
	DELETE FROM users WHERE id IN (9, 10)$$, permits => '{}');
-- what the script makes, and fills on the way; what it makes only
SELECT safemig.apply('2', 'made', $$
	CREATE TABLE "Plans" AS SELECT i AS id FROM generate_series(1, 4) i;
	CREATE TABLE empty (id int);
	CREATE TEMPORARY TABLE passing AS SELECT 1 AS a;
	CREATE TABLE gone AS SELECT 1 AS a;
	DROP TABLE gone;
	DROP TABLE passing$$);
-- partitions, each by its name; an upsert; MERGE; a function
SELECT safemig.apply('3', 'ways', $$
	INSERT INTO parts VALUES (1, 'a'), (1, 'b'), (2, 'c');
	UPDATE parts SET id = 2 WHERE v = 'a';
	INSERT INTO users VALUES (1, 'again'), (13, 'new') ON CONFLICT (id) DO UPDATE SET name = excluded.name;
	MERGE INTO orders o USING (VALUES (1), (20)) s (id) ON o.id = s.id
		WHEN MATCHED THEN UPDATE SET user_id = 2 WHEN NOT MATCHED THEN INSERT VALUES (s.id, 2);
	COPY log FROM PROGRAM 'echo copied';
	DO 'BEGIN DELETE FROM orders WHERE id = 3; END'$$);
-- what a block takes back is not there; a rewrite is no change of rows
SELECT safemig.apply('4', 'taken back', $$
	DO 'BEGIN
		INSERT INTO log VALUES (1);
		BEGIN INSERT INTO log SELECT generate_series(1, 100); RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END;
		BEGIN INSERT INTO log VALUES (2); EXCEPTION WHEN division_by_zero THEN NULL; END;
	END';
	ALTER TABLE users ADD COLUMN born timestamptz DEFAULT clock_timestamp()$$);
SELECT * FROM safemig.migration_rows;

-- not the caller's own rows around it, nor another version's in the same transaction
BEGIN;
INSERT INTO log VALUES ('mine'), ('mine');
SELECT safemig.apply('5', 'one', $$INSERT INTO log VALUES ('five')$$);
INSERT INTO log VALUES ('mine');
SELECT safemig.apply('6', 'two', $$INSERT INTO log VALUES ('six'), ('six')$$);
COMMIT;
SELECT safemig.register('7', 'later', $$INSERT INTO log VALUES ('seven')$$);
CALL safemig.migrate();
SELECT version, relation, inserted, updated, deleted FROM safemig.migration_rows WHERE version IN ('5', '6', '7');
-- nothing written is not the same as nothing counted
SELECT safemig.apply('8', 'read', 'SELECT count(*) FROM log');
SET track_counts = off;
SELECT safemig.apply('9', 'uncounted', $$INSERT INTO log VALUES ('nine')$$);
RESET track_counts;
SELECT version, row_changes FROM safemig.migration WHERE version IN ('8', '9') ORDER BY 1;
-- open to all, the scripts are not
CREATE ROLE regress_safemig_anyone;
SET ROLE regress_safemig_anyone;
SELECT count(*) FROM safemig.migration_rows WHERE version = '1';
SELECT up FROM safemig.migration;
RESET ROLE;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP ROLE regress_safemig_anyone;
DROP TABLE users, orders, log, parts, "Plans", empty;
DROP FUNCTION note;
DROP EXTENSION safemig CASCADE;
