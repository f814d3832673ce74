-- Where a sequence stands is lost by RESTART: warned of, and a rule can refuse it.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE SEQUENCE s;
SELECT setval('s', 100);
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, n serial);
ALTER SEQUENCE s RESTART;
ALTER SEQUENCE t_n_seq AS bigint RESTART WITH 7;
ALTER TABLE t ALTER id RESTART;
ALTER TABLE t ALTER id SET START 5 RESTART;
-- beside it
ALTER SEQUENCE s INCREMENT 2 START 3;
ALTER TABLE t ALTER id SET INCREMENT 2;
BEGIN;
CREATE SEQUENCE mine;
ALTER SEQUENCE mine RESTART;
ROLLBACK;
CREATE TEMP SEQUENCE short;
ALTER SEQUENCE short RESTART;
TRUNCATE t RESTART IDENTITY;
-- a rule, and its permit
SELECT safemig.set_rule('restart sequence', 'refuse', object => 'public.s') > 0 AS set;
ALTER SEQUENCE s RESTART;
ALTER SEQUENCE t_n_seq RESTART;
BEGIN;
SELECT safemig.permit('restart sequence public.s', 'a new year') > 0 AS given;
ALTER SEQUENCE s RESTART;
ROLLBACK;
SELECT safemig.set_rule('upkeep', 'refuse') > 0 AS set;
ALTER TABLE t ALTER id RESTART;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t;
DROP SEQUENCE s;
DROP EXTENSION safemig;
