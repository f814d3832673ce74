# Dropped columns and changed types, kept through crashes, prepared transactions,
# on a standby, under logical replication and beside others who write.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('undo');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', qq(
max_prepared_transactions = 4
client_min_messages = error
wal_retrieve_retry_interval = 100ms
));
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION safemig;
	CREATE EXTENSION amcheck;
	CREATE FUNCTION permitted(VARIADIC permits text[]) RETURNS bigint LANGUAGE sql AS 'SELECT count(safemig.permit(p)) FROM unnest(permits) p';
	CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, n int);
	INSERT INTO users SELECT g, repeat('e', 3000) || g, g FROM generate_series(1, 1000) g;
	CREATE TABLE bill (id int PRIMARY KEY, amount numeric(10,2));
	INSERT INTO bill SELECT g, g + 0.25 FROM generate_series(1, 1000) g});
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

my $drop = q{BEGIN; SELECT permitted('drop column public.users.email'); ALTER TABLE users DROP email;};
my $alter = q{BEGIN; SELECT permitted('alter column type public.bill.amount'); ALTER TABLE bill ALTER amount TYPE int;};
my $emails = q{SELECT count(*) FROM users WHERE email = repeat('e', 3000) || id};
my $amounts = q{SELECT count(*) FROM bill WHERE amount = id + 0.25};
my $traces = q{SELECT count(*) FROM pg_trigger WHERE tgname ~ 'safemig' UNION ALL SELECT count(*) FROM pg_namespace WHERE nspname ~ 'safemig_bin'
	UNION ALL SELECT count(*) FROM safemig.bin WHERE state = 'kept'};

sub crash
{
	$node->stop('immediate');
	$node->start;
}

sub sound
{
	my ($name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	is( $node->safe_psql('postgres', q{SELECT count(*) FROM unnest('{users,bill}'::regclass[]) t, verify_heapam(t);
			SELECT bt_index_check(indexrelid, true) FROM pg_index WHERE indrelid IN ('users'::regclass, 'bill'::regclass)}),
		"0\n\n", "$name: heap and indexes are sound");
}

# ---------- a crash in the middle ----------

for my $statements ($drop, $alter)
{
	my $session = $node->background_psql('postgres');
	$session->query_safe("$statements; UPDATE users SET n = n + 1; CHECKPOINT;");
	crash();
	eval { $session->quit };
}
is($node->safe_psql('postgres', $emails), 1000, 'a crash before COMMIT leaves the column');
is($node->safe_psql('postgres', $amounts), 1000, 'and the type');
is($node->safe_psql('postgres', $traces), "0\n0\n0", 'and no trace in the bin');

# ---------- a crash afterwards ----------

$node->safe_psql('postgres', "$drop COMMIT; $alter COMMIT; UPDATE users SET n = -n WHERE id % 2 = 0");
crash();
$node->safe_psql('postgres', q{UPDATE users SET n = 0 WHERE id % 3 = 0; VACUUM FREEZE users; CHECKPOINT});
$node->wait_for_catchup($standby);
is( $standby->safe_psql('postgres', q{SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped}),
	'id,n', 'the standby drops it too');
is($node->safe_psql('postgres', q{BEGIN; SELECT safemig.undrop('public.users.email'); ROLLBACK}), 'came back: table column public.users.email', 'and it comes back, if ROLLBACK would let it');
$node->safe_psql('postgres', q{SELECT safemig.undrop('public.users.email'); SELECT safemig.undrop('public.bill.amount')});
crash();
is($node->safe_psql('postgres', $emails), 1000, 'every value of the column came back');
is($node->safe_psql('postgres', $amounts), 1000, 'every value of the former type too');
sound('after the crash');
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', $emails), 1000, 'on the standby as well');
is($standby->safe_psql('postgres', $amounts), 1000, 'with the type');

# ---------- prepared transactions ----------

$node->safe_psql('postgres', "$drop PREPARE TRANSACTION 'dropped'");
crash();
$node->safe_psql('postgres', q{COMMIT PREPARED 'dropped'});
$node->safe_psql('postgres', q{UPDATE users SET n = 1});
$node->safe_psql('postgres', q{BEGIN; SELECT safemig.undrop('public.users.email'); PREPARE TRANSACTION 'back'});
crash();
$node->safe_psql('postgres', q{COMMIT PREPARED 'back'});
is($node->safe_psql('postgres', $emails), 1000, 'dropped and brought back by prepared transactions');

# ---------- others write meanwhile ----------

$node->safe_psql('postgres', "$drop COMMIT");
my $entry = $node->safe_psql('postgres', q{SELECT max(id) FROM safemig.bin});
my $writer = $node->background_psql('postgres');
$writer->query_safe(q{BEGIN; UPDATE users SET n = 2 WHERE id <= 500;});
my ($code, $out, $err) = $node->psql('postgres', qq{SET lock_timeout = '200ms'; SELECT safemig.undrop_id($entry)});
isnt($code, 0, 'undrop waits for a writer');
# the copy of settle() does not; the trigger's end does
($code, $out, $err) = $node->psql('postgres', qq{SET lock_timeout = '200ms'; CALL safemig.settle($entry)});
like($err, qr/lock timeout/, 'settle() copies beside a writer and then waits for it');
is($node->safe_psql('postgres', qq{SELECT state FROM safemig.bin WHERE id = $entry}), 'kept', 'what it began does no harm');
$writer->query_safe('COMMIT;');
$writer->quit;
$node->safe_psql('postgres', q{BEGIN; SELECT safemig.undrop('public.users.email'); ROLLBACK});
$node->safe_psql('postgres', qq{CALL safemig.settle($entry)});
$node->safe_psql('postgres', q{VACUUM FULL users; UPDATE users SET id = 5000 WHERE id = 500});
crash();
$node->safe_psql('postgres', q{SELECT safemig.undrop('public.users.email'); UPDATE users SET id = 500 WHERE id = 5000});
is($node->safe_psql('postgres', $emails), 1000, 'a settled column comes back');
is($node->safe_psql('postgres', $traces), "0\n0\n0", 'and nothing is left in the bin');
sound('after settle()');

# ---------- a subscriber ----------

my $publisher = PostgreSQL::Test::Cluster->new('publisher');
$publisher->init(allows_streaming => 'logical');
$publisher->start;
$publisher->safe_psql('postgres', q{CREATE TABLE users (id int PRIMARY KEY, n int); INSERT INTO users SELECT g, 0 FROM generate_series(1, 1000) g; CREATE PUBLICATION p FOR TABLE users});
my $connection = $publisher->connstr . ' dbname=postgres';
$node->safe_psql('postgres', "$drop COMMIT");
$node->safe_psql('postgres', "CREATE SUBSCRIPTION s CONNECTION '$connection' PUBLICATION p WITH (copy_data = off)");
$publisher->safe_psql('postgres', q{UPDATE users SET n = 9});
$publisher->wait_for_catchup('s');
is($node->safe_psql('postgres', q{SELECT count(*) FROM users WHERE n = 9}), 1000, 'the apply worker updates the rows');
$node->safe_psql('postgres', q{SELECT safemig.undrop('public.users.email')});
is($node->safe_psql('postgres', $emails), 1000, 'and they keep their values');
$node->safe_psql('postgres', 'DROP SUBSCRIPTION s');

$standby->stop;
$node->stop;
$publisher->stop;
done_testing();
