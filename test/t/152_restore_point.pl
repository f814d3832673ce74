# Where the log holds too little to recover from, a migration with permits says that
# it set no restore point; otherwise the point is in the log, where it says.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('points');
$node->init;
$node->append_conf('postgresql.conf', "wal_level = minimal\nmax_wal_senders = 0\n");
$node->start;
$node->safe_psql('postgres', q(SET client_min_messages = warning; CREATE EXTENSION safemig));

# A version that destroys, and one that is taken back by what destroys.
sub apply_both
{
	my ($one, $two) = @_;

	return $node->safe_psql('postgres', qq(
		CREATE TABLE IF NOT EXISTS gone$one (i int);
		SELECT safemig.apply('$one', 'drop', 'DROP TABLE gone$one', permits => ARRAY['drop table public.gone$one']),
		       safemig.apply('$two', 'make', 'CREATE TABLE made$two (i int)', down => 'DROP TABLE made$two'),
		       safemig.rollback('$one', permits => ARRAY['drop table public.made$two'])));
}

sub points { return $node->safe_psql('postgres', "SELECT version, name, lsn, note FROM safemig.restore_points WHERE version IN ('$_[0]', '$_[1]')"); }

is(apply_both(1, 2), 'applied|applied|1', 'with wal_level = minimal they run');
is(points(1, 2), "1|||none was set: wal_level is minimal\n2|||before the rollback to 1, none was set: wal_level is minimal", 'and say that there is no point');

$node->append_conf('postgresql.conf', "wal_level = replica\n");
$node->restart;
is(apply_both(3, 4), 'applied|applied|1', 'with wal_level = replica they run, too');
my @points = split /\n/, points(3, 4);
is(scalar(@points), 2, 'each with a point');
my $log = $node->data_dir . '/pg_wal';
foreach my $point (@points)
{
	my ($version, $name, $lsn, $note) = split /\|/, $point, -1;

	is($note, $version == 3 ? '' : 'before the rollback to 3', "version $version: its note");
	# the LSN is the end of the record
	my ($out) = run_command([ 'pg_waldump', '-p', $log, '-r', 'XLOG', '-s', '0/1000000', '-e', $lsn ]);
	like((split /\n/, $out)[-1], qr/desc: RESTORE_POINT \Q$name\E$/, "version $version: the log has $name there");
}

$node->stop;
done_testing();
