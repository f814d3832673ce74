# Whoever follows a table's rows in the log sees them go, and come back.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = PostgreSQL::Test::Cluster->new('publisher');
$publisher->init(allows_streaming => 'logical');
$publisher->start;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init(allows_streaming => 'logical');
$subscriber->start;

my $tables = q(
	CREATE TABLE published (id int PRIMARY KEY, a text);
	CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY LIST (id);
	CREATE TABLE part PARTITION OF parted DEFAULT;
);
$subscriber->safe_psql('postgres', $tables);
$publisher->safe_psql('postgres', $tables . q(
	SET client_min_messages = warning;
	CREATE EXTENSION safemig;
	SELECT safemig.set('data', 'allow');
	CREATE TABLE private (id int PRIMARY KEY);
	INSERT INTO published SELECT g, g FROM generate_series(1, 100) g;
	INSERT INTO parted SELECT generate_series(1, 50);
	INSERT INTO private VALUES (1), (2);
	CREATE PUBLICATION p FOR TABLE published, parted;
));
my $connection = $publisher->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION s CONNECTION '$connection' PUBLICATION p");
$subscriber->wait_for_subscription_sync($publisher, 's');

sub sql { return $publisher->safe_psql('postgres', "SET client_min_messages = warning; $_[0]"); }

sub there
{
	$publisher->wait_for_catchup('s');
	return $subscriber->safe_psql('postgres',
		'SELECT (SELECT count(*) FROM published), (SELECT count(*) FROM parted)');
}

sub file_of
{
	my ($table) = @_;
	return sql("SELECT relfilenode FROM pg_class WHERE relname = '$table'");
}

is(there(), '100|50', 'the subscriber has the rows');
my $before = file_of('published');
sql('TRUNCATE published, part');
is(there(), '0|0', 'they go there too');
sql(q(SELECT safemig.undrop('public.published')));
is(there(), '100|50', 'and come back there too');
isnt(file_of('published'), $before, 'since they were inserted');

$before = file_of('private');
sql(q(TRUNCATE private; SELECT safemig.undrop('public.private')));
is(file_of('private'), $before, 'what nobody follows gets its files back');

SKIP:
{
	skip 'test_decoding is not there', 2
	  if $publisher->psql('postgres', q(SELECT pg_create_logical_replication_slot('d', 'test_decoding'))) != 0;
	sql(q(TRUNCATE private));
	sql(q(SELECT safemig.undrop('public.private')));
	is( sql(q(SELECT count(*) FROM pg_logical_slot_get_changes('d', NULL, NULL)
			WHERE data LIKE 'table public.private: INSERT%')),
		'2', 'other decoders follow every table');
	sql(q(ALTER TABLE private ADD note text));
	sql(q(UPDATE private SET note = 'kept'));
	sql(q(SELECT safemig.permit('drop column public.private.note'); ALTER TABLE private DROP note));
	$publisher->safe_psql('postgres', 'CALL safemig.settle(' . sql('SELECT max(id) FROM safemig.bin') . ')');
	is( sql(q(SELECT count(*) FROM pg_logical_slot_get_changes('d', NULL, NULL)
			WHERE data LIKE '%pg_safemig_bin_%')),
		'0', 'and no copy of the bin');
}

done_testing();
