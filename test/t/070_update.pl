# A new version of the library meets the SQL of the one before, and
# ALTER EXTENSION UPDATE brings it up to date under the guard. The version before
# is made of the parts of the install script without those in @later, which the
# update script then adds.

use strict;
use warnings FATAL => 'all';

use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @later = qw(22-tickets 25-rules 31-pending 32-by-hand 33-integrity 34-backup 35-folder 35-maintenance 36-adopt 36-checklist 40-health 55-dry-run);

# ---------- a copy of the server with an extension directory of its own ----------

# The server finds its share directory by the place of its own program.
sub relocated
{
	my %dir = map { my ($out) = run_command([ 'pg_config', "--$_" ]); ($_ => $out) } qw(bindir pkglibdir sharedir);
	my $root = PostgreSQL::Test::Utils::tempdir_short;

	system_or_bail('mkdir', '-p', "$root/" . dirname($dir{bindir}), "$root/" . dirname($dir{pkglibdir}), "$root$dir{sharedir}/extension");
	system_or_bail('cp', '-R', $dir{bindir}, $root . dirname($dir{bindir}));
	symlink($dir{pkglibdir}, "$root$dir{pkglibdir}") or die "pkglibdir: $!";
	foreach my $place ('', '/extension')
	{
		foreach my $entry (glob("$dir{sharedir}$place/*"))
		{
			symlink($entry, "$root$entry") unless basename($entry) =~ /^(extension$|safemig--)/;
		}
	}
	return ($root . dirname($dir{bindir}), "$root$dir{sharedir}/extension");
}

sub part { return slurp_file($_[0]); }

my $echo = "\\echo Use CREATE or ALTER EXTENSION safemig to load this file. \\quit\n";
my ($control) = slurp_file('safemig.control') =~ /default_version\s*=\s*'(.*)'/;
my ($install_path, $extensions) = relocated();
my $later = join('|', @later);

append_to_file("$extensions/safemig--$control.sql", $echo . join('', map { part($_) } sort glob('src/sql/[0-9]*.sql')));

# The version before had these, too, and another current_version().
my ($current_version) = part('src/sql/30-migrate.sql') =~ /^(CREATE FUNCTION safemig\.current_version.*?^\$\$;)/ms;
append_to_file("$extensions/safemig--before.sql", $echo
	  . join('', map { part($_) } grep { !/$later|90-arm/ } sort glob('src/sql/[0-9]*.sql'))
	  . q{
		CREATE TABLE safemig.gone (id int);
		INSERT INTO safemig.gone VALUES (1);
		CREATE VIEW safemig.gone_too AS SELECT id FROM safemig.gone;
		CREATE FUNCTION safemig.gone_as_well() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
		CREATE OR REPLACE FUNCTION safemig.current_version() RETURNS text LANGUAGE sql AS $$SELECT 'before'::text$$;
		ALTER TABLE safemig.incident ADD COLUMN old_column text;
		SELECT safemig.arm();});
append_to_file("$extensions/safemig--before--$control.sql", $echo
	  . join('', map { part("src/sql/$_.sql") } @later)
	  . ($current_version =~ s/CREATE FUNCTION/CREATE OR REPLACE FUNCTION/r)
	  . q{
		DROP VIEW safemig.gone_too;
		DROP TABLE safemig.gone;
		DROP FUNCTION safemig.gone_as_well();
		ALTER TABLE safemig.incident DROP COLUMN old_column;
		SELECT safemig.arm();});

# ---------- both levels of loading ----------

my $node = PostgreSQL::Test::Cluster->new('update', install_path => $install_path);
$node->init;
$node->start;

sub refused
{
	my ($database, $sql, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $out, $said) = $node->psql($database, $sql);

	like($said, qr/safemig refused to /, $name);
}

sub passes
{
	my ($database, $sql, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $out, $said) = $node->psql($database, $sql);

	is("$status $said", '0 ', $name);
}

