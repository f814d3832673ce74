# safemig.load(): the names and marks of every tool it knows, what a folder says
# about versions that are applied, and files that it will not read.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('folder');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION safemig');
my $number = 0;

# A folder with these files, on the server.
sub folder
{
	my %files = @_;
	my $folder = $node->basedir . '/folder' . ++$number;

	mkdir $folder or die $!;
	foreach my $file (sort keys %files)
	{
		mkdir "$folder/$1" if $file =~ m{^(.+)/} and not -d "$folder/$1";
		open my $handle, '>:raw', "$folder/$file" or die $!;
		print $handle $files{$file};
		close $handle;
	}
	return $folder;
}

sub read_folder
{
	my ($columns, %files) = @_;
	return $node->safe_psql('postgres',
		"SELECT $columns FROM safemig.read_folder('" . folder(%files) . "')");
}

sub refuses
{
	my ($said, $title, %files) = @_;
	my ($status, $out, $err) = $node->psql('postgres',
		"SELECT * FROM safemig.read_folder('" . folder(%files) . "')");
	like($err, $said, $title);
}

sub named
{
	my ($file, $read) = @_;
	is(read_folder("concat_ws('|', kind, version, name)", $file => 'SELECT 1'), $read, $file);
}

named('V1.2.0__add_language.sql', 'versioned|1.2.0|add_language');
named('V1_2__add.sql', 'versioned|1_2|add');
named('1.2.0_add_language.sql', 'versioned|1.2.0|add_language');
named('v1.2.0-rc.1_add.sql', 'versioned|v1.2.0-rc.1|add');
named('20260119_add.sql', 'versioned|20260119|add');
named('20260119093000_add.sql', 'versioned|20260119093000|add');
named('migration_2026_01_19_add.sql', 'versioned|2026_01_19|add');
named('0007_10_users.sql', 'versioned|0007|10_users');
named('12.sql', 'versioned|12|12');
named('20260119093000_add/migration.sql', 'versioned|20260119093000|add');
named('R__active_users.sql', 'repeatable|active_users');
named('seeds/plans.sql', 'seed|plans');
named('README.md', '');
named('meta/_journal.json', '');

is( read_folder("concat_ws('|', version, kind)",
		'V1.10__b.sql' => 'SELECT 1', 'V1.9__a.sql' => 'SELECT 1', 'R__v.sql' => 'SELECT 1', 'seeds/s.sql' => 'SELECT 1'),
	"1.9|versioned\n1.10|versioned\nrepeatable\nseed", 'in the order in which they run');

# up and down
my $both = "trim(up, E'\\n') || ' / ' || trim(down, E'\\n')";
is(read_folder($both, '1_a.up.sql' => "SELECT 1\n", '1_a.down.sql' => "SELECT 2\n"), 'SELECT 1 / SELECT 2', '.up.sql and .down.sql');
is(read_folder($both, 'V1.2__a.sql' => "SELECT 1\n", 'U1.2__a.sql' => "SELECT 2\n"), 'SELECT 1 / SELECT 2', 'V and U');
is(read_folder($both, '1_a.sql' => "-- migrate:up\nSELECT 1\n-- migrate:down\nSELECT 2\n"), 'SELECT 1 / SELECT 2', 'dbmate');
is(read_folder($both, '1_a.sql' => "-- +goose Up\nSELECT 1\n-- +goose Down\nSELECT 2\n"), 'SELECT 1 / SELECT 2', 'goose');
is(read_folder($both, '1_a.sql' => "-- +migrate Up\r\nSELECT 1\n-- +migrate Down\nSELECT 2\n"), 'SELECT 1 / SELECT 2', 'sql-migrate');
is(read_folder('down IS NULL', '1_a.sql' => "SELECT 1; -- migrate:down is no mark here\n"), 't', 'a mark has its own line');

