# Point-in-time recovery to the restore point of a migration with permits, by the
# commands of doc/restore.md as they stand there, with the guard up on both sides.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# The commands of the section, each with what the reader puts in for the example's names.
my ($section) = slurp_file('doc/restore.md') =~ /^## Back to before a migration\n(.*?)(?=^##|\z)/ms;
my @commands = $section =~ /^    (\S.*)\n/mg;

my $node = PostgreSQL::Test::Cluster->new('shop');
$node->init(has_archiving => 1, allows_streaming => 1);
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', q{
	CREATE EXTENSION safemig;
	CREATE TABLE users AS SELECT g AS id, md5(g::text) AS name FROM generate_series(1, 1000) g});

my %place = (
	'/srv/base' => $node->basedir . '/base',
	'/srv/archive' => $node->archive_dir,
	'/srv/recovered' => $node->basedir . '/recovered',
	'5433' => PostgreSQL::Test::Cluster::get_free_port(),
	'5432' => $node->port,);
my ($port, $host) = ($node->port, $node->host);
my $point;

sub put_in
{
	my ($command) = @_;

	$command =~ s/\Q$_\E/$place{$_}/g foreach reverse sort keys %place;
	$command =~ s/safemig_1\.3\.0_\d+T[\d.]+Z/$point/g;
	return $command;
}

# The next command of the page; it has to look as is said here, so that none is left out.
sub follow
{
	my ($like, %environment) = @_;
	my $command = put_in(shift @commands // '');
	local %ENV = (%ENV, PGHOST => $host, PGPORT => $port, PGDATABASE => 'shop', %environment);
	my ($out, $err);
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	like($command, $like, "the page says $like");
	my $ok = IPC::Run::run([ 'sh', '-c', $command ], '<', \undef, '>', \$out, '2>', \$err);
	ok($ok, "and it runs: $command") or diag("$out\n$err");
	chomp $out;
	return $out;
}

# ---------- before ----------

follow(qr/^pg_basebackup /);
$node->safe_psql('shop', q{
	INSERT INTO users VALUES (1001, 'after the base backup');
	SELECT safemig.apply('1.2.0', 'harmless', 'CREATE TABLE orders (id int)');
	SELECT safemig.set('keep', 'off');
	SELECT safemig.apply('1.3.0', 'no more users', 'DROP TABLE users', permits => ARRAY['drop table public.users']);
	INSERT INTO orders VALUES (1)});
is($node->safe_psql('shop', q{SELECT to_regclass('users') IS NULL}), 't', 'the table is gone for good');

# ---------- the page ----------

$point = follow(qr/^psql .*restore_points/);
like($point, qr/^safemig_1\.3\.0_/, 'the point has its name');
is($node->safe_psql('shop', 'SELECT count(*) FROM safemig.restore_points'), 1, 'and only what had permits has one');
follow(qr/^psql .*pg_switch_wal/);
$node->poll_query_until('postgres', q{SELECT archived_count > 0 AND last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 1) FROM pg_stat_archiver});
follow(qr/^cp -a /);
append_to_file("$place{'/srv/recovered'}/postgresql.auto.conf", put_in($_)) foreach map { "$_\n" } settings();
follow(qr/^touch .*recovery\.signal/);

# What belongs into the configuration stands behind a line that says so.
sub settings
{
	my @settings;

	push @settings, shift @commands while @commands && $commands[0] =~ /^\w+ = /;
	is(scalar @settings, 4, 'the settings of the page');
	return @settings;
}

local $ENV{LC_ALL} = 'C';
follow(qr/^pg_ctl .*start/);
my %recovered = (PGPORT => $place{5433});
is(follow(qr/^psql .*count/, %recovered), 1001, 'the table is back, with what was written after the base backup');
{
	local %ENV = (%ENV, PGHOST => $host, PGDATABASE => 'shop', %recovered);
	my ($out, $err);
	is(IPC::Run::run([ 'psql', '-XAtqc', 'DROP TABLE users' ], '>', \$out, '2>', \$err), '', 'the guard is up there');
	like($err, qr/would destroy|users/, 'and says what');
	IPC::Run::run([ 'psql', '-XAtqc', q{SELECT safemig.current_version(), (SELECT count(*) FROM orders)} ], '>', \$out);
	is($out, "1.2.0|0\n", 'at the version before, without what came later');
}
follow(qr/^pg_dump .*\| psql/, %recovered);
is($node->safe_psql('shop', 'SELECT count(*), (SELECT count(*) FROM orders) FROM users'), '1001|1', 'and in the live database, which lost nothing');
follow(qr/^pg_ctl .*stop/);
is_deeply(\@commands, [], 'the page has no more commands');

done_testing();
