# What TRUNCATE took and undrop() gives back survives whatever happens between:
# kill -9 at any time, prepared transactions, a standby that takes over, a log
# that holds only the least.

use strict;
use warnings;

use IPC::Run qw(start finish kill_kill);
use FindBin;
use lib "$FindBin::Bin/../harness";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Server qw(wait_until_up);
use Test::More;

my $setup = q(
	SET client_min_messages = warning;
	CREATE EXTENSION safemig;
	CREATE EXTENSION amcheck;
	SELECT safemig.set('keep_max_bytes', '1GB'), safemig.set('data', 'allow');
	CREATE TABLE t (id int PRIMARY KEY, a text, big text);
	ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
	CREATE INDEX t_a ON t (lower(a)) WHERE id > 10;
	INSERT INTO t SELECT g, 'a' || g, repeat(md5(g::text), 200) FROM generate_series(1, 2000) g;
	CREATE FUNCTION sum_of(text, OUT sum text) LANGUAGE plpgsql AS $f$
		BEGIN EXECUTE format('SELECT count(*) || '' '' || md5(string_agg(x::text, '','' ORDER BY id)) FROM %s x', $1) INTO sum; END $f$;
	CREATE FUNCTION broken(regclass) RETURNS text LANGUAGE sql AS $f$
		SELECT string_agg(msg, '; ') FROM verify_heapam($1) $f$;
	CREATE FUNCTION indexed(regclass) RETURNS bigint LANGUAGE sql AS $f$
		SELECT count(bt_index_check(indexrelid, true)) FROM pg_index WHERE indrelid = $1 AND indisvalid $f$;
);

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "max_prepared_transactions = 5\nrestart_after_crash = on\n");
$node->start;
$node->safe_psql('postgres', $setup);
my $whole = $node->safe_psql('postgres', q(SELECT sum_of('t')));

sub sql { return $node->safe_psql('postgres', "SET client_min_messages = warning; $_[0]"); }

# The postmaster and all with it, as when the machine loses power.
sub crash
{
	my ($which) = @_;
	my ($pid) = split /\n/, slurp_file($which->data_dir . '/postmaster.pid');
	$which->kill9;
	for (1 .. 100)
	{
		last unless kill 0, $pid;
		select(undef, undef, undef, 0.1);
	}
	# its children go when they see that it is gone
	for (1 .. 50)
	{
		return if $which->start(fail_ok => 1);
		select(undef, undef, undef, 0.2);
	}
	die 'no start after the crash';
}

sub is_whole
{
	my ($which, $how) = @_;
	is( $which->safe_psql('postgres', q(SELECT sum_of('t'), coalesce(broken('t'), 'sound'), indexed('t'))),
		"$whole|sound|2", "$how: every row, heap and indexes sound");
}

# ---------- kill -9

sql('CHECKPOINT; TRUNCATE t; INSERT INTO t SELECT g, g FROM generate_series(5001, 5010) g');
crash($node);
is(sql('SELECT count(*), indexed(\'t\') FROM t'), '10|2', 'killed after TRUNCATE: the new rows are there');
sql('DELETE FROM t WHERE id > 5000');
sql(q(SELECT safemig.undrop('public.t')));
crash($node);
is_whole($node, 'killed after undrop');

my $scripts = PostgreSQL::Test::Utils::tempdir();

