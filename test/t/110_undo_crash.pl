# What was dropped and kept is there after whatever may happen to the server: a
# crash, a two-phase commit, a failover.  And what comes back is sound.

use strict;
use warnings;

use IPC::Run qw(start);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf(
	'postgresql.conf', qq(
max_prepared_transactions = 5
wal_keep_size = '1GB'
autovacuum = off
shared_preload_libraries = 'safemig'
));
$node->start;
$node->safe_psql('postgres', q(
	SET client_min_messages = warning;
	CREATE EXTENSION safemig;
	CREATE EXTENSION amcheck;
	SELECT safemig.set('data', 'allow');
	SELECT safemig.set('keep_max_bytes', '1GB');
));
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

my $quiet = 'SET client_min_messages = error;';
my $sums = q(SELECT count(*), sum(hashtext(t::text)) FROM orders t);

sub make_orders
{
	my ($on) = @_;
	$on->safe_psql('postgres', qq(
		$quiet
		SET safemig.enforce = off;
		DROP TABLE IF EXISTS orders CASCADE;
		CREATE TABLE orders (id serial PRIMARY KEY, mail text UNIQUE, body text, tags int[]);
		CREATE INDEX orders_tags ON orders USING gin (tags);
		ALTER TABLE orders ALTER body SET STORAGE EXTERNAL;
		INSERT INTO orders (mail, body, tags) SELECT g || '\@x', repeat(md5(g::text), CASE WHEN g % 100 = 0 THEN 200 ELSE 1 END), ARRAY[g, g % 7] FROM generate_series(1, 3000) g;
		UPDATE orders SET mail = mail || 'y' WHERE id % 3 = 0;));
	return $on->safe_psql('postgres', $sums);
}

# The heap and each index of it, before and after the rows are moved about.
sub is_sound
{
	my ($on, $expected, $how) = @_;
	my $check = q(
		SELECT count(*) FROM verify_heapam('orders');
		SELECT bt_index_check(indexrelid, true) FROM pg_index JOIN pg_class c ON c.oid = indexrelid
		 WHERE indrelid = 'orders'::regclass AND relam = (SELECT oid FROM pg_am WHERE amname = 'btree'););
	is($on->safe_psql('postgres', $sums), $expected, "$how: the same rows");
	is($on->safe_psql('postgres', "SET enable_seqscan = off; SELECT id FROM orders WHERE mail = '7\@x'; SELECT id FROM orders WHERE tags \@> ARRAY[2999]"), "7\n2999", "$how: found by its indexes");
	like($on->safe_psql('postgres', $check), qr/^0\s*$/, "$how: amcheck finds nothing");
	$on->safe_psql('postgres', 'VACUUM (FREEZE) orders');
	$on->safe_psql('postgres', 'UPDATE orders SET tags = tags || 1 WHERE id % 2 = 0; DELETE FROM orders WHERE id % 5 = 0; INSERT INTO orders (mail) SELECT g FROM generate_series(1, 500) g');
	like($on->safe_psql('postgres', $check), qr/^0\s*$/, "$how: nor when it has been written");
	is($on->safe_psql('postgres', q(SELECT count(*) FROM pg_namespace n WHERE nspname ~ '^pg_safemig_bin' AND NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid))), '0', "$how: no schema is left behind");
	return;
}

sub crash
{
	$node->stop('immediate');
	$node->start;
	return;
}

# A session that does something and then sleeps until the server is gone.
sub sleeper
{
	my ($sql) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir() . '/sql';
	append_to_file($file, "$quiet BEGIN; $sql SELECT pg_sleep(180);");
	my $session = start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-f', $file ], '<', '/dev/null', '>', \my $out, '2>', \my $err);
	$node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(180)%' AND wait_event = 'PgSleep'))
	  or die 'it did not come to its sleep';
	return $session;
}

my $rows = make_orders($node);
$node->safe_psql('postgres', "$quiet DROP TABLE orders");
crash();
$node->safe_psql('postgres', q(SELECT safemig.undrop('public.orders')));
is_sound($node, $rows, 'crash after the drop');

