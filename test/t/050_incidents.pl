# No refusal is lost and none is counted twice: many sessions at once, a record
# moved to its table meanwhile, a crash, a damaged file, a standby that takes over.

use strict;
use warnings FATAL => 'all';

use FindBin;
use lib "$FindBin::Bin/../harness";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Server qw(wait_until_up);
use Test::More;

my $sessions = 8;
my $repeats = 250;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', 'restart_after_crash = on');
$node->start;

$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', q{
	CREATE TABLE t (id int);
	INSERT INTO t SELECT generate_series(1, 10);
	CREATE EXTENSION safemig;
	SELECT safemig.apply('1', 'first', 'CREATE TABLE made (id int)')});

my $oid = $node->safe_psql('shop', 'SELECT oid FROM pg_database WHERE datname = current_database()');
my $spool = $node->data_dir . "/safemig/$oid.spool";
my $files = PostgreSQL::Test::Utils::tempdir;

# A call that has nothing to do but to move the records into their table.
my $drain = q{SELECT safemig.apply('1', 'first', 'CREATE TABLE made (id int)')};

# Starts $count sessions that send the statement $times each.  They read from and
# write to files, so that all of them run, whichever is waited for.
my $started = 0;

sub start_sessions
{
	my ($count, $statement, $times) = @_;
	my @sessions;

	for (1 .. $count)
	{
		my $file = "$files/session" . ++$started;

		append_to_file("$file.sql", "$statement;\n" x $times);
		my $run = IPC::Run::start(
			[ 'psql', '-XAtq', '-v', 'VERBOSITY=sqlstate', '-d', $node->connstr('shop'), '-f', "$file.sql" ],
			'<', File::Spec->devnull, '>', "$file.out", '2>', "$file.err");
		push @sessions, { run => $run, said => "$file.err" };
	}
	return @sessions;
}

# Waits for them, and returns how many refusals they have seen.
sub refusals_of
{
	my $refusals = 0;

	foreach my $session (@_)
	{
		$session->{run}->finish;
		$refusals += () = slurp_file($session->{said}) =~ /ERROR:  SM001/g;
	}
	return $refusals;
}

sub flood
{
	return refusals_of(start_sessions($sessions, @_));
}

# How often a statement was refused, as the view and as the table say.
sub counted
{
	my ($where, $statement, $relation) = @_;

	$relation ||= 'incidents';
	return $where->safe_psql('shop', qq{
		SELECT coalesce(sum(times), 0) FROM safemig.$relation WHERE statement = '$statement;'});
}

sub refused
{
	my ($where, $statement, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	my ($status, $out, $said) = $where->psql('shop', "$statement;", extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($said, qr/ERROR:  SM001: safemig refused to /, $name);
}

sub spool_lines
{
	return -e $spool ? scalar(grep { /\S/ } split /\n/, slurp_file($spool)) : 0;
}

sub append_bytes
{
	my ($bytes) = @_;

	open(my $file, '>>:raw', $spool) or die "$spool: $!";
	print $file $bytes;
	close($file);
}

# ---------- many sessions at once ----------

my $statement = 'DELETE FROM t';

is(flood($statement, $repeats), $sessions * $repeats, 'each statement of each session is refused');
is(counted($node, $statement), $sessions * $repeats, 'and each is counted');
is($node->safe_psql('shop', 'SELECT count(*) FROM safemig.incidents'), 1, 'in one folded row');
is(counted($node, $statement, 'incident'), 0, 'none of them in the table so far');
is(flood('DELETE FROM t WHERE id = 0', 5), 0, 'a statement that passes is not refused');
is(spool_lines(), $sessions * $repeats, 'and leaves no record');

$node->safe_psql('shop', $drain);
is(counted($node, $statement, 'incident'), $sessions * $repeats, 'a drain moves each of them to the table');
is(counted($node, $statement), $sessions * $repeats, 'and none is counted twice');
is(spool_lines(), 0, 'nor is any left in the data directory');

# ---------- moved to the table while more come in ----------

$statement = 'DELETE FROM ONLY t';
my @drains = start_sessions(2, $drain, 400);
my $seen = flood($statement, 2 * $repeats);
refusals_of(@drains);
is($seen, 2 * $sessions * $repeats, 'during drains each statement is refused');
is(counted($node, $statement), $seen, 'and each is counted');
$node->safe_psql('shop', $drain);
is(counted($node, $statement), $seen, 'and after a last drain too');

$statement = 'TRUNCATE t';
refused($node, $statement, 'before a drain that is rolled back');
$node->safe_psql('shop', "BEGIN; $drain; ROLLBACK");
is(counted($node, $statement), 1, 'a drain that is rolled back loses nothing');
refused($node, $statement, 'after a drain that was rolled back');
$node->safe_psql('shop', $drain);
is(counted($node, $statement), 2, 'and what it left is moved by the next one');

# ---------- a crash ----------

$statement = 'DELETE FROM t WHERE true';
my @crashed = start_sessions($sessions, $statement, 40 * $repeats);
$node->poll_query_until('shop', qq{SELECT sum(times) > 100 FROM safemig.incidents WHERE statement = '$statement;'})
  or die 'no refusal came';
my $victim = $node->safe_psql('shop', qq{
	SELECT pid FROM pg_stat_activity WHERE query = '$statement;' AND pid <> pg_backend_pid() LIMIT 1});
is(kill(9, $victim), 1, 'a session is killed while it is refused');
$seen = refusals_of(@crashed);
wait_until_up($node);

my $counted = counted($node, $statement);
cmp_ok($counted, '>=', $seen, 'after the crash each refusal that a client has seen is counted');
cmp_ok($counted, '<=', $seen + $sessions, 'and none that did not happen');
cmp_ok($seen, '<', 40 * $sessions * $repeats, 'though the sessions ended early');
is(spool_lines(), $counted, 'no record is damaged');
$node->safe_psql('shop', $drain);
is(counted($node, $statement, 'incident'), $counted, 'and all of them are moved to the table');
refused($node, 'TRUNCATE t', 'the guard stands after the crash');

# ---------- a damaged file ----------

$statement = 'DELETE FROM t WHERE 1 = 1';
$node->safe_psql('shop', $drain);
refused($node, $statement, 'before the damage');
my $good = slurp_file($spool);

append_bytes("garbage\n\n\0\0\0\0\n\xff\xfe\x80 {\"id\":\n");
append_bytes($good =~ s/DELETE/SELECT/r);
refused($node, $statement, 'after garbage');
is(counted($node, $statement), 2, 'garbage and a record that was changed are skipped, the others are there');

# As a full disk leaves it: a record without its end.
append_bytes(substr($good, 0, 100));
refused($node, $statement, 'after a torn record');
is(counted($node, $statement), 3, 'a torn record takes no other with it');

$node->safe_psql('shop', $drain);
is(counted($node, $statement, 'incident'), 3, 'a drain moves the good ones');
is(spool_lines(), 0, 'and takes the damaged file away');

append_bytes("garbage\n");
$node->safe_psql('shop', $drain);
is(scalar(glob("$spool*")), undef, 'a file that holds nothing else is taken away too');

# The guard does not hang on its records.
unlink $spool;
mkdir $spool or die "$spool: $!";
refused($node, $statement, 'where no record can be written, the statement is refused nevertheless');
rmdir $spool or die "$spool: $!";
refused($node, $statement, 'and once it can');
is(counted($node, $statement), 4, 'it is');

# ---------- off is the way out, even when its record cannot be made ----------

my ($holder) = start_sessions(1, 'SET safemig.enforce = off; BEGIN; LOCK TABLE safemig.rule; SELECT pg_sleep(600)', 1);
$node->poll_query_until('postgres',
	q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = 'shop'})
  or die 'nobody holds the lock';
my $log_from = -s $node->logfile;
is($node->psql('shop', q{SET safemig.enforce = off; SET lock_timeout = '100ms'; DROP TABLE made}), 0,
	'enforce = off: what cannot be judged passes');
like(substr(slurp_file($node->logfile), $log_from), qr/LOG:  could not see what a statement .* does: .*lock timeout/,
	'enforce = off: and the server log says that there is no record');
isnt($node->psql('shop', q{SET safemig.enforce = off; SET statement_timeout = '300ms'; DROP TABLE t}), 0,
	'enforce = off: a cancel is not swallowed');
$node->safe_psql('postgres',
	q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = 'shop'});
