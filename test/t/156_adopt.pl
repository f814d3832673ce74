# An adopted tool's database is dumped and restored: the tool's table is as it was,
# with and without the extension, and what the tool writes next is seen.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('adopt');
$node->init;
$node->start;
$node->safe_psql('postgres', q{CREATE DATABASE shop; CREATE DATABASE copy; CREATE DATABASE plain});
$node->safe_psql('shop', q{
	CREATE EXTENSION safemig;
	SELECT safemig.adopt();
	CREATE TABLE schema_migrations (version varchar PRIMARY KEY);
	CREATE TABLE alembic_version (version_num varchar(32) NOT NULL);
	BEGIN;
	CREATE TABLE users (id int);
	INSERT INTO schema_migrations VALUES ('20260101'), ('20260102');
	COMMIT;
	INSERT INTO alembic_version VALUES ('ae10');
	DELETE FROM schema_migrations WHERE version = '20260102';
});
my $log = q{SELECT string_agg(concat_ws(' ', kind, version, state, statements), ', ') FROM safemig.status};
my $expected = 'alembic ae10 applied 0, dbmate 20260101 applied 1, dbmate 20260102 rolled back 0';
is($node->safe_psql('shop', $log), $expected, 'the log');

my $dump = $node->basedir . '/shop.sql';
command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-f', $dump, 'shop' ], 'dumped');
unlike(slurp_file($dump), qr/CREATE TRIGGER .*safemig/, 'without the triggers');
command_ok([ 'psql', '-XqAt', '-h', $node->host, '-p', $node->port, '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-o', '/dev/null', 'copy' ], 'restored');
is($node->safe_psql('copy', $log), $expected, 'the log came along, and nothing twice');
$node->safe_psql('copy', q{
	CREATE TABLE orders (id int);
	INSERT INTO schema_migrations VALUES ('20260103');
	UPDATE alembic_version SET version_num = 'b2f4';
});
is($node->safe_psql('copy', $log),
	'alembic ae10 applied 0, alembic b2f4 applied 0, dbmate 20260101 applied 1, dbmate 20260102 rolled back 0, dbmate 20260103 applied 1',
	'and goes on there');

command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-f', $dump, '-N', 'safemig', '-t', 'schema_migrations', 'shop' ], 'the tool\'s table alone');
command_ok([ 'psql', '-XqAt', '-h', $node->host, '-p', $node->port, '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-o', '/dev/null', 'plain' ], 'restored without the extension');
$node->safe_psql('plain', q{INSERT INTO schema_migrations VALUES ('20260103')});

# a session that had no library when it was adopted, and one that is replayed
my $old = $node->background_psql('plain');
$node->safe_psql('plain', 'CREATE EXTENSION safemig; SELECT safemig.adopt()');
$old->query_safe(q{INSERT INTO schema_migrations VALUES ('20260104')});
$old->query_safe(q{SET session_replication_role = replica});
$old->query_safe(q{INSERT INTO schema_migrations VALUES ('20260105')});
$old->quit;
is($node->safe_psql('plain', $log),
	'dbmate 20260101 applied, dbmate 20260103 applied, dbmate 20260104 applied 0, dbmate 20260105 applied 0',
	'old sessions and replicas are seen');

# DROP EXTENSION leaves the tool alone
$node->safe_psql('plain', q{SET safemig.enforce = off; DROP EXTENSION safemig});
$node->safe_psql('plain', q{INSERT INTO schema_migrations VALUES ('20260106')});
is($node->safe_psql('plain', 'SELECT count(*) FROM schema_migrations'), '5', 'and the tool goes on without it');

# two tools at once: neither waits for the other
$node->safe_psql('copy', 'CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL)');
my $one = $node->background_psql('copy');
$one->query_safe(q{BEGIN; CREATE TABLE one (a int); INSERT INTO schema_migrations VALUES ('20260107')});
$node->safe_psql('copy', q{SET lock_timeout = '5s'; BEGIN; CREATE TABLE two (a int); INSERT INTO pgmigrations (name, run_on) VALUES ('2_two', now()); COMMIT});
$one->query_safe('COMMIT');
$one->quit;
is($node->safe_psql('copy', q{SELECT string_agg(version || ' ' || statements[1], ', ' ORDER BY version) FROM safemig.tool_versions WHERE version IN ('20260107', '2_two')}),
	'20260107 CREATE TABLE one (a int), 2_two CREATE TABLE two (a int)', 'two tools at once, each with its own');

$node->stop;
done_testing();
