# doc/backup.md and doc/restore.md with a real pgBackRest: the command as it stands there,
# a backup that counts once it was restored, and the way back to a migration's restore point.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'no pgbackrest on this machine' if system('pgbackrest version >/dev/null 2>&1') != 0;

my $node = PostgreSQL::Test::Cluster->new('pgbackrest');
$node->init;
my $own = $node->basedir . '/pgbackrest';
mkdir $own;
append_to_file("$own/config", join "\n", '[global]', (map { "$_-path=$own/$_" } qw(repo1 log lock spool)),
	'repo1-bundle=y', '', '[main]', 'pg1-path=' . $node->data_dir, 'pg1-port=' . $node->port, 'pg1-socket-path=' . $node->host, '');
$ENV{PGBACKREST_CONFIG} = "$own/config";
$node->append_conf('postgresql.conf', q{
	wal_level = replica
	archive_mode = on
	archive_command = 'pgbackrest --stanza=main archive-push %p'
	safemig.backup_command = 'pgbackrest --stanza=main --start-fast backup'
});
$node->start;
command_ok([ 'pgbackrest', '--stanza=main', 'stanza-create' ], 'a stanza');
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', q{
	CREATE EXTENSION safemig;
	CREATE TABLE users AS SELECT g AS id FROM generate_series(1, 1000) g;
	SELECT safemig.set('backup_max_age', '1 hour')});

sub apply
{
	my ($result, $out, $said) = $node->psql('shop', q{SELECT safemig.apply('1.3.0', 'no users', 'DROP TABLE users',
		permits => ARRAY['drop table public.users'], reason => 'test')});
	return $result == 0 ? $out : $said;
}
my ($result, $out, $said) = $node->psql('shop', q{CALL safemig.backup('before_1.3.0')});
like($said, qr/backup "before_1.3.0" is made, and not verified/, 'a backup');
like(apply(), qr/is not verified: nobody has restored it yet.*HINT:  SELECT safemig\.record_backup/s, 'that opens no gate yet');

# a backup is one when it was restored
sub restore
{
	my ($name, @how) = @_;
	my $restored = PostgreSQL::Test::Cluster->new($name);

	mkdir $restored->basedir;
	mkdir $restored->data_dir, 0700;
	command_ok([ 'pgbackrest', '--stanza=main', @how, '--target-action=promote', '--archive-mode=off',
		'--pg1-path=' . $restored->data_dir, 'restore' ], "$name: restored");
	append_to_file($restored->data_dir . '/postgresql.conf', 'port = ' . $restored->port . "\n");
	$restored->start;
	$restored->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()');
	return $restored;
}
my $trial = restore('trial', '--type=immediate');
is($trial->safe_psql('shop', 'SELECT count(*) FROM users'), 1000, 'trial: with its rows');
$trial->stop;
$node->safe_psql('shop', q{SELECT safemig.record_backup(location, taken_at, restored_ok => true) FROM safemig.backups WHERE label = 'before_1.3.0'});
is(apply(), 'applied', 'that opens it');

# back to before the migration
$node->safe_psql('shop', 'CREATE TABLE later (i int)');
my $walfile = $node->safe_psql('shop', 'SELECT pg_walfile_name(pg_switch_wal())');
$node->poll_query_until('postgres', "SELECT last_archived_wal >= '$walfile' FROM pg_stat_archiver");
my $point = $node->safe_psql('shop', q{SELECT name FROM safemig.restore_points WHERE version = '1.3.0' ORDER BY at DESC LIMIT 1});
my $recovered = restore('recovered', '--type=name', "--target=$point");
is($recovered->safe_psql('shop', 'SELECT count(*) FROM users'), 1000, 'recovered: the table is there again');
is($recovered->safe_psql('shop', q{SELECT to_regclass('later') IS NULL}), 't', 'recovered: and nothing later');
$recovered->stop;

# what cannot be done is told
$node->append_conf('postgresql.conf', q{safemig.backup_command = 'pgbackrest --stanza=other --start-fast backup'});
$node->reload;
($result, $out, $said) = $node->psql('shop', q{CALL safemig.backup('none')});
like($said, qr/no backup was made.*does this stanza exist/s, 'another stanza');

$node->stop;
done_testing();
