# Who comes second is told who has the turn, as far as he may know it; and does not
# wait with a snapshot for whoever waits for snapshots.

use strict;
use warnings FATAL => 'all';

use IPC::Run qw(start finish);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('runner');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', q(
	SET client_min_messages = warning;
	CREATE EXTENSION safemig;
	CREATE ROLE one LOGIN;
	CREATE ROLE other LOGIN;
	GRANT EXECUTE ON FUNCTION safemig.apply TO one, other;
	SELECT safemig.set('runner_wait', '100ms');
));

my $files = PostgreSQL::Test::Utils::tempdir();
my $clients = 0;

sub client
{
	my ($user, $sql) = @_;
	my $file = "$files/" . ++$clients;

	append_to_file("$file.sql", $sql);
	return start(
		[ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres') . " user=$user application_name=first", '-f', "$file.sql" ],
		'<', '/dev/null', '>', "$file.out", '2>', "$file.err");
}

# What it says to whom; without the session's own statement, which psql shows again.
sub told
{
	my ($user, $sql) = @_;
	my (undef, undef, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql", extra_params => [ '-U', $user ]);

	return $err =~ s/^LOCATION:.*\n?//mr;
}

sub wait_for
{
	my ($condition, $what) = @_;

	$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE $condition") or die $what;
	return $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE $condition");
}

# ---------- who is in the way ----------

my $try = q(SELECT safemig.apply('2', 'two', 'SELECT 2'));
my $first = client('one', q(SELECT safemig.apply('1', 'one', 'SELECT pg_sleep(180); ALTER ROLE one PASSWORD ''hush''')));
my $pid = wait_for(q(query LIKE 'safemig 1 statement 1 of 2: SELECT pg_sleep%' AND wait_event = 'PgSleep'), 'the first did not begin');

like(told('one', $try),
	qr/SM005: another runner of migrations is at work\nDETAIL:  It is process $pid, application "first", active, in its transaction for 00:00:\d\d: safemig 1 statement 1 of 2: SELECT pg_sleep\(180\)\nHINT:  Wait until it is done, or SELECT pg_cancel_backend\($pid\); the setting runner_wait says/,
	'the same role is told all');
like(told('other', $try),
	qr/SM005: .*\nDETAIL:  It is process $pid, application "first": <insufficient privilege>\nHINT/,
	'another only what the server shows it');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
finish($first);

$first = client('one', qq(BEGIN;\nSELECT safemig.apply('1', 'one', 'SELECT 1');\nSELECT pg_sleep(180), 'x' AS "ALTER ROLE one PASSWORD 'hush'";));
$pid = wait_for(q(query LIKE 'SELECT pg_sleep%' AND usename = 'one'), 'the second did not begin');
my $told = told('one', $try);
like($told, qr/: SELECT pg_sleep\(180\)/, 'what it is at now');
unlike($told, qr/hush/, 'without secrets');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
finish($first);

$first = client('one', qq(BEGIN;\nSELECT safemig.apply('1', 'one', 'SELECT 1');\n\\! sleep 5\n));
$pid = wait_for(q(usename = 'one' AND state = 'idle in transaction'), 'the third is not idle');
like(told('one', $try), qr/"first", idle in transaction, .*\nHINT:  Wait until it is done, or SELECT pg_terminate_backend\($pid\)/, 'an idle one is to be ended otherwise');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
finish($first);
is($node->safe_psql('postgres', q(SELECT safemig.apply('2', 'two', 'SELECT 2'))), 'applied', 'then the turn is free');

# ---------- an online migration has the turn ----------

# No SQL takes these locks, so a function of the test's own does, as an online migration will.
my $library = "$files/hold_lock";
append_to_file("$library.c", q(
#include "postgres.h"
#include "fmgr.h"
#include "catalog/pg_extension.h"
#include "miscadmin.h"
#include "storage/lock.h"

PG_MODULE_MAGIC;
PG_FUNCTION_INFO_V1(hold_lock);

Datum
hold_lock(PG_FUNCTION_ARGS)
{
	LOCKTAG tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, ExtensionRelationId, PG_GETARG_OID(0), PG_GETARG_INT32(1));
	if (PG_GETARG_BOOL(2))
		(void) LockAcquire(&tag, ExclusiveLock, true, false);
	else
		(void) LockRelease(&tag, ExclusiveLock, true);
	PG_RETURN_VOID();
}
));
my ($compiler, $flags, $headers) = map { chomp(my $line = `pg_config --$_`); $line } qw(cc cflags includedir-server);
system("$compiler $flags -fPIC -shared -I$headers -o $library.so $library.c") == 0 or die 'cannot build the function';
$node->safe_psql('postgres', qq(
	CREATE FUNCTION hold_lock(extension oid, subid int, hold boolean) RETURNS void LANGUAGE c STRICT AS '$library', 'hold_lock';
	CREATE TABLE big (i int);
	CREATE TABLE go (on_with text);
	SELECT safemig.set('runner_wait', '3min');
	SELECT safemig.register('3', 'three', 'SELECT 3');
	SELECT safemig.register('4', 'four', 'SELECT 4');));

# Waits for a row in "go" before each of its steps.
sub holder
{
	my ($subids, @steps) = @_;
	my ($hold, $release) = map { my $hold = $_; join('', map { "SELECT hold_lock(oid, $_, $hold) FROM pg_extension WHERE extname = 'safemig';\n" } @$subids) } qw(true false);
	my $sql = $hold;

	$sql .= "SET application_name = holds;\n";
	$sql .= qq(DO \$\$ BEGIN WHILE NOT EXISTS (SELECT FROM go WHERE on_with = '$_->[0]') LOOP PERFORM pg_sleep(0.02); END LOOP; END \$\$;\n$_->[1];\n)
	  foreach @steps;
	# not at the end of the session: the server leaves such a lock to whoever took it
	my $client = client('postgres', $sql . $release);
	wait_for(q(application_name = 'holds'), 'the holder did not begin');
	return $client;
}

sub go { return $node->safe_psql('postgres', "INSERT INTO go VALUES ('$_[0]')"); }

my $online = holder([ 1, 3 ], [ 'build', 'CREATE INDEX CONCURRENTLY big_i ON big (i)' ], [ 'end', 'SELECT 1' ]);
my $caller = client('postgres', 'CALL safemig.migrate()');
my $waits = q(query = 'CALL safemig.migrate()' AND wait_event = 'Extension');
$pid = wait_for($waits, 'CALL does not wait');
is($node->safe_psql('postgres', "SELECT backend_xmin IS NULL, backend_xid IS NULL FROM pg_stat_activity WHERE pid = $pid"),
	't|t', 'CALL waits for an online migration, without a snapshot');
foreach my $with_snapshot (
	q(SELECT safemig.apply('5', 'five', 'SELECT 5');),
	q(SELECT safemig.rollback('0');),
	q(BEGIN; CALL safemig.migrate();))
{
	my $begun = time;
	like(told('postgres', $with_snapshot),
		qr/SM005: an online migration is at work, which waits for older snapshots\nDETAIL:  This call has one, so it cannot wait in turn\. It is process \d+, application "holds", active, .*\nHINT:  Call again/,
		"refused beside one: $with_snapshot");
	cmp_ok(time - $begun, '<', 60, 'at once');
}
is($node->safe_psql('postgres', q(SELECT safemig.apply('2', 'two', 'SELECT 2'))), 'already applied', 'what is applied asks for no turn');
go('build');
ok($node->poll_query_until('postgres', q(SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('big_i'))), 'the online migration comes through');
wait_for($waits, 'CALL waits no more');
go('end');
finish($_) for $online, $caller;
is($node->safe_psql('postgres', q(SELECT string_agg(version, ',') FROM safemig.system_versions)), '2,3,4', 'then CALL goes on');

# any other is waited for by all
my $plain = holder([1], [ 'plain', 'SELECT 1' ]);
my $second = client('postgres', q(SELECT safemig.apply('5', 'five', 'SELECT 5')));
wait_for(q{query LIKE 'SELECT safemig.apply(%' AND wait_event = 'Extension'}, 'apply does not wait');
go('plain');
finish($_) for $plain, $second;
is($node->safe_psql('postgres', 'SELECT safemig.current_version()'), '5', 'beside one that is not online, apply waits for its turn');

$node->stop;
done_testing();
