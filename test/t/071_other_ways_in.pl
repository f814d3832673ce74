# Ways in that are not a psql session in the guarded database: the extended
# protocol, a connection from the server to itself, foreign tables, another database.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('other_ways_in');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'safemig'");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop; CREATE DATABASE plain');
$node->safe_psql('shop', q{
	CREATE TABLE t (id int PRIMARY KEY);
	INSERT INTO t SELECT generate_series(1, 20);
	CREATE EXTENSION safemig});

sub rows_left { return $node->safe_psql('shop', 'SELECT count(*) FROM t'); }

sub refused
{
	my ($database, $sql, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	my ($status, $out, $said) = $node->psql($database, $sql);
	like($said, qr/ERROR:  safemig refused to /, $name);
}

sub passes
{
	my ($database, $sql, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	my ($status, $out, $said) = $node->psql($database, $sql);
	is("$status $said", '0 ', $name);
}

# ---------- the extended protocol ----------

sub pgbench
{
	my ($mode, $sql) = @_;

	my $script = PostgreSQL::Test::Utils::tempdir . '/script.sql';
	append_to_file($script, $sql);
	my ($out, $said) = run_command([
		'pgbench', '-n', '-t', '1', '-M', $mode, '-f', $script,
		'-h', $node->host, '-p', $node->port, 'shop' ]);
	return $said;
}

foreach my $mode ('simple', 'extended', 'prepared')
{
	foreach my $sql ('DROP TABLE t', 'TRUNCATE t', 'DELETE FROM t', 'ALTER TABLE t DROP COLUMN id')
	{
		like(pgbench($mode, "$sql;\n"), qr/safemig refused to /, "pgbench -M $mode is refused $sql");
	}
	unlike(pgbench($mode, "\\set id 1\nDELETE FROM t WHERE id = :id;\n"), qr/refused|ERROR/,
		"pgbench -M $mode deletes a row by a parameter");
}
is(rows_left(), 19, 'what was refused left the rows alone');

# ---------- event triggers off ----------

SKIP:
{
	skip 'event_triggers came with PostgreSQL 17', 2 if $node->pg_version < 17;
	local $ENV{PGOPTIONS} = '-c event_triggers=off';
	refused('shop', 'DROP TABLE t', 'without event triggers DROP TABLE is refused');
	passes('shop', 'CREATE TABLE made (id int)', 'and CREATE TABLE is not');
}

# ---------- the server connected to itself ----------

my $loop = sprintf('host=%s port=%s dbname=shop', $node->host, $node->port);
$node->safe_psql($_, 'CREATE EXTENSION dblink; CREATE EXTENSION postgres_fdw') foreach ('shop', 'plain');
foreach my $database ('shop', 'plain')
{
	refused($database, "SELECT dblink_exec('$loop', 'DROP TABLE t')", "dblink from $database is refused DROP TABLE");
	refused($database, "SELECT dblink_exec('$loop', 'BEGIN; DELETE FROM t; COMMIT')", "dblink from $database is refused DELETE");
	passes($database, "SELECT dblink_exec('$loop', 'DELETE FROM t WHERE id = 2')", "dblink from $database deletes a row");

	$node->safe_psql($database, sprintf(q{
		CREATE SERVER self FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '%s', port '%s', dbname 'shop');
		CREATE USER MAPPING FOR PUBLIC SERVER self;
		CREATE FOREIGN TABLE far (id int) SERVER self OPTIONS (table_name 't')}, $node->host, $node->port));
	refused($database, 'DELETE FROM far', "DELETE of a foreign table from $database is refused where the rows are");
	refused($database, 'TRUNCATE far', "TRUNCATE of a foreign table from $database is refused where the rows are");
	passes($database, 'DELETE FROM far WHERE id = 3', "DELETE of a foreign table from $database takes a row");
	passes($database, 'DELETE FROM far WHERE id > random() * 0 + 19',
		"DELETE of a foreign table from $database with a condition checked here takes its rows");
}
is(rows_left(), 16, 'and no more than that');

# ---------- another database ----------

refused('postgres', 'DROP DATABASE shop', 'a guarded database is not dropped from another one');
refused('postgres', 'DROP DATABASE shop WITH (FORCE)', 'nor WITH (FORCE)');
refused('postgres', 'DROP DATABASE IF EXISTS shop', 'nor IF EXISTS');
refused('postgres', 'ALTER DATABASE shop RENAME TO moved', 'nor renamed');
refused('postgres', q{DO $$BEGIN EXECUTE 'ALTER DATABASE shop RENAME TO moved'; END$$}, 'nor renamed in a DO block');
$node->safe_psql('postgres', 'SET safemig.enforce = off; ALTER DATABASE shop RENAME TO moved');
refused('postgres', 'DROP DATABASE moved', 'after a rename it is still not dropped');
refused('postgres', 'DROP DATABASE moved WITH (FORCE)', 'nor WITH (FORCE)');
refused('moved', 'DROP TABLE t', 'and what is in it is still guarded');
passes('postgres', 'ALTER DATABASE plain RENAME TO plainer', 'a database without the extension is renamed');
passes('postgres', 'DROP DATABASE plainer WITH (FORCE)', 'and dropped WITH (FORCE)');
is($node->safe_psql('moved', 'SELECT count(*) FROM t'), 16, 'the rows are there');

$node->stop;
done_testing();
