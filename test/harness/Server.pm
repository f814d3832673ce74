# What several TAP tests ask of a server.
package Server;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use Time::HiRes qw(sleep);

our @EXPORT_OK = qw(wait_until_up);

# wait_until_up(NODE): after a crash. poll_query_until() writes its query to a psql that
# may be gone by then, since the server turned it away: that ends the test.
sub wait_until_up
{
	my ($node) = @_;

	# the postmaster hears of it a moment later
	sleep 0.3;
	for (1 .. 1800)
	{
		return 1 if system('pg_isready', '-q', '-h', $node->host, '-p', $node->port) == 0;
		sleep 0.1;
	}
	die 'the server did not come back';
}

1;
