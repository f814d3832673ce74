# Whatever ends a migration before its time, the database holds all of it or
# nothing, the log of versions says which, and the next run goes on from there.

use strict;
use warnings;

use IPC::Run qw(start finish kill_kill);
use FindBin;
use lib "$FindBin::Bin/../harness";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Server qw(wait_until_up);
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('apply');
$node->init;
$node->append_conf(
	'postgresql.conf', qq(
restart_after_crash = on
client_connection_check_interval = 100ms
));
$node->start;
$node->safe_psql('postgres', q(
	SET client_min_messages = warning;
	CREATE EXTENSION safemig;
	CREATE TABLE trail (version text);
	SELECT safemig.apply('1', 'first', 'INSERT INTO trail VALUES (''1'')');
));

# A client of its own, which goes on while we look.  It reads and writes files,
# as nobody here feeds a pipe meanwhile.
my $scripts = PostgreSQL::Test::Utils::tempdir();
my $clients = 0;

sub client
{
	my ($sql) = @_;
	my $file = "$scripts/" . ++$clients;
	append_to_file("$file.sql", $sql);
	return start(
		[ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-f', "$file.sql" ],
		'<', '/dev/null', '>', "$file.out", '2>', "$file.err");
}

# A migration that sleeps between two of its statements.
sub sleeper
{
	my ($version) = @_;
	return qq(SELECT safemig.apply('$version', 'sleeper', '
		INSERT INTO trail VALUES (''$version'');
		CREATE TABLE made (i int);
		SELECT pg_sleep(180);
		INSERT INTO made VALUES (1)'););
}

sub wait_for_sleep
{
	my ($version) = @_;
	$node->poll_query_until('postgres', qq(
		SELECT count(*) = 1 FROM pg_stat_activity
		 WHERE query LIKE 'safemig $version statement 3 of 4: SELECT pg\\_sleep%' AND wait_event = 'PgSleep'))
	  or die "version $version did not come to its third statement";
	return $node->safe_psql('postgres',
		qq(SELECT pid FROM pg_stat_activity WHERE query LIKE 'safemig $version %'));
}

sub is_clean
{
	my ($version, $how) = @_;
	is( $node->safe_psql('postgres', qq(
			SELECT coalesce(to_regclass('made')::text, 'no table'),
			       (SELECT count(*) FROM trail WHERE version = '$version'),
			       (SELECT count(*) FROM safemig.system_versions WHERE version = '$version'))),
		'no table|0|0', "$how: nothing of it is there");
}

sub note_of
{
	my ($version) = @_;
	return $node->safe_psql('postgres',
		qq(SELECT state, note FROM safemig.status WHERE version = '$version'));
}

# The same version, without the sleep: runs, and is taken back for the next test.
sub is_applied_now
{
	my ($version, $how) = @_;
	is( $node->safe_psql('postgres', qq(
			SELECT safemig.apply('$version', 'sleeper', 'INSERT INTO trail VALUES (''$version'')'))),
		'applied', "$how: the version can be applied afterwards");
	is(note_of($version), 'applied|', "$how: and is");
}

# --- kill -9 of the backend
my $client = client(sleeper('2'));
my $pid = wait_for_sleep('2');
is(PostgreSQL::Test::Utils::system_log('pg_ctl', 'kill', 'KILL', $pid), 0, 'kill -9 of the backend');
finish($client);
wait_until_up($node);
is_clean('2', 'kill -9');
is($node->safe_psql('postgres', 'SELECT safemig.current_version()'), '1', 'kill -9: the log is true');
is_applied_now('2', 'kill -9');

# --- the whole server
$client = client(sleeper('3'));
wait_for_sleep('3');
$node->stop('immediate');
finish($client);
$node->start;
is_clean('3', 'crash of the server');
is_applied_now('3', 'crash of the server');

# --- an administrator
$client = client(sleeper('4'));
$pid = wait_for_sleep('4');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
finish($client);
is_clean('4', 'terminated');
is(note_of('4'), 'failed|the session ended before the migration did', 'terminated: on record');
is($node->safe_psql('postgres', q(SELECT statement FROM safemig.incidents WHERE version = '4')),
	'SELECT pg_sleep(180)', 'terminated: with the statement at work');
is_applied_now('4', 'terminated');

$client = client(sleeper('5'));
$pid = wait_for_sleep('5');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
finish($client);
is_clean('5', 'cancelled');
is(note_of('5'), 'failed|57014 canceling statement due to user request', 'cancelled: on record');
is_applied_now('5', 'cancelled');

# --- the client goes away
$client = client(sleeper('6'));
$pid = wait_for_sleep('6');
kill_kill($client, grace => 0);
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid")
  or die 'the backend outlived its client';
is_clean('6', 'client gone');
is(note_of('6'), 'failed|the session ended before the migration did', 'client gone: on record');
is_applied_now('6', 'client gone');

# --- a session that ends otherwise leaves no record
is($node->safe_psql('postgres', q(SELECT count(*) FROM safemig.incidents WHERE message LIKE 'the session ended%')),
	'2', 'only sessions that ended in a migration are on record');

# --- a list whose third version fails, again and again, and then does not
my $list = join("\n", map {
		my $broken = $_ == 9 ? "SELECT 1 / (SELECT count(*) FROM repaired)" : "SELECT 1";
		"SELECT safemig.apply('$_', 'step $_', 'INSERT INTO trail VALUES (''$_''); $broken');"
	} 7 .. 12);
$node->safe_psql('postgres', 'CREATE TABLE repaired (i int)');
for my $round (1, 2)
{
	my ($code, $out, $err) = $node->psql('postgres', $list, on_error_stop => 1);
	is($code, 3, "round $round stops at the broken version");
	like($err, qr/version 9, statement 2, line 1, column 33/, "round $round says where");
}
is($node->safe_psql('postgres', q(SELECT string_agg(version, ',') FROM safemig.system_versions)),
	'1,2,3,4,5,6,7,8', 'what came before it is applied');
is($node->safe_psql('postgres', q(SELECT count(*) FROM safemig.history WHERE event = 'failed' AND version = '9' AND detail = '22012 division by zero')),
	'2', 'each failure is in the history');
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', q(SELECT sum(times), min(statement) FROM safemig.incidents WHERE version = '9')),
	'2|SELECT 1 / (SELECT count(*) FROM repaired)', 'and in the incidents, after a crash too');
$node->safe_psql('postgres', 'INSERT INTO repaired VALUES (1)');
is($node->safe_psql('postgres', $list), join("\n", ('already applied') x 2, ('applied') x 4),
	'with its cause away, the rest is applied');
is($node->safe_psql('postgres', q(SELECT count(*) FROM safemig.history WHERE version = '9')), '3',
	'the failures stay in the history');

# --- four runners with the same list, at once
$list = join("\n", map {
		"SELECT safemig.apply('$_', 'step $_', 'INSERT INTO trail VALUES (''$_''); CREATE TABLE t$_ (i int)');"
	} 13 .. 32);
my @clients = map { client($list) } 1 .. 4;
my @failed = grep { !finish($_) } @clients;
is(scalar(@failed), 0, 'four runners at once all succeed');
is($node->safe_psql('postgres', 'SELECT count(*), count(DISTINCT version) FROM trail'), '32|32',
	'and each version ran once');
is($node->safe_psql('postgres', q(SELECT count(*) FROM safemig.history WHERE event = 'apply')), '32',
	'each is in the history once');
is($node->safe_psql('postgres', q(SELECT count(*) FROM safemig.status WHERE state <> 'applied')), '0',
	'and nothing failed');

# --- one version, four runners, and the first of them dies
my @rest;
$client = client(sleeper('33'));
$pid = wait_for_sleep('33');
push @rest, client(q(SELECT safemig.apply('33', 'sleeper', 'INSERT INTO trail VALUES (''33'')');)) for 1 .. 3;
$node->poll_query_until('postgres', q{
	SELECT count(*) = 3 FROM pg_stat_activity
	 WHERE query LIKE 'SELECT safemig.apply(''33''%' AND wait_event = 'Extension'})
  or die 'the others do not wait';
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
finish($client);
@failed = grep { !finish($_) } @rest;
is(scalar(@failed), 0, 'the others go on when the first runner dies');
is($node->safe_psql('postgres', q(SELECT count(*) FROM trail WHERE version = '33')), '1', 'and one of them applies it');

$node->stop;
done_testing();
