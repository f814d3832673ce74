-- Rules: the most specific one holds, inherited, keyed on the object and not on its name.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE ROLE regress_safemig_agent;
CREATE ROLE regress_safemig_team;
CREATE SCHEMA shop;
GRANT ALL ON SCHEMA shop TO PUBLIC;
CREATE TABLE shop.logs (at int, line text) PARTITION BY LIST (at);
CREATE TABLE shop.logs_1 PARTITION OF shop.logs FOR VALUES IN (1);
CREATE TABLE shop.logs_2 PARTITION OF shop.logs FOR VALUES IN (2);
CREATE TABLE shop.users (id int);
INSERT INTO shop.logs VALUES (1, 'a'), (2, 'b');
INSERT INTO shop.users VALUES (1);
-- retention: partitions of one parent may go, other tables not
SELECT safemig.set_rule('drop partition', 'allow', object => 'shop.logs', reason => 'retention') > 0 AS set;
BEGIN;
DROP TABLE shop.logs_1;
SAVEPOINT s;
TRUNCATE shop.logs_2;
ROLLBACK;
DROP TABLE shop.logs;
-- more specific goes before less: object, schema, role, action
SELECT safemig.set_rule('truncate', 'allow', object => 'shop.*') > 0 AS set;
BEGIN;
TRUNCATE shop.users;
ROLLBACK;
SELECT safemig.set_rule('truncate', 'refuse', object => 'shop.users') > 0 AS set;
TRUNCATE shop.users;
BEGIN;
TRUNCATE shop.logs;
ROLLBACK;
-- a category, for a role and its members: no schema change outside a migration
SELECT safemig.set_rule('change', 'refuse', role => 'regress_safemig_team') > 0 AS set;
GRANT regress_safemig_team TO regress_safemig_agent;
SET ROLE regress_safemig_agent;
CREATE TABLE shop.mine (id int);
RESET ROLE;
CREATE TABLE shop.mine (id int);
REVOKE regress_safemig_team FROM regress_safemig_agent;
SET ROLE regress_safemig_agent;
CREATE TABLE shop.his (id int);
RESET ROLE;
-- the stricter of session and current user, in a SECURITY DEFINER function too
ALTER TABLE shop.his OWNER TO regress_safemig_agent;
SELECT safemig.set_rule('drop table', 'allow', object => 'shop.his') > 0 AS set;
SELECT safemig.set_rule('drop table', 'refuse', object => 'shop.his', role => 'regress_safemig_agent') > 0 AS set;
SET SESSION AUTHORIZATION regress_safemig_agent;
DROP TABLE shop.his;
RESET SESSION AUTHORIZATION;
SET ROLE regress_safemig_agent;
DROP TABLE shop.his;
RESET ROLE;
-- follows a rename, and the view shows the new name
BEGIN;
SELECT safemig.permit('rename table shop.users') > 0 AS given;
ALTER TABLE shop.users RENAME TO clients;
COMMIT;
TRUNCATE shop.clients;
SELECT kind, action, decision, object, role, reason FROM safemig.rules ORDER BY id;
-- the same rule again replaces it; drop_rule takes it back
SELECT safemig.set_rule('truncate', 'allow', object => 'shop.clients') > 0 AS set;
BEGIN;
TRUNCATE shop.clients;
ROLLBACK;
SELECT safemig.drop_rule('truncate', object => 'shop.clients');
SELECT safemig.drop_rule('truncate', object => 'shop.*');
TRUNCATE shop.clients;
SELECT safemig.drop_rule('truncate', object => 'shop.clients');
-- exempt schemas
CREATE SCHEMA scratch;
CREATE TABLE scratch.t (id int);
INSERT INTO scratch.t VALUES (1);
TRUNCATE scratch.t;
SELECT safemig.exempt('scratch', 'ETL') > 0 AS set;
TRUNCATE scratch.t;
DROP TABLE scratch.t;
SELECT safemig.unexempt('scratch');
SELECT safemig.unexempt('scratch');
-- wrong words
SELECT safemig.set_rule('drop tabel', 'allow');
SELECT safemig.set_rule('disarm', 'allow');
SELECT safemig.set_rule('drop table', 'maybe');
SELECT safemig.set_rule('drop table', 'allow', object => 'shop.nothing');
SELECT safemig.set_rule('drop table', 'allow', object => 'nothing.*');
SELECT safemig.set_rule('drop table', 'allow', role => 'nobody_of_that_name');
SELECT safemig.set_rule(NULL, 'allow');
SELECT safemig.exempt('safemig');
SELECT event, subject, detail, reason FROM safemig.history WHERE event ~ 'rule|exempt' ORDER BY id LIMIT 4;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP SCHEMA shop, scratch CASCADE;
DROP EXTENSION safemig;
DROP ROLE regress_safemig_agent, regress_safemig_team;
