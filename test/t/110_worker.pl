# Housekeeping at level 2: the launcher finds guarded databases, a worker purges what
# has expired and drains incidents, and what is in use goes the next time.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('worker');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'safemig'");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop; CREATE DATABASE other');
$node->safe_psql('shop', q{
	CREATE EXTENSION safemig;
	CREATE TABLE a (id int); CREATE TABLE b (id int); CREATE TABLE c (id int);
	INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); INSERT INTO c VALUES (1);
	SELECT safemig.permit('drop table public.' || t, valid_for => '1 hour') FROM unnest(ARRAY['a', 'b', 'c']) t;
	DROP TABLE a; DROP TABLE b; DROP TABLE c});
$node->psql('shop', 'CREATE TABLE d (id int); DROP TABLE d');

sub state { return $node->safe_psql('shop', "SELECT state FROM safemig.bin WHERE identity = 'public.$_[0]'") }

sub round { $node->safe_psql('postgres', 'SELECT pg_reload_conf()') }

sub waits_for
{
	my ($sql, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	ok($node->poll_query_until('shop', $sql), $name);
}

is( $node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'safemig launcher'}),
	1, 'the launcher runs');
$node->safe_psql('shop', q{
	SET safemig.enforce = off;
	UPDATE safemig.bin_entry SET expires_at = now() - interval '1 day'
	 WHERE id IN (SELECT id FROM safemig.bin WHERE identity IN ('public.a', 'public.b'))});

# somebody reads what is to be purged
my $reader = $node->background_psql('shop');
my $kept = $node->safe_psql('shop', q{SELECT oid::regclass FROM pg_class WHERE relname = 'b' AND relkind = 'r'});
$reader->query_safe("BEGIN; SELECT * FROM $kept");
# records that still come in are left where they are
my $old = time - 120;
utime $old, $old, glob($node->data_dir . '/safemig/*.spool');
round();
waits_for(q{SELECT state = 'purged' FROM safemig.bin WHERE identity = 'public.a'}, 'what has expired is purged');
is($node->safe_psql('shop', q{SELECT count(*) FROM pg_class WHERE relname = 'a'}), 0, 'for good');
is(state('c'), 'kept', 'what has not is kept');
is($node->safe_psql('shop', q{SELECT reason FROM safemig.history WHERE event = 'bin entry purged'}), 'expired',
	'and the history says why');
is($node->safe_psql('shop', 'SELECT count(*) FROM safemig.spooled()'), 0, 'incidents are in their table');
waits_for(q{SELECT pg_stat_get_db_sessions_killed(oid) = 0 AND state = 'kept' FROM pg_database, safemig.bin
	WHERE datname = current_database() AND identity = 'public.b'}, 'what somebody reads stays');
$reader->query_safe('COMMIT');
$reader->quit;
round();
waits_for(q{SELECT state = 'purged' FROM safemig.bin WHERE identity = 'public.b'}, 'until the next round');
is($node->safe_psql('shop', q{SELECT safemig.undrop('public.c')}), 'came back: table public.c', 'the rest comes back');

# ---------- it stands in nobody's way ----------

$node->safe_psql('postgres', q{SET safemig.enforce = off; DROP DATABASE shop WITH (FORCE)});
round();
$node->restart;
is( $node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'safemig launcher'}),
	1, 'the launcher runs after a restart');
my $log = slurp_file($node->logfile);
unlike($log, qr/PANIC|TRAP|terminated by signal/, 'nothing crashed');
$node->stop;
done_testing();
