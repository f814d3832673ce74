# doc/lint.md: its table holds every rule of safemig.lint_rules with the severities that
# hold, its first example finds what it says, and its line for pipelines fails when it should.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $page = slurp_file('doc/lint.md');
my $node = PostgreSQL::Test::Cluster->new('page');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION safemig');

sub rules
{
	return $node->safe_psql('postgres', 'SELECT id, severity, detects, safe_way FROM safemig.lint_rules ORDER BY id COLLATE "C"');
}

# those of the page, with the severity of that column
sub rules_of_page
{
	my ($column) = @_;
	my $severity = qr/error|warning|info|off/;
	my %row;

	for my $line (split /\n/, $page)
	{
		my @cell = $line =~ /^\| ([a-z-]+) \| ($severity) \| ($severity) \| (.*) \| (.*) \|$/ or next;

		s/\\\|/|/g for @cell;
		$row{ $cell[0] } = join '|', $cell[0], $cell[$column], @cell[ 3, 4 ];
	}
	return join "\n", map { $row{$_} } sort keys %row;
}

is(rules_of_page(1), rules(), 'every rule, as in production');
$node->safe_psql('postgres', q{SELECT safemig.set('environment', 'development')});
is(rules_of_page(2), rules(), 'every rule, as in development');
$node->safe_psql('postgres', q{SELECT safemig.set('environment', 'production')});

# the SQL of a section, and what it is said to find
my ($minute) = $page =~ /^## In a minute\n(.*?)^The new column/ms;
my ($sql, $said) = $minute =~ /^(.*severity = 'error';\n)(.*)/s;
my @said = map { /^ *(\d+) \| ([a-z-]+) / ? "$1|$2" : () } split /\n/, $said;
my @found = map { /^(\d+\|[a-z-]+)\|/ ? $1 : () } split /\n/, $node->safe_psql('postgres', $sql);
ok(@said > 1, 'the page shows findings');
is_deeply(\@found, \@said, 'and they are found');

my ($line) = $page =~ /^    (echo "SELECT safemig\.lint_json.*?)\n\n/ms;
my $folder = PostgreSQL::Test::Utils::tempdir();
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
local $ENV{PGDATABASE} = 'postgres';

sub pipeline
{
	my ($script) = @_;

	unlink "$folder/migration.sql";
	append_to_file("$folder/migration.sql", $script);
	return system('bash', '-c', "cd '$folder' && $line") == 0;
}

ok(pipeline(qq{-- it's "safe"\nALTER TABLE customers ADD COLUMN language text;\n}), 'a pipeline goes on');
ok(!pipeline('ALTER TABLE customers ALTER COLUMN plan SET NOT NULL;'), 'and stops at an error');
ok(!pipeline('ALTER TABLE customers ADD COLUMN;'), 'also of syntax');
$ENV{PGDATABASE} = 'nowhere';
ok(!pipeline('SELECT 1;'), 'and when nobody could be asked');

done_testing();
