# Captured rows of DELETE and UPDATE are kept if and only if their transaction commits: prepared
# transactions, kill -9 before and after the commit, a standby that takes over.

use strict;
use warnings;

use IPC::Run qw(start finish kill_kill);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "max_prepared_transactions = 5\nrestart_after_crash = on\n");
$node->start;
$node->safe_psql('postgres', q(
	SET client_min_messages = warning;
	CREATE EXTENSION safemig;
	SELECT safemig.set('keep_max_bytes', '1GB'), safemig.set('data', 'allow');
	CREATE TABLE t (id int PRIMARY KEY, a text, big text);
	ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
	INSERT INTO t SELECT g, 'a' || g, repeat(md5(g::text), 200) FROM generate_series(1, 1000) g;
));

sub sql_on { return $_[0]->safe_psql('postgres', "SET client_min_messages = warning; $_[1]"); }
sub sql { return sql_on($node, @_); }

my $sum = q(SELECT count(*) || ' ' || md5(string_agg(t::text, ',' ORDER BY id)) FROM t);
my $whole = sql($sum);
my $take = q(SELECT FROM safemig.capture('public.t'); DELETE FROM t WHERE id <= 500; UPDATE t SET a = NULL, big = '' WHERE id > 500;);
my $undo = q(SELECT safemig.undo_transaction(xid) FROM safemig.bin ORDER BY id DESC LIMIT 1);
my $back = 'came back: 500 rows of table public.t; came back: 500 rows of table public.t';
my $kept = q(SELECT count(*) FROM safemig.bin WHERE state = 'kept');
my $left = q(SELECT count(*) FROM pg_trigger WHERE tgname ~ 'safemig_capture');

sub is_back
{
	my ($which, $how) = @_;
	is(sql_on($which, $left), '0', "$how: no trigger is left");
	is(sql_on($which, $undo), $back, "$how: it comes back");
	is(sql_on($which, $sum), $whole, "$how: every row as it was");
}

# The postmaster and all with it, as when the machine loses power.
sub crash
{
	my ($pid) = split /\n/, slurp_file($node->data_dir . '/postmaster.pid');
	$node->kill9;
	for (1 .. 100)
	{
		last unless kill 0, $pid;
		select(undef, undef, undef, 0.1);
	}
	# its children go when they see that it is gone
	for (1 .. 50)
	{
		return if $node->start(fail_ok => 1);
		select(undef, undef, undef, 0.2);
	}
	die 'no start after the crash';
}

# ---------- prepared

sql("BEGIN; $take PREPARE TRANSACTION 'p'");
is(sql($sum), $whole, 'prepared: nothing has gone yet');
crash();
is(sql($kept), '0', 'prepared: nor is anything kept');
sql(q(ROLLBACK PREPARED 'p'));
is(sql("$sum; $kept; $left"), "$whole\n0\n0", 'rolled back: as before');
sql('UPDATE t SET a = a WHERE id = 1');

sql("BEGIN; $take PREPARE TRANSACTION 'q'");
crash();
sql(q(COMMIT PREPARED 'q'));
isnt(sql($sum), $whole, 'committed: the rows are gone');
is_back($node, 'committed after a crash');

# ---------- kill -9

my $script = PostgreSQL::Test::Utils::tempdir() . '/doomed.sql';
append_to_file($script, "SET application_name = 'doomed'; BEGIN; $take SELECT pg_sleep(600);\n");
my $out = '';
my $doomed = start(['psql', '-XAtq', '-d', $node->connstr('postgres'), '-f', $script], '>', \$out, '2>', \$out);
$node->poll_query_until('postgres',
	q(SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'doomed' AND wait_event = 'PgSleep'))
	or die 'it never slept';
crash();
kill_kill($doomed);
is(sql("$sum; $kept; $left"), "$whole\n0\n0", 'killed before the commit: as before');

sql("CHECKPOINT; BEGIN; $take COMMIT");
crash();
is_back($node, 'killed after the commit');
crash();
is(sql($sum), $whole, 'killed after the undo: every row as it was');

# ---------- a standby that takes over

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
sql("BEGIN; $take COMMIT");
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
my ($code, $stdout, $stderr) = $standby->psql('postgres', q(BEGIN; SELECT safemig.capture('public.t')));
like($stderr, qr/cannot execute safemig.capture\(\) in a read-only transaction|during recovery/, 'a standby captures nothing');
$node->stop('immediate');
$standby->promote;
is_back($standby, 'promoted');
$standby->stop;

done_testing();
