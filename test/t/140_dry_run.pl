# A dry run leaves the database as it was, whatever ends it, and says what it
# could not take back.

use strict;
use warnings;

use IPC::Run qw(start finish);
use FindBin;
use lib "$FindBin::Bin/../harness";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Server qw(wait_until_up);
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dry_run');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', 'restart_after_crash = on');
$node->start;
$node->safe_psql('postgres', q(
	SET client_min_messages = warning;
	CREATE EXTENSION safemig;
	CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL, score int CHECK (score >= 0));
	INSERT INTO users (name, score) SELECT 'user ' || i, i FROM generate_series(1, 5000) i;
	CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users, note text);
	INSERT INTO orders SELECT i, i, 'note' FROM generate_series(1, 5000) i;
	CREATE VIEW high_scores AS SELECT * FROM users WHERE score > 100;
	CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM orders;
	CREATE FUNCTION names() RETURNS SETOF text LANGUAGE sql AS 'SELECT name FROM public.users';
));

my $dump = 0;

sub dump_all
{
	my $file = PostgreSQL::Test::Utils::tempdir() . '/' . ++$dump;

	command_ok([ 'pg_dump', '--no-sync', '-d', $node->connstr('postgres'), '-f', $file ], "dump $dump");
	# newer minors write a random key into each dump; safemig's own numbers move on
	return join('', grep { !/^\\(un)?restrict|setval\('safemig\./ } split(/^/m, slurp_file($file)));
}

# What a dump does not hold.
sub state_of_catalogs
{
	return $node->safe_psql('postgres', q(
		SELECT c.oid, relname, relfilenode, relkind, relnatts, relacl, relhastriggers FROM pg_class c
		 WHERE c.oid >= 16384 ORDER BY 1;
		SELECT count(*) FROM pg_depend; SELECT count(*) FROM pg_attribute; SELECT count(*) FROM pg_constraint;
		SELECT count(*) FROM pg_proc; SELECT count(*) FROM pg_type; SELECT count(*) FROM pg_namespace;
		SELECT count(*) FROM safemig.bin; SELECT count(*) FROM safemig.history;
		SELECT count(*) FROM pg_locks WHERE locktype = 'advisory';
	));
}

my $script = q{
	ALTER TABLE users ADD language text DEFAULT 'en';
	ALTER TABLE users ALTER score TYPE bigint;
	UPDATE users SET score = score + 1 WHERE id > 10;
	DELETE FROM orders;
	DROP MATERIALIZED VIEW totals;
	DROP TABLE orders;
	TRUNCATE users;
	CREATE SCHEMA other;
	CREATE TABLE other.things AS SELECT * FROM users;
	CREATE OR REPLACE FUNCTION names() RETURNS SETOF text LANGUAGE sql AS 'SELECT name FROM public.users LIMIT 1';
	GRANT SELECT ON users TO PUBLIC;
	CREATE ROLE somebody;
	COMMENT ON TABLE users IS 'all of them';
	ALTER TABLE users RENAME TO clients;
	DROP FUNCTION names;
};
my $permits = q(ARRAY['alter column type public.users.score', 'delete all public.orders', 'drop table public.orders',
	'drop materialized view public.totals', 'truncate public.users', 'rename table public.users']);

# Maps of free space and of what all see come and go with the server's own work.
sub data_files
{
	return sort grep { !/_(fsm|vm)$/ } glob($node->data_dir . '/base/*/[0-9]*');
}

# --- all of it is there as before
my $dump_before = dump_all();
my $catalogs_before = state_of_catalogs();
my $files_before = join("\n", data_files());
my ($code, $out, $err) = $node->psql('postgres', "SELECT statement, error FROM safemig.dry_run(\$s\$DROP VIEW high_scores; $script\$s\$, $permits) WHERE error IS NOT NULL");
is("$code|$out", '0|', 'the script runs to its end');
like($err, qr/NOTICE:  the dry run is taken back, and leaves behind: [0-9]+ dead rows in public\.users/, 'it says what it leaves behind');
like($err, qr/DETAIL:  It has written [0-9]+ (bytes|kB|MB) of WAL and used transaction ids/, 'and what besides');
is(dump_all(), $dump_before, 'the dump is the same');
is(state_of_catalogs(), $catalogs_before, 'the catalogs are');
$node->safe_psql('postgres', 'CHECKPOINT');
is(join("\n", data_files()), $files_before, 'no file is left or lost');
is($node->safe_psql('postgres', 'SELECT statements, permits[1] FROM safemig.dry_runs'), '16|alter column type public.users.score', 'it is on record');

# --- also when it fails
($code, $out, $err) = $node->psql('postgres', "SELECT statement, left(error, 5) FROM safemig.dry_run(\$s\$DROP VIEW high_scores; $script; SELECT 1 / 0\$s\$, $permits) WHERE error IS NOT NULL");
is("$code|$out", '0|17|22012', 'the script fails in its last statement');
is(dump_all(), $dump_before, 'failed: the dump is the same');
is($node->safe_psql('postgres', 'SELECT count(*) FROM safemig.dry_runs'), '1', 'failed: not on record');

# --- whatever ends it
my $scripts = PostgreSQL::Test::Utils::tempdir();
my $clients = 0;

sub begin_dry_run
{
	my $file = "$scripts/" . ++$clients;

	append_to_file("$file.sql", "SELECT statement, error FROM safemig.dry_run(\$s\$DROP VIEW high_scores; $script; SELECT pg_sleep(180)\$s\$, $permits)");
	my $client = start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-f', "$file.sql" ],
		'<', '/dev/null', '>', "$file.out", '2>', "$file.err");
	$node->poll_query_until('postgres', q(
		SELECT count(*) = 1 FROM pg_stat_activity
		 WHERE query LIKE 'safemig dry run statement 17 of 17: SELECT pg\_sleep%' AND wait_event = 'PgSleep'))
	  or die 'the dry run did not come to its last statement';
	return ($client, $node->safe_psql('postgres', q(SELECT pid FROM pg_stat_activity WHERE query LIKE 'safemig dry run %')), "$file.err");
}

my ($client, $pid, $said) = begin_dry_run();
is(PostgreSQL::Test::Utils::system_log('pg_ctl', 'kill', 'KILL', $pid), 0, 'kill -9 of the backend');
finish($client);
wait_until_up($node);
is(dump_all(), $dump_before, 'kill -9: the dump is the same');
is(state_of_catalogs(), $catalogs_before, 'kill -9: the catalogs are');

foreach my $way ('pg_terminate_backend', 'pg_cancel_backend')
{
	($client, $pid, $said) = begin_dry_run();
	$node->safe_psql('postgres', "SELECT $way($pid)");
	finish($client);
	$node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM pg_stat_activity WHERE query LIKE \'safemig dry run%\'')
	  or die 'it goes on';
	like(slurp_file($said), $way =~ /cancel/ ? qr/ERROR:  canceling statement due to user request/ : qr/terminating connection/, "$way: ends the call");
	is(dump_all(), $dump_before, "$way: the dump is the same");
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM safemig.incidents'), '0', 'none of it is an incident');

# --- a statement that waits for a lock has its row, and the one after it none
my $holder = $node->background_psql('postgres');
$holder->query_safe('BEGIN; LOCK TABLE orders IN ACCESS SHARE MODE;');
$node->safe_psql('postgres', q(SELECT safemig.set('dry_run_lock_wait', '100ms')));
is($node->safe_psql('postgres', q(SELECT statement, locks, left(error, 5), error LIKE '%HINT:  The setting dry_run_lock_wait says%'
	  FROM safemig.dry_run('ALTER TABLE users ADD l text; ALTER TABLE orders ADD l text; SELECT 1'))),
	"1|{\"public.users\": \"AccessExclusiveLock\"}||\n2|{}|55P03|t\n3|||", 'lock timeout');

# --- what others draw from sequences meanwhile is not its doing
$node->safe_psql('postgres', q(
	SELECT safemig.set('dry_run_lock_wait', '1min');
	CREATE SEQUENCE ours;
	CREATE SEQUENCE theirs));
append_to_file("$scripts/draw.sql", q(SELECT count(error) FROM safemig.dry_run('SELECT nextval(''ours''); ALTER TABLE orders ADD l text')));
my $drawer = start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-f', "$scripts/draw.sql" ],
	'<', '/dev/null', '>', "$scripts/draw.out", '2>', "$scripts/draw.err");
$node->poll_query_until('postgres', q(
	SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE 'safemig dry run statement 2 of 2: %' AND wait_event_type = 'Lock'))
  or die 'the dry run does not wait';
$node->safe_psql('postgres', q(SELECT nextval('theirs')));
$holder->query_safe('COMMIT');
finish($drawer);
like(slurp_file("$scripts/draw.err"), qr/leaves behind: sequence public\.ours moved from before 1 to 1$/m, 'only its own sequence is named');
is(slurp_file("$scripts/draw.out"), "0\n", 'and the dry run passed');
$holder->quit;

# --- 5000 statements, 10 MB
my $long = join(";\n", map { "INSERT INTO users (name) VALUES ('" . ('x' x 2000) . "')" } 1 .. 5000);
append_to_file("$scripts/long.sql", "SET client_min_messages = warning; SELECT count(*), count(error), max(line), sum(rows) FROM safemig.dry_run(\$s\$$long\$s\$)");
$node->safe_psql('postgres', q(SELECT safemig.set('dry_run_time', '10min')));
my $longest = $node->safe_psql('postgres', '', extra_params => [ '-f', "$scripts/long.sql" ]);
is($longest, '5001|0|5000|5000', 'a long script');

# --- a standby
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
($code, $out, $err) = $standby->psql('postgres', q(SELECT error FROM safemig.dry_run('SELECT 1')));
like($err, qr/cannot execute safemig\.dry_run\(\) in a read-only transaction/, 'a standby says that it cannot');
$standby->stop;

$node->stop;
done_testing();
