# Who is guarded once the extension is there, at both levels of loading; what
# happens to the libraries that were preloaded already; and how one gets out,
# also when the library is missing.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('loading');
$node->init(allows_streaming => 1);
$node->start;

# What psql says, with SQLSTATEs; $options goes into PGOPTIONS.
sub said_by
{
	my ($database, $sql, $options, %params) = @_;

	local $ENV{PGOPTIONS} = $options if defined $options;
	my ($status, $out, $said) = $node->psql($database, $sql,
		extra_params => [ '-v', 'VERBOSITY=verbose', '-v', 'SHOW_CONTEXT=never' ], %params);
	return ($said, $status);
}

sub refused
{
	my ($database, $sql, $name, $options, %params) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	my ($said) = said_by($database, $sql, $options, %params);
	like($said, qr/ERROR:  SM001: safemig refused to /, $name);
}

# It works and says nothing.
sub passes
{
	my ($database, $sql, $name, $options, %params) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	my ($said, $status) = said_by($database, $sql, $options, %params);
	is("$status $said", '0 ', $name);
}

sub denied
{
	my ($database, $sql, $name, $options, %params) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	my ($said) = said_by($database, $sql, $options, %params);
	like($said, qr/permission denied/, $name);
}

sub as_app
{
	my ($database) = @_;

	return (connstr => $node->connstr($database) . ' user=app');
}

sub create_database
{
	my ($name) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $name");
	$node->safe_psql($name, 'CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2), (3)');
}

# What the database itself sets, word for word.
sub own_preload
{
	my ($database) = @_;

	return $node->safe_psql('postgres', qq{
		SELECT coalesce((SELECT substr(item, length('session_preload_libraries=') + 1)
			FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(setconfig) item
			WHERE datname = '$database' AND setrole = 0 AND item ~ '^session_preload_libraries='), 'inherited')});
}

sub rows_left
{
	my ($database) = @_;

	return $node->safe_psql($database, 'SELECT count(*) FROM t');
}

# ---------- level 1: a new session ----------

create_database('shop');
my (undef, $heard) = ($node->psql('shop', 'CREATE EXTENSION safemig'))[ 1, 2 ];
like($heard, qr/database shop is guarded at level 1/, 'CREATE EXTENSION says that level 1 holds');
like($heard, qr/If the library is ever missing.*PGOPTIONS=/s,
	'CREATE EXTENSION says what a missing library would do, and the rescue');

refused('shop', 'DROP TABLE t', 'level 1: a new session is refused DROP TABLE');
refused('shop', 'TRUNCATE t', 'level 1: a new session is refused TRUNCATE');
refused('shop', 'DELETE FROM t', 'level 1: a new session is refused DELETE of every row');
passes('shop', 'DELETE FROM t WHERE id = 3', 'level 1: a new session deletes single rows');
passes('shop', 'CREATE TABLE made (id int); ALTER TABLE made ADD COLUMN v text',
	'level 1: a new session adds to the schema');
is(rows_left('shop'), 2, 'level 1: what was refused left the rows alone');

# A superuser can keep the library out of his session, until his first DDL.
my $empty = '-c session_preload_libraries=';
refused('shop', 'DROP TABLE t', 'level 1: a superuser without the preload is refused DROP TABLE', $empty);
refused('shop', 'ALTER TABLE t ADD COLUMN v int; TRUNCATE t',
	'level 1: a superuser without the preload is refused TRUNCATE after his first DDL', $empty);
passes('shop', 'CREATE TABLE made_too (id int)',
	'level 1: a superuser without the preload adds to the schema', $empty);

# The server does not copy a database's settings into a clone.
$node->safe_psql('postgres', 'CREATE DATABASE clone TEMPLATE shop');
refused('clone', 'DROP TABLE t', 'level 1: a clone of a guarded database is refused DROP TABLE');
passes('clone', 'CREATE TABLE made_in_clone (id int)', 'level 1: a clone adds to the schema');
refused('clone', 'TRUNCATE t', 'level 1: the first DDL in a clone has armed it');

# ---------- level 1: who may take the guard away ----------

$node->safe_psql('postgres', q{
	CREATE ROLE app LOGIN;
	ALTER DATABASE shop OWNER TO app});
$node->safe_psql('shop', 'ALTER TABLE t OWNER TO app');

refused('shop', 'DROP TABLE t', 'the owner of a table is refused DROP TABLE', undef, as_app('shop'));
denied('shop', 'SELECT', 'a plain role cannot log in without the preload', $empty, as_app('shop'));
denied('shop', 'ALTER ROLE app SET session_preload_libraries = auto_explain',
	'a plain role cannot set the preload for itself', undef, as_app('shop'));
denied('shop', 'ALTER DATABASE shop RESET session_preload_libraries',
	'the owner of a database cannot take its preload away', undef, as_app('shop'));
