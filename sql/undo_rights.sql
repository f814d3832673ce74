-- Nobody gains a right by way of the bin, and event triggers see a DROP as they always do.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('data', 'allow');
SELECT safemig.set('contract', 'allow');
CREATE ROLE regress_safemig_a;
CREATE ROLE regress_safemig_b;
GRANT USAGE ON SCHEMA safemig TO regress_safemig_a, regress_safemig_b;
GRANT EXECUTE ON FUNCTION safemig.expose, safemig.unexpose, safemig.undrop, safemig.undrop_id TO regress_safemig_a, regress_safemig_b;
GRANT CREATE ON SCHEMA public TO regress_safemig_a;
CREATE TABLE secret (x text);
INSERT INTO secret VALUES ('top');
SET ROLE regress_safemig_a;
CREATE FUNCTION who(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'runs as %', current_user; RETURN $1; END $$;
CREATE TABLE mine (a int, b int);
CREATE VIEW peek AS SELECT s.x FROM secret s, mine;
CREATE STATISTICS mine_st ON a, b FROM mine;
INSERT INTO mine VALUES (1, 1);
CREATE INDEX mine_who ON mine (who(a));
SET client_min_messages = warning;
DROP TABLE mine CASCADE;
RESET client_min_messages;
RESET ROLE;
SELECT max(id) AS id, format('pg_safemig_bin_%s_%s', max(id), 'public'::regnamespace::oid) AS bin FROM safemig.bin \gset
-- what runs in the bin runs with nobody's rights
ANALYZE :bin.mine;
REINDEX INDEX :bin.mine_who;
-- who did not have it neither reads it nor gets it back
SET ROLE regress_safemig_b;
SELECT safemig.expose(:id);
SELECT safemig.unexpose(:id);
SELECT safemig.undrop_id(:id);
SET ROLE regress_safemig_a;
SELECT cardinality(safemig.expose(:id));
SELECT * FROM :bin.mine;
SELECT * FROM :bin.peek;
DROP TABLE :bin.mine;
CREATE VIEW on_it AS SELECT * FROM :bin.mine;
RESET ROLE;
-- nothing that somebody built on it goes with it
SELECT safemig.purge_id(:id);
DROP VIEW on_it;
SET ROLE regress_safemig_a;
SELECT safemig.undrop_id(:id);
SELECT * FROM peek;
RESET ROLE;
SELECT relname, relowner::regrole, relacl FROM pg_class WHERE relname IN ('mine', 'peek', 'mine_who') ORDER BY 1;
SELECT stxname, stxowner::regrole FROM pg_statistic_ext WHERE stxname = 'mine_st';
-- a partition comes back beside a default one: its owner's function runs as its owner
SET ROLE regress_safemig_a;
CREATE TABLE p (a int) PARTITION BY LIST (who(a));
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE pd PARTITION OF p DEFAULT;
SET client_min_messages = warning;
INSERT INTO p VALUES (1), (2);
RESET client_min_messages;
DROP TABLE p1;
RESET ROLE;
SELECT safemig.undrop('public.p1');
-- the former owner can be dropped meanwhile
SET ROLE regress_safemig_a;
CREATE TABLE orphan (a int, b int);
CREATE STATISTICS orphan_st ON a, b FROM orphan;
GRANT SELECT ON orphan TO regress_safemig_b;
DROP TABLE orphan;
RESET ROLE;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE p, mine CASCADE;
DROP OWNED BY regress_safemig_a, regress_safemig_b CASCADE;
DROP ROLE regress_safemig_a, regress_safemig_b;
RESET safemig.enforce;
SELECT safemig.undrop('public.orphan') ~ 'since its owner regress_safemig_a is gone.*grants of regress_safemig_a, regress_safemig_b' AS told;
RESET client_min_messages;
SELECT relowner::regrole = current_user::regrole AS mine, relacl FROM pg_class WHERE relname = 'orphan';

-- event triggers
CREATE TABLE seen (n serial, event text, tag text, objects text);
CREATE FUNCTION look() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO seen (event, tag, objects) VALUES (tg_event, tg_tag, CASE tg_event
		WHEN 'sql_drop' THEN (SELECT string_agg(concat_ws(' ', object_type, object_identity, original, normal), ', ') FROM pg_event_trigger_dropped_objects() WHERE object_type <> 'trigger')
		WHEN 'ddl_command_end' THEN (SELECT string_agg(command_tag || object_identity, ', ') FROM pg_event_trigger_ddl_commands()) END);
END $$;
CREATE TABLE par (id int PRIMARY KEY);
CREATE TABLE chi (id int REFERENCES par);
CREATE VIEW pav AS SELECT * FROM par;
CREATE EVENT TRIGGER e1 ON ddl_command_start EXECUTE FUNCTION look();
CREATE EVENT TRIGGER e2 ON sql_drop EXECUTE FUNCTION look();
CREATE EVENT TRIGGER e3 ON ddl_command_end EXECUTE FUNCTION look();
SET client_min_messages = warning;
BEGIN;
DROP TABLE par CASCADE;
SELECT string_agg(concat_ws(' ', event, tag, objects), E'\n' ORDER BY n) AS kept FROM seen \gset
SELECT count(*) FROM seen;
SELECT safemig.undrop('public.par');
SELECT count(*) FROM seen;
ROLLBACK;
BEGIN;
SET LOCAL safemig.enforce = off;
DROP TABLE par CASCADE;
SELECT string_agg(concat_ws(' ', event, tag, objects), E'\n' ORDER BY n) = :'kept' AS same FROM seen;
ROLLBACK;

SET safemig.enforce = off;
SET client_min_messages = error;
DROP EVENT TRIGGER e1;
DROP EVENT TRIGGER e2;
DROP EVENT TRIGGER e3;
DROP FUNCTION look;
DROP TABLE secret, seen, par, chi, orphan CASCADE;
DROP EXTENSION safemig;
