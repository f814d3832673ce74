# A guarded database as seen from others: from one without the extension (level
# 2), and from one whose own settings allow more.  What takes its guard away, its
# name or itself is refused there too; what is nobody else's business is not.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('many');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'safemig'");
$node->start;

sub said_by
{
	my ($database, $sql) = @_;
	my ($status, $out, $said) = $node->psql($database, $sql,
		extra_params => [ '-v', 'VERBOSITY=verbose', '-v', 'SHOW_CONTEXT=never' ]);

	return ($said, $status);
}

sub refused
{
	my ($database, $sql) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	my ($said) = said_by($database, $sql);
	like($said, qr/ERROR:  SM001: safemig refused to change /, "$database: refused: $sql");
}

sub passes
{
	my ($database, $sql) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	my ($said, $status) = said_by($database, $sql);
	is("$status $said", '0 ', "$database: passes: $sql");
}

my $settings_by_hand = q{UPDATE pg_db_role_setting SET setconfig = '{work_mem=4MB}' WHERE setconfig::text ~ 'preload'};

# ---------- nothing is guarded yet ----------

$node->safe_psql('postgres', 'CREATE ROLE app LOGIN SUPERUSER');
passes('postgres', 'ALTER ROLE app SET "safemig.enforce" = off; ALTER ROLE app RESET ALL');
passes('postgres', $settings_by_hand);

$node->safe_psql('postgres', "CREATE DATABASE $_") foreach qw(production development scratch);
$node->safe_psql('production', 'CREATE EXTENSION safemig');
$node->safe_psql('development', q{CREATE EXTENSION safemig; SELECT safemig.set('environment', 'development')});

# ---------- from a database without the extension ----------

refused('postgres', 'ALTER ROLE app SET safemig.enforce = off');
refused('postgres', 'ALTER ROLE app SET "Safemig.Enforce" = off');
refused('postgres', 'ALTER ROLE app IN DATABASE production SET safemig.enforce = off');
refused('postgres', 'ALTER ROLE ALL SET safemig.enforce = off');
refused('postgres', 'ALTER ROLE ALL IN DATABASE production RESET ALL');
refused('postgres', 'ALTER SYSTEM SET safemig.enforce = off');
refused('postgres', q{ALTER SYSTEM SET shared_preload_libraries = ''});
refused('postgres', 'ALTER SYSTEM RESET ALL');
refused('postgres', 'ALTER DATABASE production SET "Session_Preload_Libraries" = auto_explain');
refused('postgres', 'ALTER DATABASE production SET session_preload_libraries = safemig_old');
refused('postgres', 'GRANT SET ON PARAMETER safemig.enforce TO app');
refused('postgres', $settings_by_hand);
refused('postgres', q{DELETE FROM pg_db_role_setting});
refused('postgres', q{WITH d AS (DELETE FROM pg_db_role_setting RETURNING 1) SELECT * FROM d});
refused('postgres', q{UPDATE pg_database SET datname = 'gone' WHERE datname = 'production'});
refused('postgres', q{INSERT INTO pg_parameter_acl SELECT * FROM pg_parameter_acl});
refused('postgres', q{COPY pg_db_role_setting FROM '/dev/null'});
refused('postgres', 'DROP DATABASE production');

passes('postgres', 'ALTER ROLE app IN DATABASE scratch SET safemig.enforce = off');
passes('postgres', 'ALTER ROLE app IN DATABASE production SET work_mem = 5000');
passes('postgres', 'ALTER ROLE app IN DATABASE production RESET ALL');
passes('postgres', 'ALTER ROLE ALL SET session_preload_libraries = auto_explain; ALTER ROLE ALL RESET ALL');
passes('postgres', 'ALTER SYSTEM SET work_mem = 5000');
passes('postgres', 'ALTER SYSTEM SET shared_preload_libraries = safemig, auto_explain');
passes('postgres', 'GRANT SET ON PARAMETER work_mem TO app');
passes('postgres', q{CREATE TABLE t (id int); INSERT INTO t VALUES (1); UPDATE t SET id = 2; DELETE FROM t; COPY t FROM '/dev/null'});
passes('postgres', q{SELECT count(*) FROM pg_db_role_setting WHERE false});
passes('postgres', q{CREATE FUNCTION f() RETURNS int LANGUAGE sql SET safemig.enforce = off AS 'SELECT 1'});
passes('postgres', 'SET safemig.enforce = off; ALTER ROLE app SET safemig.enforce = off; ALTER ROLE app RESET ALL');

# ---------- from a guarded one that allows more ----------

$node->safe_psql('development', q{SELECT safemig.set('data', 'allow'), safemig.set('keep', 'off')});
refused('development', 'DROP DATABASE production');
refused('development', 'ALTER DATABASE production RENAME TO other');
refused('development', $settings_by_hand);
refused('development', q{COPY pg_db_role_setting FROM '/dev/null'});
refused('development', q{SELECT safemig.permit('drop database production', valid_for => '1 hour'); DROP DATABASE production});

passes('development', 'CREATE TABLE t (id int); DROP TABLE t');
passes('development', 'ALTER DATABASE scratch RENAME TO scratch2; DROP DATABASE scratch2');
passes('development', 'SET safemig.enforce = off; DROP DATABASE production');

# ---------- the last one has gone ----------

$node->safe_psql('development', 'SET safemig.enforce = off; DROP EXTENSION safemig');
passes('postgres', 'ALTER ROLE app SET safemig.enforce = off; ALTER ROLE app RESET ALL');

$node->stop;
done_testing();
