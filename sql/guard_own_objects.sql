-- What is the extension's is not replaced, not inherited from, not given away.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE mine (id int);
-- a function of ours, by another spelling of its arguments
CREATE OR REPLACE FUNCTION safemig.set(name safemig.config.name%TYPE, value text) RETURNS void LANGUAGE sql AS 'SELECT';
CREATE OR REPLACE FUNCTION safemig.decision(action safemig.config.name%TYPE) RETURNS text LANGUAGE sql AS 'SELECT ''allow''';
CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a safemig.config.name%TYPE) RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE OR REPLACE FUNCTION f(a mine.id%TYPE) RETURNS int LANGUAGE sql AS 'SELECT 3';
CREATE OR REPLACE FUNCTION f(a mine.none%TYPE) RETURNS int LANGUAGE sql AS 'SELECT 3';
-- rows that would be read with ours
CREATE TABLE forged (LIKE safemig.history_entry);
ALTER TABLE forged INHERIT safemig.history_entry;
CREATE TABLE forged2 () INHERITS (safemig.rule);
CREATE TEMP TABLE forged2 () INHERITS (safemig.rule);
CREATE TABLE parent (LIKE safemig.history_entry);
ALTER TABLE forged INHERIT parent;
-- foreign keys, whose cascades would run anybody's triggers while the extension writes its tables
CREATE TABLE child (rid bigint REFERENCES safemig.rule (id) ON DELETE CASCADE);
CREATE TABLE child (rid bigint, FOREIGN KEY (rid) REFERENCES safemig.rule (id));
CREATE TABLE child (rid bigint PRIMARY KEY, up bigint REFERENCES child);
ALTER TABLE child ADD FOREIGN KEY (rid) REFERENCES safemig.rule (id);
ALTER TABLE child ADD COLUMN n text REFERENCES safemig.config (name) ON UPDATE CASCADE;
ALTER TABLE child ADD FOREIGN KEY (rid) REFERENCES child, ADD COLUMN n bigint REFERENCES child;
-- rights to write them, and the owner
CREATE ROLE regress_safemig_reader;
GRANT INSERT ON safemig.config TO regress_safemig_reader;
GRANT ALL ON safemig.rule TO regress_safemig_reader;
GRANT UPDATE (value) ON safemig.config TO regress_safemig_reader;
GRANT ALL ON ALL TABLES IN SCHEMA safemig TO regress_safemig_reader;
GRANT UPDATE ON SEQUENCE safemig.history_entry_id_seq TO regress_safemig_reader;
GRANT CREATE ON SCHEMA safemig TO regress_safemig_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA safemig GRANT ALL ON TABLES TO regress_safemig_reader;
REASSIGN OWNED BY CURRENT_USER TO regress_safemig_reader;
GRANT USAGE ON SCHEMA safemig TO regress_safemig_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA safemig TO regress_safemig_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA safemig TO regress_safemig_reader;
GRANT ALL ON mine TO regress_safemig_reader;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO regress_safemig_reader;
ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM regress_safemig_reader;
REASSIGN OWNED BY regress_safemig_reader TO CURRENT_USER;
-- a sequence set back does not stop the records
SELECT safemig.set('runner_wait', '5s');
SELECT setval('safemig.history_entry_id_seq', 1, false);
SELECT safemig.set('runner_wait', '6s');
SELECT safemig.apply('1', 'wrong', $$SELECT 1/0$$);
SELECT setval('safemig.history_entry_id_seq', 1, false);
SELECT safemig.drain_incidents();
SELECT count(*) = 3 AS recorded, count(*) = count(DISTINCT id) AS apart,
	count(*) FILTER (WHERE version = '1') > 0 AS drained FROM safemig.history_entry;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP FUNCTION f(text), f(int);
DROP TABLE mine, forged, parent, child;
DROP OWNED BY regress_safemig_reader;
DROP EXTENSION safemig;
DROP ROLE regress_safemig_reader;
