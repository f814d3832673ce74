# Whatever ends CALL safemig.migrate() before its time, what ran before stays
# applied, what did not still waits, and the log says which.

use strict;
use warnings;

use IPC::Run qw(start finish kill_kill);
use FindBin;
use lib "$FindBin::Bin/../harness";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Server qw(wait_until_up);
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('migrate');
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
	CREATE TABLE sleep_at (step text);
	CREATE FUNCTION doze(step text) RETURNS boolean LANGUAGE sql AS $$
		SELECT count(pg_sleep(180)) >= 0 FROM sleep_at s WHERE s.step = $1 $$;
	CREATE FUNCTION doze_later() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM doze('deferred ' || NEW.version);
		RETURN NULL;
	END $$;
	CREATE CONSTRAINT TRIGGER doze AFTER INSERT ON trail DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION doze_later();
));

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

# Each version sleeps where the table sleep_at says so: before, in and after its
# statements, in its check, and when deferred constraints are checked.
sub register
{
	my ($version) = @_;
	return qq(SELECT safemig.register('$version', 'step $version', '
		SELECT doze(''first $version'');
		CREATE TABLE t$version (i int);
		INSERT INTO trail VALUES (''$version'');
		SELECT doze(''last $version'')',
		check_sql => 'SELECT doze(''check $version'')');\n);
}

sub query { return $node->safe_psql('postgres', $_[0]); }

# The log, the tables and the rows tell the same.
sub is_true
{
	my ($applied, $waiting, $how) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $versions = "string_agg(version, ',' ORDER BY version::int)";

	is(query("SELECT $versions FROM safemig.system_versions"), $applied, "$how: applied are $applied");
	is(query("SELECT $versions FROM trail"), $applied, "$how: and so say the rows");
	is(query("SELECT string_agg(substr(relname, 2), ',' ORDER BY substr(relname, 2)::int) FROM pg_class WHERE relname ~ '^t[0-9]+\$'"),
		$applied, "$how: and the tables");
	is(query("SELECT $versions FROM safemig.plan()"), $waiting, "$how: waiting are $waiting");
}

# What runs behind the last statement shows as the call itself.
my $asleep = q(pg_stat_activity WHERE (query LIKE 'safemig %' OR query LIKE 'CALL safemig%') AND wait_event = 'PgSleep');

sub wait_for_sleep
{
	$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM $asleep")
	  or die 'no migration sleeps';
	return query("SELECT pid FROM $asleep");
}

# --- kill -9 at each step, of the middle one of three
my $next = 1;
foreach my $step ('first', 'last', 'check', 'deferred')
{
	my ($one, $two, $three) = ($next, $next + 1, $next + 2);
	my $before = join(',', 1 .. $one);

	query(register($one) . register($two) . register($three));
	query("INSERT INTO sleep_at VALUES ('$step $two')");
	my $client = client('CALL safemig.migrate();');
	my $pid = wait_for_sleep();
	is(PostgreSQL::Test::Utils::system_log('pg_ctl', 'kill', 'KILL', $pid), 0, "kill -9: $step");
	finish($client);
	wait_until_up($node);
	is_true($before, "$two,$three", "kill -9, $step");
	query("DELETE FROM sleep_at WHERE step = '$step $two'");
	query('CALL safemig.migrate()');
	is_true("$before,$two,$three", '', "after kill -9, $step");
	$next += 3;
}

