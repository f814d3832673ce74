# Who comes second is told who has the turn, as far as he may know it.

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

$node->stop;
done_testing();