# the header
is( read_folder("permits, reason, environments, release, check_sql",
		'1_a.sql' => "-- Ann's\n-- safemig:permit drop column public.clients.email\n-- safemig:permit drop table public.old\n"
		  . "-- safemig:reason GDPR-123\n-- safemig:environments staging, production\n\n-- safemig:release 2026.4\n-- safemig:check SELECT true\nSELECT 1;\n-- safemig:permit not any more\n"),
	'{"drop column public.clients.email","drop table public.old"}|GDPR-123|{staging,production}|2026.4|SELECT true', 'the header');
refuses(qr/1_a\.sql, line 2: "safemig:permits x" is not known|1_a\.sql, line 2/, 'a word that is not known',
	'1_a.sql' => "-- x\n-- safemig:allow x\nSELECT 1");

# what it will not read
refuses(qr/1\.2_a\.sql and V1\.2\.0__b\.sql are both version 1\.2\.0/, 'two files of one version', '1.2_a.sql' => 'SELECT 1', 'V1.2.0__b.sql' => 'SELECT 2');
refuses(qr/2_a\.down\.sql is the way down of a version that is not there/, 'a way down alone', '1_a.sql' => 'SELECT 1', '2_a.down.sql' => 'SELECT 2');
refuses(qr/1_a\.sql cannot be loaded: it is written in UTF-16/, 'UTF-16', '1_a.sql' => "\xff\xfeS\0E\0");
refuses(qr/1_a\.sql cannot be loaded: it is not written in UTF-8/, 'Latin-1', '1_a.sql' => "SELECT '\xe4'");
refuses(qr/1_\?\.sql cannot be loaded: its name is not written in UTF-8/, 'a name in Latin-1', "1_\xe4.sql" => 'SELECT 1');
refuses(qr/R__\?\(\.sql cannot be loaded: its name/, 'that of a repeatable', "R__\xc3(.sql" => 'SELECT 1');
refuses(qr/seeds\/\?\.sql cannot be loaded: its name/, 'that of a seed', "seeds/\xff.sql" => 'SELECT 1');
named("1_\xc3\xa4.sql", "versioned|1|\xc3\xa4");
is(read_folder('version', "\xff.txt" => 'x', '1_a.sql' => 'SELECT 1'), '1', 'but not that of another file');
refuses(qr/schema\.sql is left out/, 'no version, no silence', 'schema.sql' => 'SELECT 1');
is(read_folder("up = E'SELECT ''ä''\\n'", '1_a.sql' => "\xef\xbb\xbfSELECT '\xc3\xa4'\n"), 't', 'a byte order mark is not read');

my $linked = folder('1_a.sql' => 'SELECT 1');
symlink "$linked/1_a.sql", "$linked/2_b.sql" or die $!;
is($node->safe_psql('postgres', "SELECT string_agg(version, ' ') FROM safemig.read_folder('$linked')"), '1 2', 'links are followed');
symlink '/dev/zero', "$linked/3_c.sql" or die $!;
my ($status, $out, $err) = $node->psql('postgres', "SELECT * FROM safemig.read_folder('$linked')");
like($err, qr/3_c\.sql cannot be loaded: it is no regular file/, 'but not to what has no end');
my $piped = folder();
system('mkfifo', "$piped/1_a.sql") == 0 or die $!;
($status, $out, $err) = $node->psql('postgres', "SELECT * FROM safemig.read_folder('$piped')", timeout => 20);
like($err, qr/1_a\.sql cannot be loaded: it is no regular file/, 'nor wait for the other end of a pipe');
($status, $out, $err) = $node->psql('postgres', "SELECT * FROM safemig.read_folder('/no/such/folder')");
like($err, qr/could not open directory/, 'a folder that is not there');

# for whom
$node->safe_psql('postgres', 'CREATE ROLE deploy; GRANT USAGE ON SCHEMA safemig TO deploy; GRANT EXECUTE ON FUNCTION safemig.read_folder(text), safemig.load(text) TO deploy');
($status, $out, $err) = $node->psql('postgres', "SET ROLE deploy; SELECT safemig.load('" . folder() . "')");
like($err, qr/permission denied to read a folder on the server/, 'not without pg_read_server_files');

# load
my %shop = (
	'V1.0__users.sql' => "CREATE TABLE users (id int, email text);\n",
	'U1.0__users.sql' => "DROP TABLE users;\n",
	'V1.1__cut.sql' => "-- safemig:permit drop column public.users.email\n-- safemig:reason GDPR-123\nALTER TABLE users DROP COLUMN email;\n",
	'R__names.sql' => "CREATE OR REPLACE VIEW names AS SELECT id FROM users;\n");
my $shop = folder(%shop);
is($node->safe_psql('postgres', "SELECT safemig.load('$shop')"), '3', 'a folder is registered');
is($node->safe_psql('postgres', q{SELECT string_agg(concat_ws(' ', version, name, kind, state), ', ') FROM safemig.status}),
	'1.0 users versioned pending, 1.1 cut versioned pending, names repeatable pending', 'and waits');
$node->safe_psql('postgres', "SELECT safemig.set('environment', 'production')");
$node->safe_psql('postgres', 'CALL safemig.migrate()');
is($node->safe_psql('postgres', q{SELECT string_agg(state, ' ') FROM safemig.status}), 'applied applied applied', 'all of it runs, with its permit');
is($node->safe_psql('postgres', "SELECT safemig.load('$shop')"), '0', 'once');

my %gone = %shop;
delete $gone{'V1.1__cut.sql'};
($status, $out, $err) = $node->psql('postgres', "SELECT safemig.load('" . folder(%gone) . "')");
like($err, qr/WARNING:  the file of version 1\.1 \(cut\) is gone/, 'an applied version whose file is gone is named');
($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT safemig.load('" . folder(%shop, 'V1.0__users.sql' => "CREATE TABLE users (id bigint);\n") . "')");
like($err, qr/SM002/, 'one that was changed is refused');
like($err, qr/file V1\.0__users\.sql/, 'by its file');
$node->safe_psql('postgres', q{SET safemig.enforce = off; UPDATE safemig.migration SET up = 'SELECT 1' WHERE version = '1.0'});
($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT safemig.load('$shop')");
like($err, qr/SM002: the script on record was changed after it was applied: version 1\.0\n/, 'as is the file of one whose script on record was written to');

# seeds stand in the folder that goes to production, and stay out of it
$node->safe_psql('postgres', 'CREATE DATABASE seeds');
$node->safe_psql('seeds', 'CREATE EXTENSION safemig');
my %seeds = ('1_plans.sql' => "CREATE TABLE plans (i int);\n", 'seeds/plans.sql' => "INSERT INTO plans VALUES (1);\n");
($status, $out, $err) = $node->psql('seeds', "SELECT safemig.load('" . folder(%seeds) . "')");
is($out, '1', 'the version is registered');
like($err, qr/NOTICE:  seeds\/plans\.sql is left out: this is production/, 'and its seeds are not');
($status, $out, $err) = $node->psql('seeds', "SELECT safemig.load('" . folder(%seeds, 'seeds/x.sql' => "-- safemig:environments production\nSELECT 1;\n") . "')");
like($err, qr/seed x cannot be applied: this is production/, 'one that is meant for production is refused');
$node->safe_psql('seeds', q{SELECT safemig.set('environment', 'development'); SELECT safemig.set('seeding', 'on')});
is($node->safe_psql('seeds', "SELECT safemig.load('" . folder(%seeds) . "')"), '2', 'in development it is registered');
$node->safe_psql('seeds', 'CALL safemig.migrate()');
is($node->safe_psql('seeds', 'SELECT count(*) FROM plans'), '1', 'and runs');

$node->stop;
done_testing();
