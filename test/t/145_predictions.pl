# What safemig.effects() says beforehand of locks, rewrites and scans is what the server
# then does: some 600 statements, every subcommand of ALTER TABLE among them. How, and
# how to run a few of them against a server that is up: test/lint/Proof.pm, test/lint/show.

use strict;
use warnings FATAL => 'all';

use FindBin;
use lib "$FindBin::Bin/../lint";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Proof;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'safemig'\nfsync = off\nautovacuum = off");
$node->start;
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;

my $version = int($node->safe_psql('postgres', 'SHOW server_version_num') / 10000);
my @cases = Proof::cases($version);
chomp(my $include = `pg_config --includedir-server`);
my %kinds = Proof::coverage($include, @cases);

is_deeply($kinds{missing}, [], 'a case or a reason for each subcommand, statement and kind of object that the server has');
is_deeply($kinds{needless}, [], 'no reason against what has a case');
is_deeply($kinds{unknown}, [], 'no key that the server does not have') if $version >= 18;

# The guard must be out of the way, so that what is seen is the server's doing and not ours.
my @bare = Proof::cases($version);

$node->safe_psql('postgres', 'CREATE DATABASE guarded; CREATE DATABASE bare');
$node->safe_psql('guarded', 'CREATE EXTENSION safemig');
Proof::prepare($_) foreach 'guarded', 'bare';
is_deeply(Proof::observe('bare', 0, @bare), [], 'each setup stands without the extension');
is_deeply(Proof::observe('guarded', 1, @cases), [], 'each setup stands with it');
is_deeply([ map { $_->{seen} } @cases ], [ map { $_->{seen} } @bare ], 'switched off, the guard changes nothing of what the server does');

my %right;
foreach my $case (@cases)
{
	my ($wrong, $right) = Proof::differences($case);

	$right{$_} += $right->{$_} foreach keys %$right;
	ok(!@{ $case->{error} // ['it did not run'] } && !@$wrong, $case->{name})
	  or diag(join("\n", Proof::describe($case, 1)));
}
note("$right{$_} times right: $_") foreach sort keys %right;

done_testing();
