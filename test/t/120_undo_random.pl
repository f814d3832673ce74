# Random schemas come back from the bin as they were: the short run of `make check-undo`.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('random');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'safemig'\nfsync = off\n");
$node->start;

local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
my $keep = PostgreSQL::Test::Utils::tempdir();
my ($out, $err);
IPC::Run::run([ 'test/undo/random', '--with', 'all', '--seed', 2, '--schemas', 20, '--keep', $keep ], '>', \$out, '2>', \$err);
is($err, '', 'the run says nothing else');
unlike($out, qr/^not ok/m, 'every schema is as before') or diag($out);
my ($same) = $out =~ /^# (\d+) schemas as before, 0 different; (\d+) statements undone/m;
is($same, 20, '20 of them');
cmp_ok($2 || 0, '>', 15, 'and statements were undone');

done_testing();
