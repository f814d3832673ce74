# Logical replication: the apply worker deletes and truncates below every hook.
# guard_subscriber() covers a table there.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = PostgreSQL::Test::Cluster->new('publisher');
$publisher->init(allows_streaming => 'logical');
$publisher->start;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init(allows_streaming => 'logical');
$subscriber->append_conf('postgresql.conf', 'wal_retrieve_retry_interval = 100ms');
$subscriber->start;

my $tables = q{
	CREATE TABLE users (id int PRIMARY KEY, v text);
	CREATE TABLE free (id int PRIMARY KEY);
	CREATE TABLE logs (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
	CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (1000)};
$publisher->safe_psql('postgres', "$tables; CREATE PUBLICATION p FOR TABLE users, free, logs");
$publisher->safe_psql('postgres', q{
	INSERT INTO users SELECT g, 'v' FROM generate_series(1, 20) g;
	INSERT INTO free SELECT generate_series(1, 20);
	INSERT INTO logs SELECT g, 'v' FROM generate_series(1, 20) g});
$subscriber->safe_psql('postgres', "$tables; CREATE EXTENSION safemig");
my $connection = $publisher->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION s CONNECTION '$connection' PUBLICATION p");
$subscriber->wait_for_subscription_sync($publisher, 's');

sub rows { return $subscriber->safe_psql('postgres', "SELECT count(*) FROM $_[0]") }

sub caught_up { $publisher->wait_for_catchup('s') }

# The worker fails, tries again, and each try is an incident.
sub stopped_by
{
	my ($like, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	ok($subscriber->poll_query_until('postgres',
			"SELECT count(*) > 0 FROM safemig.incidents WHERE verdict = 'refused' AND message ~ '$like'"), $name);
}

is( $subscriber->safe_psql('postgres', q{SELECT what_to_do FROM safemig.health() WHERE detail ~ 'replicated' ORDER BY 1}),
	join("\n", map { "SELECT safemig.guard_subscriber('public.$_');" } qw(free logs_1 users)),
	'health() names every table that is replicated and not guarded');
$subscriber->safe_psql('postgres', q{SELECT safemig.guard_subscriber(t) FROM unnest(ARRAY['public.users', 'public.logs', 'public.users']) t});
is( $subscriber->safe_psql('postgres', q{SELECT what_to_do FROM safemig.health() WHERE detail ~ 'replicated'}),
	q{SELECT safemig.guard_subscriber('public.free');}, 'and not those that are');

# ---------- ordinary life ----------

$publisher->safe_psql('postgres', q{
	INSERT INTO users VALUES (21, 'v'); UPDATE users SET v = 'w' WHERE id = 1; DELETE FROM users WHERE id = 2;
	DELETE FROM logs WHERE id = 2; TRUNCATE free});
caught_up();
is(rows('users'), 20, 'changes of rows are applied');
is($subscriber->safe_psql('postgres', 'SELECT v FROM users WHERE id = 1'), 'w', 'as they were made');
is(rows('free'), 0, 'TRUNCATE of a table that is not guarded passes');
is($subscriber->psql('postgres', 'SET session_replication_role = replica; DELETE FROM users WHERE id = 3'),
	0, 'the triggers leave other sessions alone');

# ---------- TRUNCATE ----------

$publisher->safe_psql('postgres', 'TRUNCATE users');
stopped_by('refused to truncate public.users', 'TRUNCATE is refused in the apply worker');
is(rows('users'), 19, 'and nothing is lost');
$subscriber->safe_psql('postgres', q{SELECT safemig.permit('truncate public.users', 'planned', valid_for => '1 hour', uses => 1)});
caught_up();
is(rows('users'), 0, 'a ticket lets it go on');

$publisher->safe_psql('postgres', 'TRUNCATE logs');
stopped_by('refused to truncate public.logs', 'TRUNCATE of a partitioned table is refused');
is(rows('logs'), 19, 'and nothing is lost');
$subscriber->safe_psql('postgres', q{
	SELECT safemig.permit(p, valid_for => '1 hour', uses => 1) FROM unnest(ARRAY['truncate public.logs', 'truncate public.logs_1']) p});
caught_up();
is(rows('logs'), 0, 'tickets let it go on');

# ---------- protected rows, and too many of them ----------

$publisher->safe_psql('postgres', q{INSERT INTO users SELECT g, 'v' FROM generate_series(1, 20) g});
caught_up();
$subscriber->safe_psql('postgres', q{SELECT safemig.set('max_rows', '5')});
$publisher->safe_psql('postgres', 'DELETE FROM users WHERE id <= 5');
caught_up();
is(rows('users'), 15, 'as many rows as max_rows pass');
$publisher->safe_psql('postgres', 'DELETE FROM users WHERE id <= 15');
stopped_by('refused to change rows of public.users .*max_rows is 5', 'more are refused');
is(rows('users'), 15, 'and the whole transaction is undone');
$subscriber->safe_psql('postgres', q{SELECT safemig.set('max_rows', '0')});
caught_up();
is(rows('users'), 5, 'without the limit it goes on');

$subscriber->safe_psql('postgres', q{SELECT safemig.protect('public.users', 'rows')});
$publisher->safe_psql('postgres', q{UPDATE users SET v = 'x' WHERE id = 20});
stopped_by('refused to change rows of public.users .about', 'rows of a protected table are refused');
$subscriber->safe_psql('postgres', q{SELECT safemig.unguard_subscriber('public.users')});
caught_up();
is($subscriber->safe_psql('postgres', 'SELECT v FROM users WHERE id = 20'), 'x', 'unguard_subscriber() ends it');

# ---------- the triggers themselves ----------

$subscriber->safe_psql('postgres', q{SELECT safemig.guard_subscriber('public.users')});
my $trigger = $subscriber->safe_psql('postgres',
	q{SELECT quote_ident(tgname) FROM pg_trigger WHERE tgrelid = 'users'::regclass AND tgname ~ 'safemig' LIMIT 1});
my ($status, $out, $err) = $subscriber->psql('postgres', "DROP TRIGGER $trigger ON users");
like($err, qr/safemig refused to change trigger/, 'they cannot be dropped by hand');
my $dump = $subscriber->backup_dir . '/dump.sql';
$subscriber->command_ok([ 'pg_dump', '-f', $dump, '-d', $subscriber->connstr('postgres') ], 'pg_dump runs');
unlike(slurp_file($dump), qr/safemig_replicated/, 'and carries no trigger of the guard');
is( $subscriber->psql('postgres', q{
		BEGIN; SELECT safemig.permit('drop table public.users'); DROP TABLE users; ROLLBACK}),
	0, 'a permitted DROP TABLE takes them along');
($status, $out, $err) = $subscriber->psql('postgres', q{SELECT safemig.guard_subscriber('public.no_such')});
like($err, qr/there is no table "public\.no_such"/, 'a wrong name is an error');
$subscriber->safe_psql('postgres', 'SET safemig.enforce = off; DROP EXTENSION safemig');
is($subscriber->safe_psql('postgres', q{SELECT count(*) FROM pg_trigger WHERE tgname ~ 'safemig'}), 0,
	'they go with the extension');

$subscriber->stop;
$publisher->stop;
done_testing();