denied('shop', 'SET safemig.enforce = off', 'a plain role cannot set safemig.enforce', undef, as_app('shop'));
denied('shop', 'ALTER ROLE app SET safemig.enforce = off',
	'a plain role cannot set safemig.enforce for its next session', undef, as_app('shop'));
denied('postgres', 'ALTER ROLE app SET safemig.enforce = off',
	'nor from a database where the setting is not known', undef, as_app('postgres'));
refused('shop', 'TRUNCATE t', 'safemig.enforce in a plain role\'s PGOPTIONS is ignored',
	'-c safemig.enforce=off', as_app('shop'));
passes('shop', 'ALTER DATABASE shop SET work_mem = 5000; ALTER DATABASE shop RESET ALL',
	'the owner of a database sets and resets other settings', undef, as_app('shop'));
is(own_preload('shop'), 'safemig', 'RESET ALL of the owner of a database leaves the preload');

refused('shop', 'ALTER DATABASE shop RESET session_preload_libraries',
	'a superuser is refused to take the preload away');
refused('shop', 'ALTER ROLE ALL IN DATABASE shop SET safemig.enforce = off',
	'a superuser is refused to switch the guard off for everybody');
$node->safe_psql('shop', q{
	SET safemig.enforce = off;
	ALTER DATABASE shop SET session_preload_libraries = safemig;
	ALTER DATABASE shop RESET safemig.enforce});
passes('shop', 'BEGIN; SET safemig.enforce = off; TRUNCATE t; ROLLBACK',
	'a superuser switches the guard off for his session');

# ---------- the library is missing ----------

# A link in a directory of ours stands for the installed library, so that it can
# go: the database looks nowhere else, neither for the preload nor for functions.
my $directory = PostgreSQL::Test::Utils::tempdir;
my $link = "$directory/safemig.so";
my $library = $node->config_data('--pkglibdir') . '/safemig.so';

create_database('lost');
symlink($library, $link) or die "symlink: $!";
my $hint = ($node->psql('lost', qq{
	ALTER DATABASE lost SET dynamic_library_path = '$directory';
	CREATE EXTENSION safemig;
	SELECT safemig.arm();
	SET safemig.enforce = off;
	UPDATE pg_proc SET probin = 'safemig' WHERE probin = '\$libdir/safemig'}))[2];
refused('lost', 'DROP TABLE t', 'the library is found where the test put it');
unlink($link) or die "unlink: $!";

my ($said) = said_by('lost', 'SELECT');
like($said, qr/FATAL:.*could not (access file|load library) "safemig"/, 'without the library a superuser\'s login fails');
passes('postgres', 'SELECT', 'without the library logins to other databases work');

# The rescue as the hint has it, by somebody whose default is this database.
my ($rescue) = $hint =~ /(PGOPTIONS=.*')/;
local $ENV{PGDATABASE} = 'lost';
ok($node->run_log([ 'sh', '-c', $rescue ]), 'the rescue in the hint runs');
is(rows_left('lost'), 3, 'after the rescue logins work and the rows are there');
passes('lost', 'CREATE TABLE made (id int)', 'after the rescue DDL works');
passes('lost', 'ALTER EVENT TRIGGER safemig_ddl_start DISABLE; CREATE TABLE made_too (id int)',
	'without the event trigger DDL works');

symlink($library, $link) or die "symlink: $!";
$node->safe_psql('lost', q{
	SET safemig.enforce = off;
	ALTER EVENT TRIGGER safemig_ddl_start ENABLE ALWAYS;
	SELECT safemig.arm()});
refused('lost', 'TRUNCATE t', 'with the library back, arm() guards the database again');
unlink($link) or die "unlink: $!";
{
	local $ENV{PGOPTIONS} = $empty;
	$node->safe_psql('lost', q{
		ALTER EVENT TRIGGER safemig_ddl_start DISABLE;
		ALTER DATABASE lost RESET session_preload_libraries;
		DROP EXTENSION safemig});
}
is( $node->safe_psql('lost', q{
		SELECT (SELECT count(*) FROM pg_extension WHERE extname = 'safemig') +
		       (SELECT count(*) FROM pg_namespace WHERE nspname = 'safemig') +
		       (SELECT count(*) FROM pg_event_trigger)}),
	0, 'without the library the extension can be dropped');
passes('lost', 'DROP TABLE t', 'and nothing of it is in the way');

# ---------- the libraries that are there already ----------

sub create_and_drop
{
	my ($database) = @_;

	$node->safe_psql($database, 'CREATE EXTENSION safemig');
	my $during = own_preload($database);
	my $loaded = ($node->psql($database, 'SHOW auto_explain.log_min_duration'))[1];
	$node->safe_psql($database, 'SET safemig.enforce = off; DROP EXTENSION safemig');
	return ($during, $loaded, own_preload($database));
}

create_database('kept');
$node->safe_psql('postgres',
	q{ALTER DATABASE kept SET session_preload_libraries = auto_explain, '$libdir/passwordcheck'});
my $before = own_preload('kept');
my ($during, $loaded, $after) = create_and_drop('kept');
is($during, 'auto_explain, "$libdir/passwordcheck", safemig', 'CREATE EXTENSION keeps what the database preloads');
is($loaded, -1, 'what the database preloads is still loaded');
is($after, $before, 'DROP EXTENSION leaves the database\'s own preload as it was');
passes('kept', 'DROP TABLE t', 'without the extension DROP TABLE passes');

$node->append_conf('postgresql.conf', "session_preload_libraries = 'auto_explain'");
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('session_preload_libraries') = 'auto_explain'})
  or die 'the configuration was not read again';

