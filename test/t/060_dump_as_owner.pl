# What a role that is no superuser needs for its backups once the extension is
# there, as doc/install.md says: either the grants, or to leave the log out.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dump_as_owner');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE app LOGIN; CREATE DATABASE shop OWNER app');
$node->safe_psql('shop', q{
	CREATE EXTENSION safemig;
	CREATE TABLE t (id int);
	ALTER TABLE t OWNER TO app;
	INSERT INTO t VALUES (1);
	SELECT safemig.apply('1', 'first', 'CREATE TABLE u (id int)');
	ALTER TABLE u OWNER TO app;
});
my $file = $node->basedir . '/shop.sql';
my @dump = ('pg_dump', '-h', $node->host, '-p', $node->port, '-U', 'app', '-f', $file);

command_fails_like([ @dump, 'shop' ], qr/permission denied|lack SELECT privilege/, 'the log of versions is not everybody\'s to dump');

command_ok([ @dump, '-N', 'safemig', 'shop' ], 'without the log he dumps his tables');
my $dumped = slurp_file($file);
like($dumped, qr/COPY public\.t /, 'with their rows');
unlike($dumped, qr/COPY safemig\./, 'and nothing of the log');

$node->safe_psql('shop', q{
	GRANT SELECT ON ALL TABLES IN SCHEMA safemig TO app;
	GRANT SELECT ON ALL SEQUENCES IN SCHEMA safemig TO app;
});
command_ok([ @dump, 'shop' ], 'with the grants he dumps all');
like(slurp_file($file), qr/COPY safemig\.migration /, 'the log too');
my ($status, $out, $said) = $node->psql('shop', 'SET ROLE app; DELETE FROM safemig.migration');
like($said, qr/permission denied|refused/, 'and still cannot write it');

$node->stop;
done_testing();
