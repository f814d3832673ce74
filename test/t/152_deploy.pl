# A deployment by doc/deploy.md, from the first GRANT to the rollback: its commands, its
# script and its pipelines as they stand there, by roles that are no superusers.

use strict;
use warnings FATAL => 'all';

use Cwd qw(abs_path);
use FindBin;
use IPC::Run qw(start finish run);
use JSON::PP qw(decode_json);
use lib "$FindBin::Bin/../harness";

use Page;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

if (!run([ 'sh', '-c', 'command -v ruby && command -v make' ], '>', \my $tools))
{
	plan(skip_all => 'ruby reads YAML here, and make the Makefile');
}

my $home = PostgreSQL::Test::Utils::tempdir();
my $script = abs_path('doc/migrate.sh');
my %node;

# Two servers, as production and staging are; the roles of the page log in by password.
foreach my $name ('shop', 'staging')
{
	my $node = $node{$name} = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
	$node->append_conf('postgresql.conf', "safemig.backup_command = 'pg_dump -Fc -h "
		  . $node->host . " -p " . $node->port . " -f %f %d'");
	$node->append_conf('pg_hba.conf', slurp_file($node->data_dir . '/pg_hba.conf'));
	my $hba = slurp_file($node->data_dir . '/pg_hba.conf');
	unlink $node->data_dir . '/pg_hba.conf';
	$node->append_conf('pg_hba.conf', "local all deployer,linter,ann scram-sha-256\n$hba");
	$node->start;
	$node->safe_psql('postgres', 'CREATE DATABASE shop');
	$node->safe_psql('shop', q{
		CREATE SCHEMA app;
		CREATE TABLE users (id bigint PRIMARY KEY, email text, phone text);
		INSERT INTO users SELECT g, g || '@example.org', g FROM generate_series(1, 1000) g});
}

my $page = Page->new('doc/deploy.md',
	'db.example.org' => $node{shop}->host,
	'staging.example.org' => $node{staging}->host,
	'port=5432' => 'port=' . $node{shop}->port,
	'/srv/shop/migrations' => "$home/srv");
my ($out, $err, $status);

sub write_file
{
	my ($path, $text) = @_;

	PostgreSQL::Test::Utils::system_or_bail('mkdir', '-p', $path =~ s{/[^/]*$}{}r) if $path =~ m{/};
	unlink $path;
	append_to_file($path, $text);
}

# As a reader types it, in his folder; libpq's variables are those given, and no others.
sub shell
{
	my ($command, %environment) = @_;
	my %clean = map { $_ => $ENV{$_} } grep { !/^PG/ } keys %ENV;

	local %ENV = (%clean, HOME => $home, PGPASSFILE => "$home/.pgpass", PGSERVICEFILE => "$home/.pg_service.conf", %environment);
	run([ 'sh', '-c', "cd '$home' && $command" ], '<', \undef, '>', \$out, '2>', \$err);
	$status = $? >> 8;
	chomp $out;
	return $out;
}

sub succeeds
{
	my ($title, @call) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	shell(@call);
	is($status, 0, $title) or diag("$out\n$err");
}

sub fails
{
	my ($title, $said, @call) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	shell(@call);
	is($status, 3, "$title: it ends with status 3");
	like("$out\n$err", $said, "$title: and says why");
}

sub superuser
{
	my ($name, @sql) = @_;
	return $node{$name}->safe_psql('shop', join "\n", @sql);
}

# ---------- once ----------

my $roles = $page->next(qr/^CREATE EXTENSION/);
my @granted = slurp_file('doc/privileges.md') =~ /^## (?:Deployer|Approver)\n+((?:    .*\n)+)/mg;
is(scalar @granted, 2, 'doc/privileges.md has the rights of deployer and approver');
my $granted = $page->next(qr/^GRANT .*attest/);
my $gates = $page->next(qr/^SELECT safemig\.baseline/);
my $environment = $page->next(qr/environment.*staging/);
my $passwords = join ' ', map { "ALTER ROLE $_ PASSWORD 'secret';" } qw(deployer linter ann);
superuser('shop', $roles, @granted, $granted, $gates, $passwords);
superuser('staging', $roles, @granted, $granted, $environment, $passwords, (split /\n/, $gates)[0]);

