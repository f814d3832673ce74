# Drivers and PgBouncer by doc/deploy.md: its programs and its table, as they stand there.

use strict;
use warnings FATAL => 'all';

use FindBin;
use IPC::Run qw(start run);
use lib "$FindBin::Bin/../harness";

use Page;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $home = PostgreSQL::Test::Utils::tempdir();
my $node = PostgreSQL::Test::Cluster->new('clients');

$node->init;
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'\n"    # JDBC knows no other sockets
	  . "safemig.backup_command = 'pg_dump -Fc -h " . $node->host . ' -p ' . $node->port . " -f %f %d'\n");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE deployer LOGIN; CREATE DATABASE shop OWNER deployer');
$node->safe_psql('shop', join "\n", 'CREATE EXTENSION safemig; CREATE SCHEMA app;',
	slurp_file('doc/privileges.md') =~ /^## Deployer\n+((?:    .*\n)+)/m,
	"SET ROLE deployer; CREATE SCHEMA shop; CREATE TABLE shop.users (id int); INSERT INTO shop.users VALUES (1); RESET ROLE; ALTER DATABASE shop SET search_path = shop;",
	"SELECT safemig.set('lock_wait', '100ms')");

my $bouncer_port = PostgreSQL::Test::Cluster::get_free_port();
my $page = Page->new('doc/deploy.md', 'pgbouncer.example.org' => $home, '6432' => $bouncer_port);
my ($out, $err, $status);

sub runs
{
	my ($command, %environment) = @_;

	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGUSER => 'deployer', PGDATABASE => 'shop', %environment);
	run($command, '<', \undef, '>', \$out, '2>', \$err);
	$status = $? >> 8;
	chomp $out;
}

sub current_version { return $node->safe_psql('shop', 'SELECT safemig.current_version()'); }

# ---------- drivers ----------

append_to_file("$home/good.sql", "ALTER TABLE users ADD COLUMN IF NOT EXISTS good text;\n");
append_to_file("$home/bad.sql", "SELECT 1;\nALTER TABLE users ADD COLUMN good text;\n");
append_to_file("$home/worse.sql", "DROP TABLE users;\n");

my $version = 0;

# One that goes well, one that fails, one that meets a lock: what the program shows, and its status.
sub driver
{
	my ($name, @command) = @_;

	$version++;
	runs([ @command, $version, 'good', "$home/good.sql" ]);
	is($status, 0, "$name: it deploys") or diag("$out\n$err");
	like($out, qr/version $version is applied/, "$name: and shows the NOTICE");
	is(current_version(), $version, "$name: it is applied");

	$node->safe_psql('shop', "SELECT safemig.register('" . ++$version . "', 'before', 'SELECT 1')");
	$version++;
	runs([ @command, $version, 'bad', "$home/bad.sql" ]);
	is($status, 1, "$name: the script's own error");
	is(current_version(), $version - 1, "$name: what ran before stays, by autocommit");
	like("$out$err", qr/42701.*"good".* already exists/s, "$name: has its SQLSTATE and words");
	like("$out$err", qr/version $version, statement 2, line 2/, "$name: and its place");

	runs([ @command, $version, 'worse', "$home/worse.sql" ]);
	is($status, 1, "$name: a refusal");
	like("$out$err", qr/SM001.*needs the permit 'drop table shop\.users'/s, "$name: has SM001 and the permit");

	my $reader = $node->background_psql('shop');
	$reader->query_safe('BEGIN; SELECT count(*) FROM shop.users');
	runs([ @command, $version, 'good', "$home/good.sql" ]);
	is($status, 75, "$name: a lock that it does not get is another status");
	like("$out$err", qr/SM005.*In the way is process/s, "$name: with who is in the way");
	$reader->query_safe('COMMIT');
	$reader->quit;
	runs([ @command, $version, 'good', "$home/good.sql" ]);
	is($status, 0, "$name: which it gets later");
}

append_to_file("$home/deploy.py", $page->file('deploy.py'));
my $psycopg = run([ 'sh', '-c', '/usr/bin/python3 -c "import psycopg"' ], '>', \$out, '2>', \$err);
SKIP:
{
	skip 'no psycopg', 1 if !$psycopg;
	driver('psycopg', '/usr/bin/python3', "$home/deploy.py");
}

