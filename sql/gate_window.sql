-- The gate change_window: migrations run in its hours only, each written as people do.
SET client_min_messages = error; CREATE EXTENSION safemig; RESET client_min_messages; \set VERBOSITY terse
SELECT value, "default" FROM safemig.settings WHERE name = 'change_window';

-- what can be read
SELECT w, safemig.set('change_window', w) FROM unnest(ARRAY[
	'Sun 02:00-05:00 Europe/Berlin', '02:00-05:00', 'Mon-Fri 22:00-02:00 UTC', 'Fri-Mon 00:00-24:00', 'saturday Sun 01:00-02:00',
	'Sun 02:00-05:00 Europe/Berlin, Wed 22:00-23:30 America/New_York', 'off']) w;
-- and what cannot
SELECT safemig.set('change_window', 'Sun');
SELECT safemig.set('change_window', 'Son 02:00-05:00');
SELECT safemig.set('change_window', 'Sun 2:00-5:00');
SELECT safemig.set('change_window', 'Sun 02:60-05:00');
SELECT safemig.set('change_window', 'Sun 02:00-24:01');
SELECT safemig.set('change_window', 'Sun 02:00-02:00');
SELECT safemig.set('change_window', 'Sun 02:00-05:00 Europe/Atlantis');
SELECT safemig.set('change_window', 'Sun 02:00-05:00 UTC,');
SELECT safemig.set('change_window', 'Sun 02:00-05:00 UTC today');
SELECT safemig.set('change_window', '');

-- closed the day after tomorrow only
SELECT to_char(now() AT TIME ZONE 'UTC' + interval '2 days', 'Dy') || ' 00:00-24:00' AS other_day \gset
SELECT safemig.set('change_window', :'other_day') IS NOT NULL AS set;
SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i int)');
SELECT to_regclass('one');
-- what does not run asks no gate
SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i int)', environments => ARRAY['test']);
-- open all week, from one midnight to the next; in one of several; a moment around now in a far zone
SELECT safemig.set('change_window', '00:00-24:00');
SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i int)');
SELECT safemig.set('change_window', :'other_day' || ', Sun-Sat 00:00-24:00 Asia/Tokyo') IS NOT NULL AS set;
SELECT safemig.apply('2', 'two', 'CREATE TABLE two (i int)');
SELECT to_char(t - interval '1 hour', 'Dy HH24:MI-') || to_char(t + interval '1 hour', 'HH24:MI') || ' Asia/Tokyo' AS around,
       to_char(t - interval '1 hour', 'Dy HH24:MI-') || to_char(t + interval '1 hour', 'HH24:MI') || ' America/Lima' AS elsewhere
  FROM (SELECT now() AT TIME ZONE 'Asia/Tokyo') n(t) \gset
SELECT safemig.set('change_window', :'elsewhere') IS NOT NULL AS set;
SELECT safemig.apply('3', 'three', 'CREATE TABLE three (i int)');
SELECT safemig.set('change_window', :'around') IS NOT NULL AS set;
SELECT safemig.apply('3', 'three', 'CREATE TABLE three (i int)');

-- who may, opens it for a transaction, on record
SELECT safemig.set('change_window', :'other_day') IS NOT NULL AS set;
BEGIN;
SELECT safemig.set_local('change_window', 'off');
SELECT safemig.apply('4', 'four', 'CREATE TABLE four (i int)');
COMMIT;
SELECT safemig.apply('5', 'five', 'CREATE TABLE five (i int)');
SELECT right(detail, 6) AS detail FROM safemig.history WHERE event = 'setting changed for a transaction';

SET safemig.enforce = off;
SET client_min_messages = error;
DROP TABLE one, two, three, four;
DROP EXTENSION safemig;