my $service = $page->file('~/.pg_service.conf');
my $passwords_file = $page->file('~/.pgpass');
$service =~ s/(\[staging\].*port=)\d+/$1 . $node{staging}->port/se;
$passwords_file =~ s/:5432:(\w+):deployer:/:*:$1:*:/g;
write_file("$home/.pg_service.conf", $service);
write_file("$home/.pgpass", $passwords_file);
chmod 0600, "$home/.pgpass";
is(shell($page->next(qr/^PGSERVICE=shop psql/)), $page->next(qr/./), 'the deployer gets in, and sees where he is');
is(shell($page->next(qr/^PGSERVICE=shop .*PGOPTIONS/)), $page->next(qr/./), 'PGOPTIONS holds');

# ---------- one file ----------

write_file("$home/1.4.0.sql", $page->file('1.4.0.sql'));
is(shell($page->next(qr/safemig\.apply/)), $page->next(qr/./), 'one file is applied');
succeeds('two files are written', $page->next(qr/^echo "ALTER/));
succeeds('a version with all that it can have', $page->next(qr/safemig\.register/));
like($err, qr/version 1\.5\.0 is applied/, 'is applied');
fails('lint of one file', qr/^1\|error\|ban-drop-column\|.*lint finds errors/ms, $page->next(qr/safemig\.lint/));
is(superuser('staging', q{SELECT state, release FROM safemig.status WHERE version = '1.5.0'}), 'applied|2026.4', 'and on record');

# ---------- a folder on the server ----------

my %files = (
	'V1.4.0__city.sql' => "ALTER TABLE users ADD COLUMN city text;\n",
	'V1.5.0__forget_phones.sql' => "-- safemig:permit drop column public.users.phone\n-- safemig:reason GDPR-123\n"
	  . "-- safemig-ignore-file ban-drop-column: nobody reads it\nALTER TABLE users DROP COLUMN phone;\n",
	'U1.5.0__forget_phones.sql' => "ALTER TABLE users ADD COLUMN phone text;\n",
	'V1.5.1__street.sql' => "-- migrate:up\nALTER TABLE users ADD COLUMN street text;\n-- migrate:down\nALTER TABLE users DROP COLUMN street;\n");
write_file("$home/srv/$_", $files{$_}) foreach keys %files;
superuser('staging', 'GRANT EXECUTE ON FUNCTION safemig.load(text) TO deployer; GRANT pg_read_server_files TO deployer');
like(slurp_file('doc/deploy.md'), qr/GRANT EXECUTE ON FUNCTION safemig\.load\(text\) TO deployer/, 'the right is on the page');
is(shell($page->next(qr/safemig\.load/), PGHOST => $node{staging}->host, PGPORT => $node{staging}->port, PGUSER => 'deployer', PGPASSWORD => 'secret'),
	'1', 'the folder is loaded');
is(superuser('staging', 'SELECT safemig.current_version()'), '1.5.1', 'and applied');

# ---------- the pipelines ----------

$files{'V1.6.0__zip.sql'} = "ALTER TABLE users ADD COLUMN zip text;\n";
$files{'R__mails.sql'} = "CREATE OR REPLACE VIEW mails AS SELECT email FROM users;\n";
$files{'seeds/people.sql'} = "INSERT INTO users (id) VALUES (4711);\n";
write_file("$home/migrations/$_", $files{$_}) foreach keys %files;
write_file("$home/migrate.sh", slurp_file($script));
chmod 0755, "$home/migrate.sh";
write_file("$home/Makefile", $page->file('Makefile'));

my $migrate = $page->find(qr/^PGSERVICE=shop .*CALL/);
my $closed = $page->find(qr/^ERROR:  SM004/);
my $approval = $page->next(qr/safemig\.approve/);

sub approve
{
	foreach my $version (@_)
	{
		succeeds("ann approves $version", $approval =~ s/1\.4\.0/$version/r, PGPASSWORD => 'secret');
	}
}

# What a pipeline's file says, by a real reader of YAML.
sub pipeline
{
	my ($name) = @_;
	my $text = $page->file($name);
	my $json;

	ok(run([ 'ruby', '-ryaml', '-rjson', '-e', 'puts YAML.load(STDIN.read, **(RUBY_VERSION < "3.1" ? {} : {aliases: true})).to_json' ], '<', \$text, '>', \$json), "$name is YAML");
	return decode_json($json);
}

# Runs each job's commands in its environment; the secrets are put in as the pipeline's server would.
sub job
{
	my ($name, $commands, @variables) = @_;
	my %environment = map { %{ $_ // {} } } @variables;

	$environment{PGPASSWORD} = 'secret' if ($environment{PGPASSWORD} // '') =~ /^\$(\{\{ secrets\.)?[A-Z]+_PASSWORD/;
	$environment{PGPORT} = $node{ $name eq 'staging' ? 'staging' : 'shop' }->port;
	$environment{BUILD} =~ s/\$\{\{ github.run_id \}\}/17/;
	$environment{BUILD} =~ s/\$CI_PIPELINE_ID/18/;
	is_deeply($commands, ["./migrate.sh $name"], "the job $name runs that stage");
	return ($commands->[0], %environment);
}

my $github = pipeline('.github/workflows/migrate.yml');
my %github = map {
	my $job = $github->{jobs}{$_};
	$_ => [ job($_, [ map { $_->{run} // () } @{ $job->{steps} } ], $github->{env}, $job->{env}) ]
} keys %{ $github->{jobs} };
my $gitlab = pipeline('.gitlab-ci.yml');
my %gitlab = map {
	$_ => [ job($_, $gitlab->{$_}{script}, $gitlab->{variables}, $gitlab->{$_}{variables}) ]
} @{ $gitlab->{stages} };
is_deeply([ sort keys %github ], [ sort keys %gitlab ], 'both pipelines have the same jobs');

write_file("$home/migrations/V1.9.0__bad.sql", "\nALTER TABLE users ALTER COLUMN email SET NOT NULL;\n");
fails('lint of a bad file', qr{^migrations/V1\.9\.0__bad\.sql:2: error: adding-not-nullable-field: }m, @{ $github{lint} });
like($out, qr/V1\.4\.0__city\.sql: fine/, 'the others are told of, too');
unlink "$home/migrations/V1.9.0__bad.sql";
succeeds('lint', @{ $github{lint} });
fails('an order that is wrong, in staging', qr/ERROR:  SM003/, do {
		write_file("$home/migrations/V1.4.5__late.sql", 'SELECT 1');
		@{ $github{staging} } });
unlink "$home/migrations/V1.4.5__late.sql";
superuser('staging', q{SELECT safemig.mark('1.4.5', 'rolled back', 'not meant')});
write_file("$home/migrations/V1.6.1__broken.sql", "ALTER TABLE users ADD COLUMN email text;\n");
fails('a dry run that fails', qr/V1\.6\.1__broken\.sql:1 ALTER TABLE .*42701: column "email" .* already exists/, @{ $github{staging} });
is(superuser('staging', 'SELECT safemig.current_version()'), '1.6.0', 'what comes before is applied');
unlink "$home/migrations/V1.6.1__broken.sql";
fails('a file that is gone while its version waits', qr/version 1\.6\.1 waits there, and no file of migrations is it$/m, @{ $github{staging} });
superuser('staging', q{SELECT safemig.mark('1.6.1', 'rolled back', 'not meant')});
succeeds('staging', @{ $github{staging} });
is(superuser('staging', 'SELECT safemig.current_version(), (SELECT count(*) FROM mails)'), '1.6.0|1000', 'all is there, in staging');

succeeds('propose', @{ $github{propose} });
like($out, qr/^1\.6\.0\|apply\|permits missing\|\{\}\|gates closed\|\{approvals,backup_max_age\}$/m, 'and shows the plan');
fails('production without approval', qr/^closed: 1\.4\.0 by approvals, backup_max_age; .*; repeatable mails by approvals, backup_max_age$/m, @{ $github{production} });
shell($migrate);
is($status, 1, 'it is psql -c that fails');
like($err, qr/^\Q$closed\E/m, 'as the page says');
is(superuser('shop', 'SELECT safemig.current_version()'), '1.3.0', 'nothing is applied');
approve('1.4.0', '1.5.0', '1.5.1', '1.6.0');
fails('production', qr/^closed: repeatable mails by approvals, backup_max_age$/m, @{ $github{production} });
approve('repeatable mails');
succeeds('production', @{ $github{production} });
is(superuser('shop', 'SELECT safemig.current_version(), (SELECT count(*) FROM mails)'), '1.6.0|1000', 'all is there');
is(superuser('shop', 'SELECT string_agg(label, $$ $$) FROM safemig.backups WHERE verified'), 'before_build_17', 'a backup was made before');
is(superuser('shop', q{SELECT count(*) FROM safemig.status WHERE kind = 'seed'}), '0', 'seeds stay out');
is(superuser('shop', q{SELECT DISTINCT applied_by FROM safemig.status WHERE state = 'applied' AND kind <> 'baseline'}), 'deployer', 'by the deployer');

write_file("$home/migrations/V1.7.0__hat.sql", "ALTER TABLE users ADD COLUMN hat text;\n");
succeeds("gitlab: $_", @{ $gitlab{$_} }) foreach 'lint', 'staging', 'propose';
approve('1.7.0');
succeeds('gitlab: production', @{ $gitlab{production} });
write_file("$home/migrations/V1.8.0__shoe.sql", "ALTER TABLE users ADD COLUMN shoe text;\n");
foreach my $stage ('lint', 'staging', 'propose', 'production')
{
	approve('1.8.0') if $stage eq 'production';
	succeeds("make $stage", "make -s $stage", PGSERVICE => $stage eq 'staging' ? 'staging' : 'shop');
}
is(superuser('shop', 'SELECT safemig.current_version()'), '1.8.0', 'all is there again');

# What has only a name, and comes alone, waits for ann as well.
write_file("$home/migrations/R__mails.sql", "CREATE OR REPLACE VIEW mails AS SELECT email, city FROM users;\n");
succeeds("a view alone: make $_", "make -s $_", PGSERVICE => $_ eq 'staging' ? 'staging' : 'shop') foreach 'staging', 'propose';
approve('repeatable mails');
succeeds('a view alone: make production', 'make -s production', PGSERVICE => 'shop', BUILD => 'of a view');
is(superuser('shop', q{SELECT count(*) FROM pg_attribute WHERE attrelid = 'mails'::regclass}), '2', 'it is the new one');

# ---------- afterwards ----------

my $seen = superuser('shop', $page->next(qr/^SELECT version, state/));
like($seen, qr/^1\.8\.0\|applied\|/m, 'the log');
like($seen, qr/cannot be applied: closed by approvals/, 'and what failed');
is(shell($page->next(qr/safemig\.rollback/)), '6', 'back to where it began');
is(superuser('shop', q{SELECT count(phone) FROM users}), '1000', 'with what was destroyed');
$page->next(qr/./) foreach $migrate, $closed;
foreach my $case (
	[ 0, "echo 'SELECT 1 / 0; SELECT 1' | psql -Xq" ],
	[ 1, "psql -X -v ON_ERROR_STOP=1 -c 'SELECT 1 / 0'" ],
	[ 1, 'psql -X -f no_such_file.sql' ],
	[ 2, "psql -X -d nowhere -c 'SELECT 1'" ],
	[ 3, "echo 'SELECT 1 / 0; SELECT 1' | psql -Xq -v ON_ERROR_STOP=1" ])
{
	my ($expected, $command) = @$case;

	shell($command, PGSERVICE => 'shop');
	is($status, $expected, "status $expected of $command");
	like(slurp_file('doc/deploy.md'), qr/^\| $expected \| /m, 'is on the page');
}
superuser('shop', $page->next(qr/maintenance_on/));
is(superuser('shop', 'SELECT count(*) FROM safemig.maintenance'), '0', 'maintenance is over');
my $goes_on = $page->next(qr/^\\set ON_ERROR_STOP 0/);
write_file("$home/goes_on.sql", "$goes_on\n");
is(shell('psql -XAtq -v ON_ERROR_STOP=1 -f goes_on.sql', PGSERVICE => 'staging'), $page->next(qr/^it was/), 'psql goes on after an error');

# ---------- SM005 ----------

write_file("$home/migrations/V1.9.0__last.sql", "ALTER TABLE users ADD COLUMN last text;\n");
superuser('staging', q{SELECT safemig.set('lock_wait', '100ms')});
my $reader = $node{staging}->background_psql('shop');
$reader->query_safe('BEGIN; SELECT count(*) FROM users');
shell('./migrate.sh start', PGSERVICE => 'staging', PAUSE => '0.1');
is($status, 3, 'it gives up after some tries');
is(scalar(() = $out =~ /ERROR:  SM005: could not lock public\.users/g), 3, 'of which each says why');
like($out, qr/In the way is process \d+/, 'and who is in the way');
my $deployment;
{
	local %ENV = (%ENV, HOME => $home, PGSERVICE => 'staging', PGSERVICEFILE => "$home/.pg_service.conf", PGPASSFILE => "$home/.pgpass", PAUSE => 1);
	delete @ENV{qw(PGHOST PGPORT)};
	$deployment = start([ 'sh', '-c', "cd '$home' && exec ./migrate.sh start" ], '<', '/dev/null', '>', "$home/out", '2>', "$home/err");
}
$node{staging}->poll_query_until('shop', q{SELECT sum(times) > 3 FROM safemig.incidents WHERE message LIKE '%could not lock%'}) or die 'it does not fail';
$reader->query_safe('COMMIT');
ok(finish($deployment), 'it tries again, and gets through');
$reader->quit;
is(superuser('staging', 'SELECT safemig.current_version()'), '1.9.0', 'with all there');

# ---------- several that start at once ----------

my $pod = pipeline('deployment.yml')->{initContainers}[0];
is_deeply($pod->{command}, [ './migrate.sh', 'start' ], 'the pod runs migrate.sh');
$node{staging}->safe_psql('postgres', 'CREATE DATABASE replicas OWNER deployer');
$node{staging}->safe_psql('replicas', "CREATE EXTENSION safemig; CREATE SCHEMA app; @granted $granted GRANT CREATE ON SCHEMA public TO deployer");
write_file("$home/replicas/$_.sql", "CREATE TABLE t$_ (i int); SELECT pg_sleep(0.02)") foreach 1 .. 10;
{
	local %ENV = (%ENV, HOME => $home, FOLDER => "$home/replicas", PGHOST => $node{staging}->host, PGPORT => $node{staging}->port,
		PGUSER => 'deployer', PGPASSWORD => 'secret', PGDATABASE => 'replicas');
	my @replicas = map { start([ 'sh', '-c', "cd '$home' && exec " . join ' ', @{ $pod->{command} } ], '<', '/dev/null', '>', "$home/out$_", '2>', "$home/err$_") } 1 .. 4;
	is(scalar(grep { !finish($_) } @replicas), 0, 'four at once all succeed');
}
is($node{staging}->safe_psql('replicas', q{SELECT count(*), count(DISTINCT version), safemig.current_version() FROM safemig.history WHERE event = 'apply'}), '10|10|10', 'each version ran once');

# ---------- migrate.sh reads a folder as safemig.load() does ----------

my %names = (
	numbers => {
		'V1.9__a.sql' => "SELECT 1;\n",
		'V1.10__b_c.sql' => "-- it's \"b\" `c` \$d \\e :name\nSELECT ':name \\e \$(ls) `ls` ''x''';\n",
		'U1.10__b_c.sql' => "SELECT -1;\n",
		'V1_11__under.sql' => "SELECT 1;\n",
		'v1.12.0-rc.1_pre.sql' => "SELECT 1;\n",
		'1.12.0_name.up.sql' => "SELECT 12;\n",
		'1.12.0_name.down.sql' => "SELECT -12;\n",
		'0013_10_users.sql' => "-- +goose Up\nSELECT 13;\n-- +goose Down\nSELECT -13;\n",
		'14.sql' => "-- +migrate Up\nSELECT 14;\n\n-- +migrate Down\nSELECT -14;\n",
		'15_all.sql' => "-- Ann's\n\n-- safemig:reason GDPR-123, for Ann\n-- safemig:environments staging, production\n-- safemig:release 2026.4\n"
		  . "-- safemig:check SELECT count(*) = 1 FROM (SELECT 'x') y\n-- migrate:up\nSELECT 15;\n-- safemig:release not any more\n",
		'16_permits.sql' => "-- safemig:permit drop table public.no_more\n-- safemig:permit drop column public.users.x\nSELECT 16;",
		'R__late.sql' => "CREATE OR REPLACE VIEW late AS SELECT 1 AS i;\n",
		'seeds/rows.sql' => "-- safemig:environments development, test\nSELECT 2;\n",
		'README.md' => 'x',
		'schema.sql' => "SELECT 'no version';\n" },
	times => {
		'20260119_name.sql' => "SELECT 1;\n",
		'migration_2026_01_20_name.sql' => "SELECT 2;\n",
		'20260121093000_name/migration.sql' => "SELECT 3;\n",
		'2026_01_22_0930_x.sql' => "SELECT 4;\n" });
my $registry = q{SELECT version, name, kind, checksum, safemig.checksum(down), permits, reason, check_sql, environments, release FROM safemig.migration ORDER BY kind, version COLLATE "C", name};

foreach my $folder (sort keys %names)
{
	my %found;

	write_file("$home/$folder/$_", $names{$folder}{$_}) foreach keys %{ $names{$folder} };
	foreach my $way ('server', 'client')
	{
		my $database = "${folder}_$way";

		$node{staging}->safe_psql('postgres', "CREATE DATABASE $database");
		$node{staging}->safe_psql($database, q{CREATE EXTENSION safemig; SELECT safemig.set('environment', 'development'); SELECT safemig.set('seeding', 'on')});
		my %environment = (PGHOST => $node{staging}->host, PGPORT => $node{staging}->port, PGDATABASE => $database, FOLDER => $folder);
		succeeds("$folder: the $way reads it", $way eq 'server' ? "psql -XAtq -c \"SELECT safemig.load('$home/$folder')\"" : './migrate.sh propose', %environment);
		$found{$way} = $node{staging}->safe_psql($database, $registry);
	}
	like($found{server}, $folder eq 'times' ? qr/^2026_01_20\|name/m : qr/^0013\|10_users/m, "$folder: it is read");
	is($found{client}, $found{server}, "$folder: the client's script reads it as the server does");
}

write_file("$home/numbers/1.9.1_a.sql", 'SELECT 1');
write_file("$home/numbers/V1.9.1__b.sql", 'SELECT 2');
shell('./migrate.sh lint', PGSERVICE => 'shop', FOLDER => 'numbers');
is("$status $err", "1 numbers/V1.9.1__b.sql and numbers/1.9.1_a.sql are both version 1.9.1\n", 'two files of one version');

# ---------- nothing else ----------

$page->next(qr/pgbouncer/);
is_deeply([ $page->rest ], [ sort qw(deploy.js deploy.py Deploy.java migration.sql 2_country.js 2-country.js country.js
		2_country-again.js 0002_country.py 2_country.py 20261122093000_country.rb) ], 'the rest is for clients, whose tests run it');

done_testing();
