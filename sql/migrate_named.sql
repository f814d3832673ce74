-- What has a name and no version: repeatable ones, whenever their text changes, and seeds, once.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_migrate_named;
CREATE DATABASE regress_migrate_named TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_migrate_named
SET client_min_messages = warning;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE VIEW states AS SELECT version, name, kind, state, note, statements, checksum_state FROM safemig.status;
CREATE TABLE users (name text, active boolean);

-- at once when no version waits, and again when the words change
SELECT safemig.repeatable('active', 'CREATE OR REPLACE VIEW active AS SELECT name FROM users WHERE active');
SELECT safemig.repeatable('active', 'CREATE OR REPLACE VIEW active AS SELECT name FROM users WHERE active');
SELECT safemig.repeatable('active', 'create or replace view active as select name from users where active -- those');
SELECT safemig.repeatable('active', 'CREATE OR REPLACE VIEW active AS SELECT upper(name) AS name FROM users WHERE active');
SELECT pg_get_viewdef('active') LIKE '%upper%' AS is_new;
TABLE states;
SELECT safemig.repeatable('broken', 'CREATE OR REPLACE VIEW broken AS SELECT nosuch FROM users');
TABLE states;
SELECT safemig.repeatable(' ', 'SELECT 1');
SELECT safemig.repeatable('nothing', '-- nothing');

-- behind the versions that wait
SELECT safemig.register('1', 'language', 'ALTER TABLE users ADD language text');
SELECT safemig.register('2', 'city', 'ALTER TABLE users ADD city text');
SELECT safemig.repeatable('active', 'CREATE OR REPLACE VIEW active AS SELECT upper(name) AS name, language, city FROM users WHERE active');
SELECT version, name, kind, action FROM safemig.plan();
CALL safemig.migrate('1');
CALL safemig.migrate();
TABLE states;
SELECT * FROM safemig.system_versions WHERE version IS NULL;
SELECT safemig.current_version();
SELECT event, version, subject FROM safemig.history WHERE version LIKE 'repeatable%' ORDER BY id;

-- seeds: never in production
SELECT safemig.seed('people', 'INSERT INTO users VALUES (''ann'', true)');
SELECT safemig.set('environment', 'development');
-- elsewhere when they are wanted
SELECT safemig.seed('people', 'INSERT INTO users (name, active) VALUES (''ann'', true)');
SELECT count(*) FROM users;
CALL safemig.migrate();
SELECT safemig.set('seeding', 'on');
CALL safemig.migrate();
SELECT safemig.seed('people', 'INSERT INTO users (name, active) VALUES (''ann'', true)');
SELECT safemig.seed('people', 'INSERT INTO users (name, active) VALUES (''bob'', true)');
SELECT safemig.seed('testers', 'INSERT INTO users (name) VALUES (''tess'')', '{test}');
SELECT safemig.seed('both', 'INSERT INTO users (name) VALUES (''both'')', '{test,development}');
SELECT safemig.seed('nowhere', 'INSERT INTO users (name) VALUES (''x'')', '{moon}');
SELECT name FROM users ORDER BY 1;
SELECT name, kind, state, note FROM states WHERE kind = 'seed';
-- behind versions, too, and where the environment is theirs by now
SELECT safemig.register('3', 'street', 'ALTER TABLE users ADD street text');
SELECT safemig.seed('streets', 'INSERT INTO users (name, street) VALUES (''sue'', ''high street'')');
SELECT safemig.set('environment', 'test');
CALL safemig.migrate();
SELECT name FROM users ORDER BY 1;
SELECT name, state, note FROM states WHERE kind = 'seed';

-- a rollback takes back the repeatable ones that came behind, which may stand in the way
SELECT safemig.set('environment', 'production');
SELECT safemig.repeatable('streets', 'CREATE OR REPLACE VIEW streets AS SELECT name, street FROM users');
SELECT safemig.repeatable('granted', 'CREATE OR REPLACE VIEW granted AS SELECT name FROM users; GRANT SELECT ON users TO PUBLIC');
SELECT safemig.rollback('2', permits => '{drop column public.users.street}');
SELECT to_regclass('streets') IS NULL AS is_gone, to_regclass('granted') IS NOT NULL AS has_stayed;
SELECT name, kind, state FROM states WHERE version IS NULL ORDER BY name;
CALL safemig.migrate();
SELECT safemig.register('3', 'street', 'ALTER TABLE users ADD street text');
SELECT safemig.repeatable('streets', 'CREATE OR REPLACE VIEW streets AS SELECT name, street FROM users');
CALL safemig.migrate();
TABLE streets;

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_migrate_named;
