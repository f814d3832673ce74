-- What a table is already, it may be told again: nothing changes by that.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse

CREATE TABLE kept (id int);
INSERT INTO kept VALUES (1);
CREATE UNLOGGED TABLE fleeting (id int);
INSERT INTO fleeting VALUES (1);

-- unlogged from the start, and a logged one
ALTER TABLE fleeting SET UNLOGGED;
ALTER TABLE kept SET UNLOGGED;

-- row security that binds the owner, never told to; then told to
ALTER TABLE kept ENABLE ROW LEVEL SECURITY;
ALTER TABLE kept NO FORCE ROW LEVEL SECURITY;
ALTER TABLE kept FORCE ROW LEVEL SECURITY;
ALTER TABLE kept NO FORCE ROW LEVEL SECURITY;
ALTER TABLE kept DISABLE ROW LEVEL SECURITY;

SET safemig.enforce = off;
DROP TABLE kept, fleeting;
DROP EXTENSION safemig;
