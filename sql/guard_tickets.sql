-- Permits for later: for a while, for so many uses, for a role; spent once each, given back by a rollback.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE ROLE regress_safemig_deploy;
CREATE ROLE regress_safemig_other;
CREATE TABLE t (id int, email text);
INSERT INTO t VALUES (1, 'x');
ALTER TABLE t OWNER TO regress_safemig_deploy;
SELECT safemig.permit('truncate t', reason => 'CHG-1', valid_for => '1 hour', uses => 2) AS ticket;
SELECT permit, role, uses, used, state, reason FROM safemig.permits;
-- not spent by what needs none, nor by a rollback
CREATE INDEX ON t (id);
BEGIN;
TRUNCATE t;
SELECT used, state FROM safemig.permits;
ROLLBACK;
SELECT used, state FROM safemig.permits;
-- spent twice, then used up
TRUNCATE t;
INSERT INTO t VALUES (1, 'x');
TRUNCATE t;
INSERT INTO t VALUES (1, 'x');
TRUNCATE t;
SELECT used, state FROM safemig.permits;
-- for a role
SELECT safemig.permit('drop column public.t.email', valid_for => '1 day', role => 'regress_safemig_deploy') AS ticket;
ALTER TABLE t DROP COLUMN email;
SET ROLE regress_safemig_deploy;
ALTER TABLE t DROP COLUMN email;
RESET ROLE;
-- expired, revoked
SELECT safemig.permit('truncate t', valid_for => '1 millisecond') AS ticket;
SELECT pg_sleep(0.01);
TRUNCATE t;
SELECT safemig.permit('truncate t', valid_for => '1 day') AS ticket;
SELECT safemig.revoke_permit(4);
TRUNCATE t;
SELECT id, state FROM safemig.permits ORDER BY id;
-- wrong ones
SELECT safemig.revoke_permit(4);
SELECT safemig.revoke_permit(99);
SELECT safemig.revoke_permit(NULL);
SELECT safemig.permit('truncate nothing', valid_for => '1 day');
SELECT safemig.permit('truncate t', valid_for => '-1 day');
SELECT safemig.permit('truncate t', valid_for => '1 day', uses => 0);
SELECT safemig.permit('truncate t', valid_for => '1 day', role => 'nobody_of_that_name');
SELECT safemig.permit('truncate t', uses => 2);
SELECT safemig.set('wide_permits', 'on');
SELECT safemig.permit('truncate public.*', valid_for => '1 day');
SET ROLE regress_safemig_other;
SELECT safemig.revoke_permit(1);
SELECT count(*) FROM safemig.permits;
RESET ROLE;
UPDATE safemig.ticket SET used = 0;
SELECT event, subject, reason, detail FROM safemig.history WHERE event ~ 'ticket|permit' ORDER BY id;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t;
DROP EXTENSION safemig;
DROP ROLE regress_safemig_deploy, regress_safemig_other;
