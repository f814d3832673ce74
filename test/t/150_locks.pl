# A migration gets its locks where they are hard to get: from autovacuum, which is
# told to go, unless it must not; and among many writers, in whatever order they lock.

use strict;
use warnings;

use IPC::Run qw(start finish);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('locks');
$node->init;
# with such a deadlock_timeout the server itself would not cancel it in time
$node->append_conf('postgresql.conf', q(
deadlock_timeout = 10min
autovacuum_naptime = 1s
autovacuum_vacuum_cost_delay = 100ms
autovacuum_vacuum_cost_limit = 1
log_autovacuum_min_duration = -1
fsync = off
log_statement = none
));
$node->start;
$node->safe_psql('postgres', q(
	SET client_min_messages = warning;
	CREATE EXTENSION safemig;
	DO $$ BEGIN PERFORM safemig.set('keep', 'off'); END $$;
	CREATE TABLE big (id int, note text) WITH (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0, autovacuum_enabled = off);
	INSERT INTO big SELECT i, repeat('x', 500) FROM generate_series(1, 20000) i;
	CREATE TABLE old (id int, note text) WITH (autovacuum_freeze_max_age = 100000, autovacuum_enabled = off);
	INSERT INTO old SELECT i, repeat('x', 500) FROM generate_series(1, 20000) i;
	CREATE TABLE one (id int PRIMARY KEY, n int);
	INSERT INTO one SELECT i, 0 FROM generate_series(1, 100) i;
	CREATE TABLE two (id int PRIMARY KEY, n int);
	INSERT INTO two SELECT i, 0 FROM generate_series(1, 100) i;
));

my $clients = 0;

sub client
{
	my ($sql) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir() . '/' . ++$clients;
	return start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', $sql ], '<', '/dev/null', '>', "$file.out", '2>', "$file.err");
}

sub wait_for_autovacuum
{
	my ($table) = @_;
	$node->poll_query_until('postgres',
		qq(SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE 'autovacuum: VACUUM%public.$table%'))
	  or die "no autovacuum came to $table";
	return;
}

# ---------- autovacuum ----------

$node->safe_psql('postgres', q(SET safemig.enforce = off; DELETE FROM big WHERE id % 2 = 0; ALTER TABLE big SET (autovacuum_enabled = on)));
wait_for_autovacuum('big');
is($node->safe_psql('postgres', q(SELECT safemig.apply('1', 'big', 'ALTER TABLE big ADD more int'))),
	'applied', 'autovacuum gives way');
like(slurp_file($node->logfile), qr/canceling autovacuum task/, 'since it was cancelled');

$node->safe_psql('postgres', q(
	ALTER TABLE big SET (autovacuum_enabled = off);
	CREATE TABLE burnt (i int);
	DO $$ BEGIN FOR i IN 1..105000 LOOP BEGIN INSERT INTO burnt VALUES (i); EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP; END $$;
));
wait_for_autovacuum('old');
my $at = -s $node->logfile;
my ($status, $out, $err) = $node->psql('postgres', q(
	\set VERBOSITY verbose
	SELECT safemig.set('lock_wait', '300ms');
	SELECT safemig.apply('2', 'old', 'ALTER TABLE old ADD more int')));
$node->safe_psql('postgres', q(SELECT safemig.set('lock_wait', '5s')));
like($err, qr/SM005.*could not lock public\.old within 300ms/, 'against wraparound it does not');
like($err, qr/In the way is process \d+.*autovacuum: VACUUM (ANALYZE )?public\.old \(to prevent wraparound\)/, 'and is named');
unlike(slurp_file($node->logfile, $at), qr/canceling autovacuum task/, 'it was not cancelled');

# ---------- many writers ----------

my $script = PostgreSQL::Test::Utils::tempdir() . '/writers.sql';
append_to_file($script, q(
\set id random(1, 100)
BEGIN;
UPDATE two SET n = n + 1 WHERE id = :id;
UPDATE one SET n = n + 1 WHERE id = :id;
COMMIT;
));
my $writers = start([ 'pgbench', '-n', '-c', '16', '-T', '60', '-f', $script, $node->connstr('postgres') ], '>', \my $o, '2>', \my $e);
$node->poll_query_until('postgres', 'SELECT count(*) > 10 FROM pg_stat_activity WHERE backend_type = \'client backend\'')
  or die 'pgbench did not begin';
for my $try (3 .. 7)
{
	is($node->safe_psql('postgres', qq(SELECT safemig.apply('$try', 'both', 'ALTER TABLE one ADD c$try int; ALTER TABLE two ADD c$try int'))),
		'applied', "two busy tables, locked in the other order: version $try");
}
$writers->signal('INT');
finish($writers);
is($node->safe_psql('postgres', 'SELECT (SELECT sum(n) FROM one) = (SELECT sum(n) FROM two)'), 't', 'no writer was harmed');

# ---------- what is held meanwhile ----------

my $reader = client(q(BEGIN; SELECT count(*) FROM one; SELECT pg_sleep(3); COMMIT));
$node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'))
  or die 'no reader';
$node->safe_psql('postgres', q(SELECT safemig.register('8', 'one by one', 'ALTER TABLE one ADD c8 int')));
my $caller = client('CALL safemig.migrate()');
$node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_activity WHERE query = 'safemig 8 waits for a lock on public.one'))
  or die 'the migration does not wait';
my $samples = $node->safe_psql('postgres', q(
	CREATE TEMP TABLE sample (oldest xid, own xid, locks bigint);
	DO $$ BEGIN FOR i IN 1..60 LOOP
		PERFORM pg_sleep(0.02), pg_stat_clear_snapshot();
		INSERT INTO sample SELECT backend_xmin, backend_xid, (SELECT count(*) FROM pg_locks l WHERE l.pid = a.pid AND locktype <> 'virtualxid')
		FROM pg_stat_activity a WHERE query LIKE 'safemig 8 waits%';
	END LOOP; END $$;
	SELECT count(*) FROM sample WHERE oldest IS NULL AND own IS NULL AND locks = 0));
cmp_ok($samples, '>', 30, 'CALL holds nothing between two tries');
finish($_) for $reader, $caller;
is($node->safe_psql('postgres', q(SELECT state FROM safemig.status WHERE version = '8')), 'applied', 'and gets its lock');

$reader = client(q(BEGIN; SELECT count(*) FROM one; SELECT pg_sleep(3); COMMIT));
$node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'))
  or die 'no reader';
$node->safe_psql('postgres', q(SELECT safemig.set('lock_wait', '200ms'); SELECT safemig.register('9', 'in vain', 'ALTER TABLE one ADD c9 int')));
($status, $out, $err) = $node->psql('postgres', 'CALL safemig.migrate()');
like($err, qr/could not lock public\.one within 200ms/, 'its patience ends, too');
is($node->safe_psql('postgres', q(SELECT count(*) FROM safemig.incidents WHERE verdict = 'failed' AND message LIKE 'could not lock public.one%')),
	1, 'which is on record once');
finish($reader);

$node->stop;
done_testing();