SKIP:
{
	my $program = q{
import psycopg2, sys
connection = psycopg2.connect("")
connection.autocommit = True
try:
    connection.cursor().execute("CALL safemig.migrate(%s)", sys.argv[1:])
except psycopg2.Error as error:
    print(error.pgcode)
print(connection.notices)
};
	skip 'no psycopg2', 2 if !run([ 'sh', '-c', '/usr/bin/python3 -c "import psycopg2"' ], '>', \$out, '2>', \$err);
	runs([ '/usr/bin/python3', '-c', $program, '9.9.9' ]);
	like($out, qr/^SM009$/m, 'psycopg2: error.pgcode');
	runs([ '/usr/bin/python3', '-c', $program, $version ]);
	like($out, qr/nothing waits to be applied/, 'psycopg2: connection.notices');
}

SKIP:
{
	my ($jar) = grep { -e } glob('/usr/share/java/postgresql.jar /usr/share/java/postgresql-4*.jar');
	my $program = $page->file('Deploy.java');

	skip 'no javac, or no JDBC driver in /usr/share/java', 1 if !$jar || !run([ 'sh', '-c', 'command -v javac' ], '>', \my $javac);
	append_to_file("$home/Deploy.java", $program);
	command_ok([ 'javac', '-cp', $jar, '-d', $home, "$home/Deploy.java" ], 'JDBC: it is Java');
	local $ENV{JDBC_URL} = 'jdbc:postgresql://127.0.0.1:' . $node->port . '/shop?user=deployer';
	driver('JDBC', 'java', '-cp', "$jar:$home", 'Deploy');
}

# ---------- PgBouncer ----------

my $about;
if (!run([ 'sh', '-c', 'PATH=$PATH:/usr/sbin exec pgbouncer --version' ], '>', \$about, '2>', \$err))
{
	note('no pgbouncer');
	done_testing();
	exit;
}
append_to_file("$home/users", qq("deployer" ""\n));
append_to_file("$home/pgbouncer.ini", "[databases]\n* = host=" . $node->host . ' port=' . $node->port . qq(
[pgbouncer]
unix_socket_dir = $home
listen_port = $bouncer_port
auth_type = trust
auth_file = $home/users
admin_users = deployer
pool_mode = transaction
default_pool_size = 1
));
my $talk = '';
our $bouncer = start([ 'sh', '-c', "PATH=\$PATH:/usr/sbin exec pgbouncer '$home/pgbouncer.ini'" ], '<', \undef, '>&', \$talk);
END { local $?; $bouncer->kill_kill(grace => 2) if $bouncer }
my %bounced = (PGHOST => $home, PGPORT => $bouncer_port);

for (1 .. 100)
{
	last if -S "$home/.s.PGSQL.$bouncer_port";
	select undef, undef, undef, 0.1;
	$bouncer->pump_nb;
}