$rows = make_orders($node);
my $session = sleeper('DROP TABLE orders;');
crash();
$session->finish;
is($node->safe_psql('postgres', q(SELECT count(DISTINCT id) FROM safemig.bin WHERE state = 'kept')), '0', 'crash before the commit: nothing is kept');
is_sound($node, $rows, 'crash before the commit');

$rows = make_orders($node);
$node->safe_psql('postgres', "$quiet DROP TABLE orders");
$session = sleeper(q(SELECT safemig.undrop('public.orders');));
crash();
$session->finish;
is($node->safe_psql('postgres', q(SELECT count(DISTINCT id), to_regclass('orders') FROM safemig.bin WHERE state = 'kept')), '1|', 'crash in an undrop: it is still kept');
$node->safe_psql('postgres', q(SELECT safemig.undrop('public.orders')));
is_sound($node, $rows, 'crash in an undrop');

# two-phase commit
$rows = make_orders($node);
$node->safe_psql('postgres', "$quiet BEGIN; DROP TABLE orders; PREPARE TRANSACTION 'gone'");
crash();
is($node->safe_psql('postgres', q(SELECT count(DISTINCT id) FROM safemig.bin WHERE state = 'kept')), '0', 'prepared: nothing is kept yet');
$node->safe_psql('postgres', q(COMMIT PREPARED 'gone'));
$node->safe_psql('postgres', "$quiet BEGIN; SELECT safemig.undrop('public.orders'); PREPARE TRANSACTION 'back'");
crash();
my ($status, undef, $err) = $node->psql('postgres', q(SET lock_timeout = '1s'; SELECT safemig.undrop('public.orders')));
like($err, qr/lock timeout/, 'prepared to come back: nobody else gets it');
is($node->safe_psql('postgres', q(SET lock_timeout = '1s'; SELECT count(DISTINCT id) FROM safemig.bin WHERE state = 'kept')), '1', 'and the list waits for nobody');
is($node->safe_psql('postgres', "$quiet SET lock_timeout = '1s'; CREATE TABLE another (i int); INSERT INTO another VALUES (1); DROP TABLE another; SELECT count(DISTINCT id) FROM safemig.bin WHERE state = 'kept'"), '2', 'nor does another drop');
$node->safe_psql('postgres', q(COMMIT PREPARED 'back'));
is_sound($node, $rows, 'two-phase commit');
$node->safe_psql('postgres', q(SELECT safemig.undrop('public.another')));
$node->safe_psql('postgres', "$quiet BEGIN; DROP TABLE another; PREPARE TRANSACTION 'never'");
crash();
$node->safe_psql('postgres', q(ROLLBACK PREPARED 'never'));
is($node->safe_psql('postgres', 'SELECT * FROM another'), '1', 'rolled back: it never went');

# purged, and crashed: the files are gone
$node->safe_psql('postgres', "$quiet DROP TABLE another");
my $path = $node->safe_psql('postgres', q(SELECT pg_relation_filepath(object_oid) FROM safemig.bin_item WHERE identity = 'public.another' ORDER BY entry DESC LIMIT 1));
ok(-s $node->data_dir . "/$path", 'the kept table has its file');
$node->safe_psql('postgres', q(SELECT safemig.purge_object('public.another')));
crash();
ok(!-s $node->data_dir . "/$path", 'purged, it has none');

# the standby
$rows = make_orders($node);
$node->safe_psql('postgres', "$quiet DROP TABLE orders");
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', q(SELECT identity, state FROM safemig.bin WHERE state = 'kept' AND named)), 'public.orders|kept', 'the standby has it in its bin');
($status, undef, $err) = $standby->psql('postgres', q(SELECT safemig.undrop('public.orders')));
like($err, qr/cannot execute safemig\.undrop\(\)/, 'and does not bring it back while it is one');
$node->stop('immediate');
$standby->promote;
$standby->safe_psql('postgres', q(SELECT safemig.undrop('public.orders')));
is_sound($standby, $rows, 'after promotion');

done_testing();
