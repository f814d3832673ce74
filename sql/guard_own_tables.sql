-- Which relations are the extension's own: exactly its members, wherever their OIDs lie.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE between (id int);
INSERT INTO between VALUES (1), (2);
CREATE TABLE later (id int);
INSERT INTO later VALUES (1);
-- as an update of the extension makes them: a member younger than other people's tables
SET safemig.enforce = off;
ALTER EXTENSION safemig ADD TABLE later;
\c -
\set VERBOSITY terse
DELETE FROM between;
UPDATE between SET id = id WHERE false;
DELETE FROM between WHERE id = 2;
WITH w AS (DELETE FROM between RETURNING id) SELECT * FROM w;
DELETE FROM later WHERE id = 7;
INSERT INTO safemig.config (name, value) SELECT 'data', 'allow' FROM between WHERE false;
SELECT * FROM between;

SET client_min_messages = error;
SET safemig.enforce = off;
ALTER EXTENSION safemig DROP TABLE later;
DROP TABLE between, later;
DROP EXTENSION safemig;