# --- the client goes away, or is sent away; then it is on record
foreach my $how ('gone', 'terminated')
{
	my ($one, $two) = ($next, $next + 1);
	my $before = join(',', 1 .. $one);

	query(register($one) . register($two));
	query("INSERT INTO sleep_at VALUES ('last $two')");
	my $client = client('CALL safemig.migrate();');
	my $pid = wait_for_sleep();
	kill_kill($client, grace => 0) if $how eq 'gone';
	query("SELECT pg_terminate_backend($pid)") if $how eq 'terminated';
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid")
	  or die 'the backend did not end';
	finish($client) if $how eq 'terminated';
	is_true($before, $two, "client $how");
	is(query("SELECT state, note FROM safemig.status WHERE version = '$two'"),
		'failed|the session ended before the migration did', "client $how: on record");
	query("DELETE FROM sleep_at WHERE step LIKE 'last %'");
	query('CALL safemig.migrate()');
	is_true("$before,$two", '', "after client $how");
	is(query("SELECT state FROM safemig.status WHERE version = '$two'"), 'applied', "client $how: no longer failed");
	$next += 2;
}

# --- one in the middle fails, again and again, and then does not
my ($good, $bad, $rest) = ($next, $next + 1, $next + 2);
my $before = join(',', 1 .. $good);
query(register($good));
query("SELECT safemig.register('$bad', 'broken', 'SELECT 1;\nSELECT 1 / 0')");
query(register($rest));
foreach my $round (1, 2)
{
	my ($code, $out, $err) = $node->psql('postgres', 'CALL safemig.migrate()', on_error_stop => 1);
	is($code, 3, "round $round stops at the broken version");
	like($err, qr/version $bad, statement 2, line 2, column 1/, "round $round says where");
	is_true($before, "$bad,$rest", "round $round");
}
is(query("SELECT count(*) FROM safemig.history WHERE event = 'failed' AND version = '$bad' AND detail = '22012 division by zero'"),
	'2', 'each failure is in the history');
$node->stop('immediate');
$node->start;
is(query("SELECT state, note FROM safemig.status WHERE version = '$bad'"), 'failed|22012 division by zero', 'also after a crash');
query(register($bad));
query('CALL safemig.migrate()');
is_true("$before,$bad,$rest", '', 'with its script replaced');
$next += 3;

# --- four runners on an empty database, which each bring the whole list
query('CREATE DATABASE empty');
$node->safe_psql('empty', 'SET client_min_messages = warning; CREATE EXTENSION safemig');
my $list = join("\n", map { "SELECT safemig.register('$_', 'step $_', 'CREATE TABLE IF NOT EXISTS trail (version text); INSERT INTO trail VALUES (''$_'')');" } 1 .. 30);
my @runners = map { client("\\c empty\n$list\nCALL safemig.migrate();") } 1 .. 4;
my @failed = grep { !finish($_) } @runners;
is(scalar(@failed), 0, 'four runners at once all succeed');
is($node->safe_psql('empty', 'SELECT count(*), count(DISTINCT version) FROM trail'), '30|30', 'and each version ran once');
is($node->safe_psql('empty', q(SELECT count(*) FROM safemig.history WHERE event = 'apply')), '30', 'each is in the history once');
is($node->safe_psql('empty', q(SELECT count(*) FROM safemig.status WHERE state <> 'applied')), '0', 'and nothing failed');

# --- the one at work dies, and the others go on
query(register($next) . register($next + 1));
query("INSERT INTO sleep_at VALUES ('last $next')");
my $first = client('CALL safemig.migrate();');
my $pid = wait_for_sleep();
my @others = map { client('CALL safemig.migrate();') } 1 .. 3;
$node->poll_query_until('postgres', q{
	SELECT count(*) = 3 FROM pg_stat_activity
	 WHERE query LIKE 'CALL safemig.migrate()%' AND wait_event = 'Extension'})
  or die 'the others do not wait';
is(query(q(SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CALL safemig.migrate()%' AND backend_xmin IS NOT NULL)),
	'0', 'who waits holds no snapshot');
query("DELETE FROM sleep_at WHERE step LIKE 'last %'");
query("SELECT pg_terminate_backend($pid)");
finish($first);
@failed = grep { !finish($_) } @others;
is(scalar(@failed), 0, 'the others go on when the first dies');
is_true(join(',', 1 .. $next + 1), '', 'and apply the rest');

$node->stop;
done_testing();
