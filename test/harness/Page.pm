# What a page of doc/ tells its reader to type: the indented blocks, as they stand
# there.  Tests that run them use this, so that page and test cannot drift apart.
#
#	my $page = Page->new('doc/deploy.md', 'db.example.org' => $node->host, ...);
#	$page->file('Makefile')			the block below a line that names it, and ends with a colon
#	$page->next(qr/^psql /)			the next of the other blocks, which has to look like that
#	$page->find(qr/^psql /)			the first such, and the order does not matter
#	$page->rest()				what nobody asked for
#
# A blank line ends a block, but not a file.  The names that the page uses for an
# example are replaced by what is to stand in their place.

package Page;

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use Test::More;

sub new
{
	my ($class, $path, %place) = @_;
	my $self = bless { path => $path, place => \%place, blocks => [], files => {} }, $class;
	my $before = '';
	my $text = slurp_file($path);

	while ($text =~ /\G(?:((?:^    .*\n|^\n(?=\n*    ))+)|^(.*)\n)/mgc)
	{
		my ($block, $line) = ($1, $2);

		if (!defined $block || $block !~ /\S/)
		{
			$before = $line if defined $line && $line ne '';
			next;
		}
		$block =~ s/^    //mg;
		$block =~ s/\A\n+|\n+\z//g;
		my @names = $before =~ /`([\w.~\/-]*\.\w+|Makefile)`/g;

		if (@names && $before =~ /:$/)
		{
			$self->{files}{ $names[-1] } = "$block\n";
		}
		else
		{
			push @{ $self->{blocks} }, split /\n{2,}/, $block;
		}
		$before = '';
	}
	return $self;
}

sub put_in
{
	my ($self, $text) = @_;
	my $place = $self->{place};

	$text =~ s/\Q$_\E/$place->{$_}/g foreach reverse sort keys %$place;
	return $text;
}

sub file
{
	my ($self, $name) = @_;
	my $text = delete $self->{files}{$name};

	ok(defined $text, "$self->{path} has $name");
	return $self->put_in($text // '');
}

sub next
{
	my ($self, $like) = @_;
	my $block = shift @{ $self->{blocks} } // '';

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	like($block, $like, "$self->{path} says " . (split /\n/, $block)[0]);
	return $self->put_in($block);
}

# The first that looks like that, wherever it stands.
sub find
{
	my ($self, $like) = @_;
	my ($block) = grep { $_ =~ $like } @{ $self->{blocks} };

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok(defined $block, "$self->{path} has $like");
	return $self->put_in($block // '');
}

sub rest
{
	my ($self) = @_;
	return (@{ $self->{blocks} }, sort keys %{ $self->{files} });
}

1;