sub bounced
{
	my ($sql, @more) = @_;

	runs([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', map { ('-c', $_) } $sql, @more ], %bounced);
	return $out;
}

my $next = $version + 1;
is(bounced("SELECT safemig.register('$next', 'one', 'ALTER TABLE users ADD COLUMN one int')"), 'registered', 'register') or diag("$err\n$talk");
runs([ 'sh', '-c', $page->find(qr/^psql .*pgbouncer/) ]);
is($status, 0, 'CALL safemig.migrate()') or diag($err);
like($err, qr/version $next is applied/, 'with its NOTICE');
is(current_version(), $next, 'and the version is applied');
bounced('SET search_path = pg_catalog', 'RESET search_path');
is(bounced("SELECT count(*) > 0 FROM safemig.dry_run('ALTER TABLE users ADD COLUMN two int')"), 't', 'dry_run');
is(bounced("SELECT safemig.rollback('$version')"), '1', 'rollback');
is(bounced('BEGIN', "SELECT safemig.apply('$next.1', 'two', 'ALTER TABLE users ADD COLUMN two int; SET search_path = pg_catalog')", 'COMMIT', 'SHOW search_path'),
	"applied\nshop", 'BEGIN, apply, COMMIT, and what a script sets ends with it');
bounced("SELECT safemig.register('$next.2', 'more', 'SELECT 1')", "SELECT safemig.register('$next.3', 'more', 'SELECT 1 / 0')");
bounced('BEGIN', 'CALL safemig.migrate()', 'COMMIT');
is(current_version(), "$next.1", 'BEGIN, CALL, COMMIT is one transaction');
bounced('CALL safemig.migrate()');
like($err, qr/division by zero/, 'CALL alone fails');
is(current_version(), "$next.2", 'and is a transaction for each version');
bounced("SELECT safemig.register('$next.3', 'more', 'SELECT 1')");
bounced("SELECT safemig.apply('$next.6', 'gone', 'DROP TABLE users')");
like($err, qr/needs the permit 'drop table shop\.users'/, 'a refusal');

$node->safe_psql('shop', 'GRANT EXECUTE ON PROCEDURE safemig.backup(text) TO deployer');
bounced("CALL safemig.backup('bounced')");
is($node->safe_psql('shop', 'SELECT label FROM safemig.backups WHERE verified'), 'bounced', 'CALL safemig.backup()') or diag($err);

bounced('SET lock_timeout = 4711');
is(bounced('SHOW lock_timeout'), '4711ms', 'a SET goes to whoever gets the connection next');
bounced('RESET lock_timeout');
bounced('BEGIN', 'SET LOCAL lock_timeout = 4711', 'COMMIT');
is(bounced('SHOW lock_timeout'), '0', 'a SET LOCAL does not');

SKIP:
{
	my ($minor) = $about =~ /PgBouncer 1\.(\d+)/;

	skip 'a later PgBouncer', 1 if $minor >= 20;
	runs([ 'psql', '-XAtqc', 'SELECT 1' ], %bounced, PGOPTIONS => '-c lock_timeout=1s');
	like($err, qr/unsupported startup parameter: options/, 'PGOPTIONS is refused');
}

# At level 1, over a connection that is older than the extension.
$node->safe_psql('postgres', 'CREATE DATABASE late OWNER deployer');
runs([ 'psql', '-XAtqc', 'CREATE TABLE t AS SELECT 1 AS i' ], %bounced, PGDATABASE => 'late');
$node->safe_psql('late', 'CREATE EXTENSION safemig');
runs([ 'psql', '-XAtqc', 'DELETE FROM t' ], %bounced, PGDATABASE => 'late');
is($status, 0, 'what is older is not guarded') or diag($err);
runs([ 'psql', '-XAtqc', 'RECONNECT' ], %bounced, PGDATABASE => 'pgbouncer');
is($status, 0, 'RECONNECT') or diag($err);
runs([ 'psql', '-XAtq', '-c', 'INSERT INTO t VALUES (1)', '-c', 'DELETE FROM t' ], %bounced, PGDATABASE => 'late');
like($err, qr/needs the permit 'delete all public\.t'/, 'then it is');

# Two that prepare, over one connection of the server's.
my $two = q{
import psycopg, sys
one, two = [psycopg.connect(autocommit=True, prepare_threshold=eval(sys.argv[1])) for i in (1, 2)]
for c in (one, two): c.execute("SELECT safemig.version_key(%s)", ("1",))
};
SKIP:
{
	skip 'no psycopg', 4 if !$psycopg;
	runs([ '/usr/bin/python3', '-c', $two, '0' ], %bounced);
	like($err, qr/prepared statement .* already exists/, 'drivers that prepare get into each other\'s way');
	runs([ '/usr/bin/python3', '-c', $two, 'None' ], %bounced);
	is($status, 0, 'those that do not, do not') or diag($err);
	runs([ '/usr/bin/python3', "$home/deploy.py", "$next.7", 'good', "$home/good.sql" ], %bounced);
	is($status, 0, 'the program for psycopg runs over it as it is') or diag($err);
	like($out, qr/version $next\.7 is applied/, 'with its NOTICE');
}

done_testing();
