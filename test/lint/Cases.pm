package Cases;

# Reads test/lint/cases/RULE.sql. A file has sections, each begun by a comment that is
# "-- setup", "-- bad" or "-- good", the latter two with a name if they like: "-- bad: a view".

use strict;
use warnings FATAL => 'all';

use File::Basename;

my $folder = dirname(__FILE__) . '/cases';

sub file { return "$folder/$_[0].sql" }

sub ids { return sort map { basename($_, '.sql') } glob "$folder/*.sql" }

# { setup => text, bad => [{ kind, name, text }], good => [...] }
sub read_case
{
	my ($id) = @_;
	my %case = (setup => [], bad => [], good => []);
	my $script;

	open my $file, '<', file($id) or die "no cases for $id: $!";
	while (my $line = <$file>)
	{
		if ($line =~ /^-- (setup|bad|good)(?:: (.*))?$/)
		{
			$script = { kind => $1, name => $2 // 'plain', text => '' };
			push @{ $case{$1} }, $script;
			next;
		}
		die "$id: text before the first section" unless $script;
		$script->{text} .= $line;
	}
	close $file;
	$case{setup} = join '', map { $_->{text} } @{ $case{setup} };
	return \%case;
}

1;