create_database('inherits');
($during, $loaded, $after) = create_and_drop('inherits');
is($during, 'auto_explain, safemig', 'CREATE EXTENSION keeps what postgresql.conf preloads');
is($loaded, -1, 'what postgresql.conf preloads is still loaded');
is($after, 'inherited', 'DROP EXTENSION makes the database inherit again');

$node->safe_psql('inherits', q{
	CREATE EXTENSION safemig;
	SET safemig.enforce = off;
	DROP EXTENSION safemig;
	CREATE EXTENSION safemig});
is(own_preload('inherits'), 'auto_explain, safemig', 'DROP and CREATE EXTENSION in one session stays armed');
$node->safe_psql('inherits', q{
	SET safemig.enforce = off;
	BEGIN;
	DROP EXTENSION safemig;
	CREATE EXTENSION safemig;
	COMMIT});
is(own_preload('inherits'), 'auto_explain, safemig', 'DROP and CREATE EXTENSION in one transaction stays armed');
$node->safe_psql('inherits', 'SET safemig.enforce = off; BEGIN; DROP EXTENSION safemig; ROLLBACK');
is(own_preload('inherits'), 'auto_explain, safemig', 'DROP EXTENSION taken back leaves it armed');
refused('inherits', 'TRUNCATE t', 'and new sessions are guarded after all of that');

# ---------- level 2 ----------

$node->append_conf('postgresql.conf', "shared_preload_libraries = 'safemig'");
$node->restart;

create_database('shop2');
$heard = ($node->psql('shop2', 'CREATE EXTENSION safemig'))[2];
like($heard, qr/database shop2 is guarded at level 2/, 'CREATE EXTENSION says that level 2 holds');

refused('shop2', 'DROP TABLE t', 'level 2: a superuser without the preload is refused DROP TABLE', $empty);
refused('shop2', 'TRUNCATE t', 'level 2: a superuser without the preload is refused TRUNCATE', $empty);
refused('shop2', 'DELETE FROM t', 'level 2: a superuser without the preload is refused DELETE of every row', $empty);
passes('shop2', 'DELETE FROM t WHERE id = 3', 'level 2: a superuser without the preload deletes single rows', $empty);
refused('shop2', 'TRUNCATE t', 'level 2: a replication session is refused TRUNCATE', undef, replication => 'database');
denied('shop2', 'SELECT', 'level 2: a plain role cannot log in with safemig.enforce off',
	'-c safemig.enforce=off', as_app('shop2'));
refused('shop', 'DROP TABLE t', 'level 2: a database that was guarded at level 1 stays guarded', $empty);
is(rows_left('shop2'), 2, 'level 2: what was refused left the rows alone');

refused('postgres', 'DROP DATABASE shop2', 'level 2: a guarded database is not dropped from another one');
refused('postgres', 'ALTER DATABASE shop RENAME TO moved', 'level 2: a guarded database is not renamed from another one');

refused('postgres', 'ALTER DATABASE shop2 RESET session_preload_libraries',
	'level 2: the mark of a guarded database is not taken away from another one');
refused('postgres', 'ALTER DATABASE shop2 SET safemig.enforce = off',
	'level 2: a guarded database is not switched off from another one');
passes('postgres', 'ALTER DATABASE shop2 SET work_mem = 5000',
	'level 2: other settings of a guarded database are set from another one');

create_database('plain');
passes('plain', 'DELETE FROM t; TRUNCATE t; ALTER TABLE t DROP COLUMN id; DROP TABLE t; CREATE SCHEMA safemig; DROP SCHEMA safemig',
	'level 2: a database without the extension is left alone');
passes('postgres', 'ALTER DATABASE plain RENAME TO plainer; DROP DATABASE plainer',
	'level 2: a database without the extension is renamed and dropped from another one');

$node->stop;
done_testing();
