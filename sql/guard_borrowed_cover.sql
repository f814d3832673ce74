-- What is exempt is no cover for what is not: a new parent, owner, extension or name of an old table.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE users (id int PRIMARY KEY, email text);
INSERT INTO users SELECT g, g::text FROM generate_series(1, 100) g;
CREATE SEQUENCE important;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM users;
-- a new partitioned parent
BEGIN;
CREATE TABLE p (LIKE users) PARTITION BY RANGE (id);
ALTER TABLE p ATTACH PARTITION users DEFAULT;
SAVEPOINT s;
DROP TABLE p CASCADE;
ROLLBACK TO s;
TRUNCATE p;
ROLLBACK TO s;
DELETE FROM p;
ROLLBACK TO s;
ALTER TABLE p DROP COLUMN email;
ROLLBACK TO s;
ALTER TABLE p ALTER email TYPE int USING NULL;
ROLLBACK TO s;
UPDATE p SET email = NULL;
ROLLBACK TO s;
DELETE FROM p WHERE id = 1;
ROLLBACK;
-- a new parent by inheritance; one with the name of a tool's table
BEGIN;
CREATE TABLE p (id int);
ALTER TABLE users INHERIT p;
DELETE FROM p;
ROLLBACK;
CREATE TABLE schema_info (version int NOT NULL);
ALTER TABLE users ADD version int NOT NULL DEFAULT 0;
ALTER TABLE users INHERIT schema_info;
DELETE FROM schema_info;
DELETE FROM ONLY schema_info;
BEGIN;
SELECT safemig.permit('no inherit public.users') > 0 AS given;
ALTER TABLE users NO INHERIT schema_info;
COMMIT;
DROP TABLE schema_info;
ALTER INDEX users RENAME TO schema_info;
ALTER SEQUENCE users RENAME TO schema_info;
ALTER INDEX users_pkey RENAME TO users_key;
-- a new owner of a sequence; its own goes along
BEGIN;
CREATE TABLE x (id int, n serial);
ALTER SEQUENCE important OWNED BY x.id;
SAVEPOINT s;
DROP TABLE x;
ROLLBACK TO s;
ALTER SEQUENCE important OWNED BY NONE;
DROP TABLE x;
ROLLBACK;
-- an extension
CREATE EXTENSION pg_trgm;
BEGIN;
ALTER MATERIALIZED VIEW totals DEPENDS ON EXTENSION pg_trgm;
DROP EXTENSION pg_trgm;
ROLLBACK;
BEGIN;
ALTER EXTENSION pg_trgm ADD TABLE users;
DROP EXTENSION pg_trgm CASCADE;
ROLLBACK;
CREATE SCHEMA app CREATE TABLE u (id int);
INSERT INTO app.u VALUES (1);
ALTER EXTENSION pg_trgm ADD SCHEMA app;
DROP TABLE app.u;
-- a typed table, told with the type
CREATE TYPE comp AS (x int, y text);
CREATE TABLE typed OF comp;
INSERT INTO typed VALUES (1, 'a');
ALTER TYPE comp DROP ATTRIBUTE y CASCADE;
SELECT safemig.apply('1', 'as the hint says', 'ALTER TYPE comp DROP ATTRIBUTE y CASCADE',
	permits => ARRAY['drop attribute public.comp.y', 'drop column public.typed.y']);
-- identity and serial in a schema that goes
CREATE SCHEMA gone CREATE TABLE t (g int GENERATED ALWAYS AS IDENTITY, s serial);
SELECT safemig.apply('2', 'as the hint says', 'DROP SCHEMA gone CASCADE',
	permits => ARRAY['drop schema gone', 'drop table gone.t']);
-- code that would run while the extension writes its own tables
CREATE INDEX ON safemig.config (upper(value));
CREATE TABLE child () INHERITS (safemig.config);
CREATE STATISTICS st ON name, value FROM safemig.config;
ALTER SEQUENCE safemig.history_entry_id_seq RESTART;
ALTER INDEX safemig.config_pkey RENAME TO other;
CREATE POLICY p ON safemig.config USING (true);
CREATE TABLE x (rid bigint REFERENCES safemig.rule (id) ON DELETE CASCADE);
CREATE TABLE x (rid bigint, FOREIGN KEY (rid) REFERENCES safemig.rule);
CREATE TABLE x (rid bigint, uid int REFERENCES users);
ALTER TABLE x ADD FOREIGN KEY (rid) REFERENCES safemig.rule;
ALTER TABLE x ADD COLUMN more bigint REFERENCES safemig.rule;
ALTER TABLE x ADD FOREIGN KEY (rid) REFERENCES users (id);
-- temporary objects where the schema is changed by migrations only
SELECT safemig.set('change', 'refuse');
CREATE TEMP TABLE tmp (id int);
CREATE TEMP TABLE tmp2 AS SELECT 1;
CREATE TEMP SEQUENCE tmps;
CREATE TEMP VIEW tmpv AS SELECT 1;
SELECT 1 INTO TEMP tmp3;
SELECT 1 INTO real3;
SELECT count(*) FROM users;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP EXTENSION pg_trgm;
DROP SCHEMA app CASCADE;
DROP TABLE users, typed, schema_info, x CASCADE;
DROP SEQUENCE important;
DROP TYPE comp;
DROP EXTENSION safemig;
