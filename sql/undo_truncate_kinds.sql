-- What else holds rows, and where nothing is kept.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE regress_undo_space LOCATION '';
RESET client_min_messages;
\set VERBOSITY terse
SELECT safemig.set('keep_max_bytes', '1GB'), safemig.set('data', 'allow'), safemig.set('contract', 'allow');
CREATE FUNCTION kept() RETURNS bigint LANGUAGE sql AS
  $$SELECT count(*) FROM safemig.bin WHERE state = 'kept'$$;

-- unlogged, in a tablespace, indexes in another one
CREATE UNLOGGED TABLE u (id int PRIMARY KEY, a text) TABLESPACE regress_undo_space;
CREATE INDEX u_a ON u (a) TABLESPACE pg_default;
INSERT INTO u SELECT g, repeat('long', 2000) || g FROM generate_series(1, 50) g;
TRUNCATE u;
SELECT relpersistence, spcname FROM pg_class c JOIN pg_tablespace s ON s.oid = reltablespace
  WHERE c.oid IN (SELECT bin_oid FROM safemig.bin_item) OR c.oid = 'u'::regclass;
SELECT safemig.undrop('public.u');
SELECT count(*), max(length(a)) FROM u;
TRUNCATE u; ALTER TABLE u SET TABLESPACE pg_default; ALTER TABLE u SET LOGGED;
SELECT safemig.undrop('public.u');
SELECT count(*), max(length(a)) FROM u;
SELECT relpersistence, reltablespace FROM pg_class WHERE oid = 'u'::regclass;

-- options of a TOAST table stay with the table; an index that was made since is built
ALTER TABLE u SET (toast.autovacuum_enabled = false);
TRUNCATE u;
SELECT t.reloptions FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid WHERE c.oid = 'u'::regclass;
SELECT count(*) AS names FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid JOIN pg_index i ON i.indrelid = t.oid
  WHERE t.relname = 'pg_toast_' || c.oid AND i.indexrelid::regclass::text = 'pg_toast.pg_toast_' || c.oid || '_index'
  AND (c.oid = 'u'::regclass OR c.oid IN (SELECT bin_oid FROM safemig.bin_item));
DROP INDEX u_a; CREATE INDEX u_b ON u (md5(a));
SELECT safemig.undrop('public.u');
SET enable_seqscan = off; SELECT id FROM u WHERE md5(a) = md5(repeat('long', 2000) || 7); RESET enable_seqscan;

-- dead rows vacuumed in the bin go from heap and indexes alike
DELETE FROM u WHERE id > 25;
TRUNCATE u;
SELECT format('VACUUM (ANALYZE, INDEX_CLEANUP on) %s', bin_oid::regclass) FROM safemig.bin_item ORDER BY entry DESC LIMIT 1 \gexec
SELECT safemig.undrop('public.u');
INSERT INTO u SELECT g, 'short' || g FROM generate_series(26, 50) g;
SET enable_seqscan = off;
SELECT count(*), min(length(a)) FROM u WHERE id BETWEEN 20 AND 30;
SELECT id FROM u WHERE md5(a) = md5('short30');
RESET enable_seqscan;

-- a materialized view
CREATE MATERIALIZED VIEW mv AS SELECT id, a || repeat('x', 9000) AS a FROM u;
CREATE UNIQUE INDEX mv_id ON mv (id);
REFRESH MATERIALIZED VIEW mv WITH NO DATA;
SELECT count(*) FROM mv;
UPDATE u SET a = 'changed';
SELECT what, identity, rows FROM safemig.bin WHERE state = 'kept';
SELECT safemig.undrop('public.mv');
SELECT count(*), min(length(a)) > 9000 AS as_it_was FROM mv;
SET enable_seqscan = off; SELECT length(a) > 9000 AS found FROM mv WHERE id = 7; RESET enable_seqscan;
REFRESH MATERIALIZED VIEW mv WITH NO DATA;
REFRESH MATERIALIZED VIEW mv;
SELECT safemig.undrop('public.mv');
SELECT safemig.undrop('public.mv', as_name => 'mv_kept');
SELECT count(*) FROM mv_kept;
REFRESH MATERIALIZED VIEW CONCURRENTLY mv;
SELECT kept();

-- what cannot be kept is refused, but where it is to go for good
CREATE ACCESS METHOD regress_undo_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE other_heap (id int) USING regress_undo_heap;
INSERT INTO other_heap VALUES (1);
TRUNCATE other_heap;
BEGIN; SELECT safemig.permit('truncate public.other_heap without undo') > 0 AS given; TRUNCATE other_heap; COMMIT;
SELECT count(*) FROM other_heap;
BEGIN READ ONLY; TRUNCATE u; ROLLBACK;

-- not kept: in the environment of tests, switched off, permitted so
SELECT safemig.set('environment', 'test');
BEGIN; TRUNCATE u; SELECT kept(); ROLLBACK;
SELECT safemig.set('keep', 'on');
BEGIN; TRUNCATE u; SELECT kept(); ROLLBACK;
SELECT safemig.set('environment', 'production'), safemig.set('keep', 'off');
BEGIN; TRUNCATE u; SELECT kept(); ROLLBACK;
BEGIN; SELECT safemig.set_local('keep', 'on'); TRUNCATE u; SELECT kept(); ROLLBACK;
SELECT safemig.set('keep', 'on'), safemig.set('data', 'refuse');
BEGIN; SELECT safemig.permit('truncate public.u without undo') > 0 AS given; TRUNCATE u; SELECT kept(); ROLLBACK;
BEGIN; SELECT safemig.permit('truncate public.u') > 0 AS given; TRUNCATE u; SELECT kept(); ROLLBACK;
BEGIN; SELECT safemig.permit('truncate public.u') > 0 AS given, safemig.set_local('keep', 'off'); TRUNCATE u; SELECT kept(); ROLLBACK;

SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE u, mv_kept, other_heap CASCADE; DROP ACCESS METHOD regress_undo_heap; DROP FUNCTION kept;
SELECT safemig.purge_id(id) FROM (SELECT DISTINCT id FROM safemig.bin WHERE state = 'kept') b \g /dev/null
DROP EXTENSION safemig;
DROP TABLESPACE regress_undo_space;
