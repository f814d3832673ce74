-- ALTER COLUMN TYPE: refused when a stored value can change, silent when none does.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE DOMAIN short AS varchar(20);
CREATE DOMAIN checked AS text CHECK (VALUE <> '');
CREATE TABLE t (a varchar(50), n numeric(10,2), i int, tx text, d timestamp, p int PRIMARY KEY);
INSERT INTO t VALUES ('x', 1.25, 1, 'y', now(), 1);
-- refused
ALTER TABLE t ALTER n TYPE integer;
ALTER TABLE t ALTER n TYPE integer USING n::integer;
ALTER TABLE t ALTER a TYPE varchar(10);
ALTER TABLE t ALTER tx TYPE text USING NULL;
ALTER TABLE t ALTER tx TYPE text USING 'same';
ALTER TABLE t ALTER i TYPE bigint;
ALTER TABLE t ALTER tx TYPE checked;
ALTER TABLE t ALTER n TYPE numeric(10,1);
ALTER TABLE t ALTER a TYPE varchar(80), ALTER n TYPE integer;
ALTER TABLE t ALTER d TYPE timestamptz;
-- nothing lost, nothing rewritten
ALTER TABLE t ALTER a TYPE varchar(80);
ALTER TABLE t ALTER a TYPE varchar(90) USING a::varchar(90);
ALTER TABLE t ALTER a TYPE varchar(100) USING (a::varchar);
ALTER TABLE t ALTER a TYPE text;
ALTER TABLE t ALTER a TYPE text;
ALTER TABLE t ALTER n TYPE numeric(12,2);
ALTER TABLE t ALTER i TYPE int;
SET timezone = 'UTC';
ALTER TABLE t ALTER d TYPE timestamptz;
ALTER TABLE t ALTER d TYPE timestamp;
RESET timezone;
-- errors of the server stay its own
\set VERBOSITY sqlstate
ALTER TABLE t ALTER i TYPE no_such_type;
\set VERBOSITY terse
ALTER TABLE t ALTER d TYPE int;
SELECT * FROM (SELECT a, n, i, tx FROM t) s;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE t;
DROP DOMAIN short, checked;
DROP EXTENSION safemig;