refusals_of($holder);
is($node->safe_psql('shop', 'SELECT count(*) FROM t'), 10, 'enforce = off: and its statement did nothing');

# ---------- a standby that takes over ----------

$statement = 'DELETE FROM t WHERE 2 = 2';
flood($statement, 5);
$node->backup('base');		# with the records that are not in the table yet
flood($statement, 5);
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->safe_psql('shop', $drain);
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));

is(counted($node, $statement), 10 * $sessions, 'on the primary each refusal is counted');
is(counted($standby, $statement), 10 * $sessions, 'on the standby the same, though the backup brought some of the records');

foreach my $destructive ('DELETE FROM t', 'UPDATE t SET id = 0', 'TRUNCATE t', 'DROP TABLE t', 'ALTER TABLE t DROP COLUMN id',
	$drain, q{SELECT safemig.permit('drop table public.t')}, q{SELECT safemig.set('data', 'allow')})
{
	my ($status, $out, $said) = $standby->psql('shop', $destructive);
	like($said, qr/ERROR:  (safemig refused to|cannot execute)/, "on the standby an error, and no crash: $destructive");
}
is($standby->safe_psql('shop', 'SELECT count(*) FROM t'), 10, 'the standby goes on reading');
like(slurp_file($standby->logfile), qr/LOG:  incident: .*"statement":"TRUNCATE t"/, 'what it refused is in its log');

my $history = 'SELECT id, event, version, subject FROM safemig.history_entry ORDER BY id';
my $history_before = $node->safe_psql('shop', $history);
my $newest = $node->safe_psql('shop', 'SELECT max(id) FROM safemig.history_entry');
is($standby->safe_psql('shop', $history), $history_before, 'the standby has the history');

$node->stop('immediate');
$standby->promote;

refused($standby, 'DROP TABLE t', 'after promotion DROP TABLE is refused');
refused($standby, 'DELETE FROM t WHERE 3 = 3', 'and DELETE of every row');
is($standby->psql('shop', 'DELETE FROM t WHERE id = 1'), 0, 'DELETE of one row is not');
is(counted($standby, 'DELETE FROM t WHERE 3 = 3'), 1, 'what is refused there is on record there');
is($standby->safe_psql('shop', q{SELECT safemig.apply('2', 'next', 'CREATE TABLE next (id int)')}), 'applied',
	'the next version is applied');
is($standby->safe_psql('shop', qq{SELECT count(*), min(id) > $newest FROM safemig.history_entry WHERE version = '2'}),
	'1|t', 'its row of the history goes behind the old ones');
is($standby->safe_psql('shop', 'SELECT safemig.current_version()'), '2', 'and it is the current one');
is(counted($standby, $statement), 10 * $sessions, 'no refusal from before is lost or counted twice');

$standby->stop;
done_testing();
