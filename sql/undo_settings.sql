-- What is kept in one session comes back in another: with other settings, and other rows in sight.
SET client_min_messages = error;
CREATE EXTENSION safemig;
\set VERBOSITY terse
SELECT safemig.set('data', 'allow'), safemig.set('contract', 'allow');
CREATE FUNCTION newest() RETURNS bigint LANGUAGE sql AS $$ SELECT max(id) FROM safemig.bin $$;

-- a policy that hides rows from the table's owner, too
CREATE ROLE regress_safemig_tenant;
CREATE SCHEMA saas AUTHORIZATION regress_safemig_tenant;
SET ROLE regress_safemig_tenant;
CREATE TABLE saas.bills (id int PRIMARY KEY, tenant text, amount numeric, note text);
INSERT INTO saas.bills SELECT g, 't' || g % 2, g + 0.25, 'n' || g FROM generate_series(1, 3) g;
ALTER TABLE saas.bills ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON saas.bills USING (tenant = current_setting('saas.tenant', true));
ALTER TABLE saas.bills ALTER amount TYPE int;
ALTER TABLE saas.bills DROP COLUMN note;
RESET ROLE;
SELECT * FROM saas.bills ORDER BY id;
SELECT format('CALL safemig.settle(%s)', newest()) \gexec
SELECT safemig.undrop('saas.bills.note');
SELECT safemig.undrop('saas.bills.amount');
SELECT * FROM saas.bills ORDER BY id;

-- a time zone, a DateStyle
SET timezone = 'Europe/Berlin';
SET datestyle = 'SQL, DMY';
SET intervalstyle = 'sql_standard';
CREATE TABLE visits (id int PRIMARY KEY, at timestamptz, day date, span interval, n int);
INSERT INTO visits VALUES (1, '2026-07-01 12:00+00', '2026-02-03', '-1 2:03:04', 5);
ALTER TABLE visits ALTER at TYPE timestamp;
ALTER TABLE visits ALTER day TYPE text;
ALTER TABLE visits ALTER span TYPE text;
ALTER TABLE visits ALTER n TYPE bigint;
SELECT identity, detail ->> 'mode' AS mode FROM safemig.bin_item WHERE identity LIKE 'public.visits.%' ORDER BY 1;
SELECT at, day, span FROM visits;
CREATE TABLE dated (id int);
INSERT INTO dated VALUES (1);
ALTER TABLE dated ADD COLUMN day date DEFAULT '2026-02-03', ADD COLUMN span interval DEFAULT '-1 2:03:04';
CREATE VIEW on_day AS SELECT id FROM dated WHERE day = '2026-02-03'::date;
DROP VIEW on_day;
ALTER TABLE dated DROP COLUMN day, DROP COLUMN span;
CREATE TABLE months (day date) PARTITION BY RANGE (day);
CREATE TABLE february PARTITION OF months FOR VALUES FROM ('2026-02-03') TO ('2026-03-04');
DROP TABLE february;
SET timezone = 'America/New_York';
SET datestyle = 'ISO, MDY';
SET intervalstyle = 'postgres';
SELECT safemig.undrop('public.visits.n');
SELECT safemig.undrop('public.visits.span');
SELECT safemig.undrop('public.visits.day');
SELECT safemig.undrop('public.visits.at');
SELECT id, at AT TIME ZONE 'UTC' AS at, day, span, n FROM visits;
SELECT safemig.undrop('public.dated.day');
SELECT safemig.undrop('public.on_day');
INSERT INTO dated DEFAULT VALUES;
SELECT * FROM dated;
SELECT replace(pg_get_viewdef('on_day'), 'dated.', '') AS viewdef;
SELECT safemig.undrop('public.february');
SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'february';

SET safemig.enforce = off;
DROP SCHEMA saas CASCADE;
DROP TABLE visits, dated, months CASCADE;
DROP FUNCTION newest;
DROP EXTENSION safemig;
DROP ROLE regress_safemig_tenant;