# All that belongs to the extension, and what of it a dump carries.
my $members = q{
	SELECT string_agg(pg_describe_object(classid, objid, 0) || coalesce(' ' || (SELECT md5(prosrc) FROM pg_proc p WHERE p.oid = objid AND classid = 'pg_proc'::regclass), ''), E'\n' ORDER BY pg_describe_object(classid, objid, 0))
	       || (SELECT string_agg(c::regclass::text, ',' ORDER BY c::regclass::text) FROM unnest(extconfig) c)
	  FROM pg_depend, pg_extension e
	 WHERE refclassid = 'pg_extension'::regclass AND refobjid = e.oid AND e.extname = 'safemig' AND deptype = 'e'
	 GROUP BY extconfig};

sub is_updated
{
	my ($level) = @_;
	my $database = "shop$level";

	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, q{
		CREATE EXTENSION safemig VERSION 'before';
		CREATE TABLE users (id int PRIMARY KEY);
		INSERT INTO users VALUES (1), (2);
		SELECT safemig.set('runner_wait', '7s')});

	# the new library over the SQL of before
	is($node->safe_psql($database, q{SELECT safemig.apply('1', 'first', 'CREATE TABLE made (id int)', down => 'DROP TABLE made')}),
		'applied', "level $level, before: a version is applied");
	refused($database, 'DROP TABLE users', "level $level, before: DROP TABLE is refused");
	refused($database, 'DELETE FROM users', "level $level, before: DELETE of every row is refused");
	passes($database, 'DELETE FROM users WHERE id = 2', "level $level, before: DELETE by key is not");
	passes($database, q{ALTER TABLE users ADD COLUMN name text; ALTER TABLE users RENAME CONSTRAINT users_pkey TO users_key},
		"level $level, before: nor is what adds or loses nothing");
	passes($database, q{BEGIN; SET LOCAL client_min_messages = warning;
		SELECT safemig.permit('truncate public.users'); TRUNCATE users; ROLLBACK},
		"level $level, before: a permit opens");
	passes($database, q{SELECT count(*) FROM safemig.status, safemig.incidents, safemig.history, safemig.settings},
		"level $level, before: the views can be read");
	refused($database, 'DROP TABLE safemig.gone CASCADE', "level $level, before: its own tables are guarded");

	my $open = $node->background_psql($database, on_error_stop => 0);
	$open->query('DROP TABLE users');

	# the update itself
	passes($database, 'SET client_min_messages = warning; ALTER EXTENSION safemig UPDATE', "level $level: the update passes the guard");
	is($node->safe_psql($database, q{SELECT extversion FROM pg_extension WHERE extname = 'safemig'}), $control,
		"level $level: to the version of the library");
	$node->safe_psql('postgres', "CREATE DATABASE fresh$level");
	$node->safe_psql("fresh$level", 'CREATE EXTENSION safemig');
	is($node->safe_psql($database, $members), $node->safe_psql("fresh$level", $members),
		"level $level: updated is the same as installed");
	is($node->safe_psql($database, q{SELECT safemig.current_version(), (SELECT value FROM safemig.settings WHERE name = 'runner_wait'),
			(SELECT count(*) FROM safemig.history WHERE event = 'apply')}), '1|7s|1', "level $level: nothing is lost");

	# a session that was open meanwhile
	$open->{stderr} = '';
	$open->query('DELETE FROM safemig.rule WHERE id = 1');
	like($open->{stderr}, qr/safemig refused to /, "level $level: an open session guards the new tables too");
	$open->quit;

	# and what came with it
	$node->safe_psql($database, q{SELECT safemig.protect('public.made', 'frozen');
		SELECT safemig.permit('drop table public.users', valid_for => '1 hour')});
	refused($database, 'ALTER TABLE made DROP COLUMN id', "level $level, after: a frozen table is frozen");
	passes($database, 'SET client_min_messages = warning; DROP TABLE users', "level $level, after: a ticket opens");
	refused($database, 'DROP TABLE safemig.rule', "level $level, after: its own tables are guarded");
	is($node->safe_psql($database, q{SELECT safemig.apply('2', 'next', 'CREATE TABLE next (id int)')}), 'applied',
		"level $level, after: the next version is applied");
}

is_updated(1);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'safemig'");
$node->restart;
is_updated(2);

$node->stop;
done_testing();
