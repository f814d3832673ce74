
# Each rule of safemig.lint_rules has a file in test/lint/cases with scripts in which
# it must be found, and scripts beside them in which it must not.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use FindBin;
use lib "$FindBin::Bin/../lint";
use Cases;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'safemig'
allow_in_place_tablespaces = on
timezone = 'UTC'
autovacuum = off
fsync = off
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE pattern');
$node->safe_psql('pattern', 'CREATE EXTENSION safemig');

my %rules = map { $_ => 1 } split /\n/, $node->safe_psql('pattern', 'SELECT id FROM safemig.lint_rules');
my @files = Cases::ids();

is(join(' ', grep { !-e Cases::file($_) } sort keys %rules), '', 'each rule has its cases');
is(join(' ', grep { !$rules{$_} } @files), '', 'each file of cases has its rule');

foreach my $id (grep { $rules{$_} } @files)
{
	my $case = Cases::read_case($id);

	ok(@{ $case->{bad} } && @{ $case->{good} }, "$id has both kinds of script");

	# a database of its own, since what is not committed is not there for lint
	$node->safe_psql('postgres', 'CREATE DATABASE "case" TEMPLATE pattern');
	$node->safe_psql('case', "SET safemig.enforce = off;\n$case->{setup}");

	foreach my $script (@{ $case->{bad} }, @{ $case->{good} })
	{
		my $found = findings($script->{text});
		my $where = "$id, $script->{kind}: $script->{name}";

		if ($script->{kind} eq 'bad')
		{
			like($found, qr/^\Q$id\E\|/m, $where);
		}
		else
		{
			unlike($found, qr/^(\Q$id\E|lint failed)\|/m, $where);
		}
	}
	$node->safe_psql('postgres', 'SET safemig.enforce = off; DROP DATABASE "case"');
}

# What lint finds: rule|severity|object|message, a line for each.
sub findings
{
	my ($script) = @_;
	my $tag = '$case_of_lint$';
	my ($status, $out, $err) = $node->psql('case',
		"SELECT rule, severity, object, message FROM safemig.lint($tag$script$tag)", on_error_stop => 1);

	return $status == 0 ? $out : "lint failed|$err";
}

$node->stop;
done_testing();
