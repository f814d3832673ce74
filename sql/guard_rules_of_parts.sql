-- A rule on a table is one on its indexes, constraints, triggers, policies and defaults; another table's are free.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, age int DEFAULT 0 CHECK (age >= 0));
CREATE INDEX users_age ON users (age);
CREATE TRIGGER keep BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION keep();
CREATE POLICY own ON users USING (true);
CREATE STATISTICS users_stat ON id, age FROM users;
CREATE TABLE other (LIKE users INCLUDING ALL);
CREATE TRIGGER keep BEFORE UPDATE ON other FOR EACH ROW EXECUTE FUNCTION keep();
CREATE TABLE logs (at int) PARTITION BY LIST (at);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES IN (1);
CREATE INDEX logs_1_at ON logs_1 (at);
SELECT safemig.set_rule('upkeep', 'refuse', object => 'users') > 0 AS set;
SELECT safemig.set_rule('drop policy', 'refuse', object => 'users') > 0 AS set;
SELECT safemig.set_rule('drop index', 'refuse', object => 'logs') > 0 AS set;
DROP INDEX users_age;
DROP INDEX CONCURRENTLY users_age;
ALTER TABLE users DROP CONSTRAINT users_age_check;
ALTER TABLE users DROP CONSTRAINT users_email_key;
ALTER TABLE users ALTER age DROP DEFAULT;
DROP TRIGGER keep ON users;
DROP POLICY own ON users;
DROP STATISTICS users_stat;
DROP FUNCTION keep CASCADE;
DROP INDEX logs_1_at;
-- beside them
DROP INDEX other_age_idx;
ALTER TABLE other DROP CONSTRAINT users_age_check;
ALTER TABLE other DROP CONSTRAINT other_email_key;
ALTER TABLE other ALTER age DROP DEFAULT;
DROP TRIGGER keep ON other;
BEGIN;
SELECT safemig.permit('drop index public.users_age') > 0 AS given;
DROP INDEX users_age;
CREATE INDEX again ON users (age);
DROP INDEX again;
ROLLBACK;
SELECT safemig.apply('1', 'free in a migration', 'DROP INDEX users_age');
SELECT safemig.drop_rule('upkeep', object => 'users');
DROP TRIGGER keep ON users;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE users, other, logs;
DROP FUNCTION keep;
DROP EXTENSION safemig;