# Runs to its pg_sleep() and is killed there.
sub kill_in_flight
{
	my ($what) = @_;
	append_to_file("$scripts/$what.sql", "SET application_name = '$what'; BEGIN; $_[1]; SELECT pg_sleep(180);");
	my $client = start(
		[ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-f', "$scripts/$what.sql" ],
		'<', '/dev/null', '>', "$scripts/$what.out", '2>', "$scripts/$what.err");
	$node->poll_query_until('postgres',
		"SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = '$what' AND wait_event = 'PgSleep'")
	  or die "$what did not come to its sleep";
	my $pid = sql("SELECT pid FROM pg_stat_activity WHERE application_name = '$what'");
	kill 'KILL', $pid;
	finish $client;
	wait_until_up($node);
	return;
}

kill_in_flight('truncate', 'CHECKPOINT; TRUNCATE t; INSERT INTO t VALUES (1)');
is_whole($node, 'killed in TRUNCATE');
is(sql(q(SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'pg\_safemig\_bin%')), '0', 'and nothing is in the bin');
kill_in_flight('cluster', 'CLUSTER t USING t_pkey; TRUNCATE t; INSERT INTO t VALUES (1)');
is_whole($node, 'killed in TRUNCATE after CLUSTER');
sql('TRUNCATE t');
kill_in_flight('undrop', q(SELECT safemig.undrop('public.t')));
is(sql('SELECT count(*) FROM t'), '0', 'killed in undrop: still empty');
sql(q(SELECT safemig.undrop('public.t')));
is_whole($node, 'and brought back afterwards');

# ---------- prepared transactions

sql(q(BEGIN; TRUNCATE t; INSERT INTO t VALUES (7); PREPARE TRANSACTION 'one'));
crash($node);
sql(q(ROLLBACK PREPARED 'one'));
is_whole($node, 'TRUNCATE prepared, killed, rolled back');
sql(q(BEGIN; CLUSTER t USING t_pkey; TRUNCATE t; INSERT INTO t VALUES (7); PREPARE TRANSACTION 'two'));
crash($node);
sql(q(COMMIT PREPARED 'two'));
is(sql('SELECT id FROM t'), '7', 'TRUNCATE prepared, killed, committed');
sql(q(DELETE FROM t WHERE id = 7; BEGIN; SELECT safemig.undrop('public.t'); PREPARE TRANSACTION 'three'));
crash($node);
sql(q(COMMIT PREPARED 'three'));
is_whole($node, 'undrop prepared, killed, committed');

# ---------- a standby

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
sql('CREATE TABLE other (id int PRIMARY KEY, v text); INSERT INTO other SELECT g, g FROM generate_series(1, 500) g');
my $other = sql(q(SELECT sum_of('other')));
sql('TRUNCATE other');
sql(q(TRUNCATE t; SELECT safemig.undrop('public.t'); TRUNCATE t));
$node->wait_for_catchup($standby, 'replay', $node->lsn('write'));
my $archive = sql(q(SELECT bin_oid::regclass FROM safemig.bin_item WHERE identity = 'public.t' ORDER BY entry DESC LIMIT 1));
is($standby->safe_psql('postgres', "SELECT sum_of('$archive'), coalesce(broken('$archive'), 'sound')"),
	"$whole|sound", 'the standby has the bin');
$node->stop('immediate');
$standby->promote;
$standby->safe_psql('postgres', q(SELECT safemig.undrop('public.t'); SELECT safemig.undrop('public.other')));
is_whole($standby, 'promoted');
is($standby->safe_psql('postgres', q(SELECT sum_of('other'))), $other, 'and what was truncated twice apart');
$standby->safe_psql('postgres', q(VACUUM FREEZE t; UPDATE t SET a = a; VACUUM t));
is_whole($standby, 'frozen, updated, vacuumed');
$standby->stop('fast');

# ---------- wal_level = minimal; and no full page hides that a change of a page is not in the log, or should not be

my $minimal = PostgreSQL::Test::Cluster->new('minimal');
$minimal->init;
$minimal->append_conf('postgresql.conf', "wal_level = minimal\nmax_wal_senders = 0\nfull_page_writes = off\n");
$minimal->start;
$minimal->safe_psql('postgres', $setup);

sub min { return $minimal->safe_psql('postgres', "SET client_min_messages = warning; $_[0]"); }

min('CHECKPOINT; BEGIN; CLUSTER t USING t_pkey; TRUNCATE t; INSERT INTO t VALUES (1); DELETE FROM t; COMMIT');
crash($minimal);
min(q(SELECT safemig.undrop('public.t')));
crash($minimal);
is_whole($minimal, 'minimal: clustered and truncated in one transaction');
min(q(BEGIN; TRUNCATE t; INSERT INTO t SELECT g, g FROM generate_series(5001, 5100) g; DELETE FROM t WHERE id > 0;
	SELECT safemig.undrop('public.t'); COMMIT));
crash($minimal);
is_whole($minimal, 'minimal: truncated and brought back in one transaction');
min(q(BEGIN; TRUNCATE t; INSERT INTO t SELECT g, g FROM generate_series(5001, 5100) g; SAVEPOINT s; DELETE FROM t;
	SELECT safemig.undrop('public.t'); ROLLBACK TO s;
	INSERT INTO t SELECT g, g FROM generate_series(6001, 6100) g; COMMIT));
crash($minimal);
is(min(q(SELECT count(*), indexed('t') FROM t)), '200|2', 'minimal: undrop rolled back to a savepoint');
min(q(DELETE FROM t WHERE id > 0; BEGIN; SELECT safemig.undrop('public.t'); UPDATE t SET a = a; COMMIT));
crash($minimal);
is_whole($minimal, 'minimal: brought back and written in one transaction');
min(q(BEGIN; SAVEPOINT s; TRUNCATE t; INSERT INTO t VALUES (1); ROLLBACK TO s; UPDATE t SET a = a; COMMIT));
crash($minimal);
is_whole($minimal, 'minimal: TRUNCATE rolled back to a savepoint');
min(q(BEGIN; CLUSTER t USING t_pkey; SAVEPOINT s; TRUNCATE t; INSERT INTO t VALUES (1); ROLLBACK TO s; UPDATE t SET a = a; COMMIT));
crash($minimal);
is_whole($minimal, 'minimal: the same after CLUSTER');

done_testing();
