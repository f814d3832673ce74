-- Permits: exact, for this transaction, taken back by a savepoint, on record.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE a (id int, v text);
CREATE TABLE b (id int);
INSERT INTO a VALUES (1, 'x');
INSERT INTO b VALUES (1);
BEGIN;
SELECT safemig.permit('drop table public.a', reason => 'GDPR-123') > 0 AS given;
DROP TABLE b;
ROLLBACK;
BEGIN;
SELECT safemig.permit('drop table a', 'unqualified is found by search_path') > 0 AS given;
DROP TABLE a;
SELECT event, subject, reason FROM safemig.history;
ROLLBACK;
-- taken back with its savepoint
BEGIN;
SAVEPOINT s;
SELECT safemig.permit('truncate public.a') > 0 AS given;
ROLLBACK TO s;
TRUNCATE a;
ROLLBACK;
-- kept when the savepoint is released
BEGIN;
SAVEPOINT s;
SELECT safemig.permit('truncate public.a') > 0 AS given;
RELEASE s;
TRUNCATE a;
ROLLBACK;
-- gone with its transaction
TRUNCATE a;
-- outside a block it is told that it has ended
SELECT safemig.permit('truncate public.a') > 0 AS given;
-- a column; another action on the same object is not covered
BEGIN;
SELECT safemig.permit('drop column public.a.v') > 0 AS given;
ALTER TABLE a DROP COLUMN v;
SAVEPOINT s;
ALTER TABLE a DROP COLUMN id;
ROLLBACK;
-- follows the table through a rename
BEGIN;
SELECT safemig.permit('rename table public.a') > 0, safemig.permit('drop table public.a') > 0;
ALTER TABLE a RENAME TO c;
DROP TABLE c;
ROLLBACK;
-- wrong ones
SELECT safemig.permit(NULL);
SELECT safemig.permit('');
SELECT safemig.permit('destroy table public.a');
SELECT safemig.permit('drop table');
SELECT safemig.permit('drop table public.nothing');
SELECT safemig.permit('drop table public.a; drop table public.b');
SELECT safemig.permit('drop table public.*');
SELECT safemig.permit('disarm safemig');
-- not for everybody
CREATE ROLE regress_safemig_app;
SET ROLE regress_safemig_app;
SELECT safemig.permit('drop table public.a');
SELECT safemig.set('data', 'allow');
SELECT count(*) FROM safemig.incidents;
SELECT count(*) > 0 FROM safemig.actions;
RESET ROLE;
-- wide ones where the setting allows them
SELECT safemig.set('wide_permits', 'on');
BEGIN;
SELECT safemig.permit('drop table public.*') > 0 AS given;
DROP TABLE a, b;
ROLLBACK;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE a, b;
DROP ROLE regress_safemig_app;
DROP EXTENSION safemig;
