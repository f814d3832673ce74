# Sessions that were open before the extension came (a pool's connections): the
# event trigger loads the library in their first DDL and judges that statement.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('open_sessions');
$node->init;
$node->start;

$node->safe_psql('postgres', q{
	CREATE ROLE app LOGIN;
	CREATE DATABASE shop});
$node->safe_psql('shop', q{
	CREATE TABLE orders (id int, note text);
	INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 5) g;
	CREATE VIEW notes AS SELECT note FROM orders;
	CREATE VIEW notes_too AS SELECT note FROM notes;
	CREATE TABLE invoices (id serial, v text);
	INSERT INTO invoices (v) VALUES ('a');
	CREATE TABLE apps (id int);
	INSERT INTO apps VALUES (1);
	ALTER TABLE apps OWNER TO app;
	CREATE SCHEMA logs CREATE TABLE lines (id int);
	INSERT INTO logs.lines VALUES (1);
	GRANT CREATE ON SCHEMA public TO PUBLIC});

# Each session has run some DDL, so that what it knows of event triggers is old,
# and holds a temporary table.
sub open_session
{
	my ($role) = @_;

	local $ENV{PGUSER} = $role if defined $role;
	my $session = $node->background_psql('shop',
		on_error_stop => 0,
		extra_params => [ '-v', 'VERBOSITY=verbose', '-v', 'SHOW_CONTEXT=never' ]);
	$session->query_safe('CREATE TEMP TABLE scratch (id int); ALTER TABLE scratch ADD COLUMN v text');
	return $session;
}

sub said_by
{
	my ($session, $sql) = @_;

	$session->{stderr} = '';
	my $out = $session->query($sql);
	return wantarray ? ($session->{stderr}, $out) : $session->{stderr};
}

sub refused
{
	my ($session, $sql, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	like(said_by($session, $sql), qr/ERROR:  SM001: safemig refused to /, $name);
}

# It works and says nothing.
sub passes
{
	my ($session, $sql, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	is(scalar said_by($session, $sql), '', $name);
}

my %session = map { $_ => open_session() }
  qw(drop column add in_block block_open permitted temporary view cascade prepared own_exit);
$session{app} = open_session('app');
$session{block_open}->query_safe('BEGIN; SELECT 1');
$session{prepared}->query_safe('PREPARE wipe AS DELETE FROM orders; PREPARE one AS DELETE FROM orders WHERE id = 5');

$node->safe_psql('shop', q{CREATE EXTENSION safemig; SELECT safemig.set('keep', 'off')});

# ---------- the first statement is the destructive one ----------

refused($session{drop}, 'DROP TABLE orders CASCADE', 'an open session is refused DROP TABLE as its first statement');
refused($session{drop}, 'TRUNCATE orders', 'and then TRUNCATE');
refused($session{drop}, 'DELETE FROM orders', 'and DELETE of every row');
passes($session{drop}, 'DELETE FROM orders WHERE id = 4', 'and deletes single rows');
passes($session{drop}, 'TRUNCATE scratch; DROP TABLE scratch', 'and drops its temporary table');

refused($session{column}, 'ALTER TABLE orders DROP COLUMN note CASCADE',
	'an open session is refused DROP COLUMN as its first statement');
passes($session{column}, 'ALTER TABLE orders ADD COLUMN a int', 'and adds a column');

refused($session{app}, 'DROP TABLE apps', 'a plain role is refused DROP of its own table as its first statement');
passes($session{app}, 'CREATE TABLE made (id int)', 'and creates one');

refused($session{in_block}, q{DO $$BEGIN EXECUTE 'DROP TABLE invoices'; END$$},
	'a DO block is refused DROP TABLE as the first statement');

# The server hears of new event triggers when a transaction begins or takes a new
# lock: a DROP as the very next statement of this one would pass.
passes($session{block_open}, 'LOCK TABLE orders IN ACCESS SHARE MODE', 'a transaction that was open already goes on');
refused($session{block_open}, 'DROP TABLE invoices', 'and is refused DROP TABLE');
passes($session{block_open}, 'ROLLBACK', 'and ends as usual');

my $said = said_by($session{cascade}, 'DROP SCHEMA logs CASCADE');
like($said, qr/SM001: safemig refused to drop schema logs.*table logs\.lines/s,
	'one refusal names what goes along with the first statement');
unlike($said, qr/SM001.*SM001/s, 'and it is one');

refused($session{own_exit}, 'DROP EXTENSION safemig', 'DROP EXTENSION is refused as the first statement');
refused($session{own_exit}, 'DROP SCHEMA safemig CASCADE', 'and DROP SCHEMA safemig');

# ---------- the first statement may pass ----------

passes($session{add}, 'ALTER TABLE orders ADD COLUMN b int', 'an open session adds a column as its first statement');
refused($session{add}, 'TRUNCATE orders', 'and is refused TRUNCATE from then on');

passes($session{temporary}, 'DROP TABLE scratch', 'an open session drops its temporary table as its first statement');

$said = said_by($session{view}, 'DROP VIEW notes CASCADE');
is(() = $said =~ /WARNING: /g, 1, 'DROP VIEW CASCADE as the first statement is warned of once, not by each layer');
unlike($said, qr/ERROR/, 'and passes');
is( $node->safe_psql('shop', q{SELECT count(*) FROM safemig.incidents WHERE statement ~ '^DROP VIEW'}),
	1, 'and is on record once');

passes($session{permitted},
	q{BEGIN; \o /dev/null
	SELECT safemig.permit('drop table public.invoices', 'test'); \o
	DROP TABLE invoices; COMMIT},
	'a permitted table is dropped with its own sequence');
is($node->safe_psql('shop', q{SELECT to_regclass('invoices_id_seq') IS NULL}), 't', 'and both are gone');

refused($session{prepared}, 'CREATE TABLE other (id int); EXECUTE wipe',
	'a statement prepared before the extension came is refused');
passes($session{prepared}, 'EXECUTE one', 'a harmless one is not');

is($node->safe_psql('shop', 'SELECT count(*) FROM orders'), 3, 'what was refused left the rows alone');

# ---------- those that are left are listed, and can be sent away ----------

is( $node->safe_psql('shop', q{SELECT count(*) FROM safemig.health() WHERE detail ~ '^session [0-9]+ of .* was open before the guard came'}),
	scalar keys %session, 'health() lists every session older than the guard');
my $young = $node->background_psql('shop');
my $pid = $young->query_safe('SELECT pg_backend_pid()');
$node->safe_psql('shop', 'BEGIN; SELECT safemig.arm(terminate => true); ROLLBACK');
is($node->safe_psql('shop', 'SELECT count(*) FROM safemig.unguarded_sessions()'), scalar keys %session,
	'arm(terminate => true) that is rolled back ends none');
my ($out, $err);
$node->psql('postgres', 'SELECT 1');
my $elsewhere = $node->background_psql('postgres');
$node->safe_psql('shop', 'SELECT safemig.arm(terminate => true)');
$node->poll_query_until('shop', 'SELECT count(*) = 0 FROM safemig.unguarded_sessions()')
  or die 'sessions older than the guard do not go';
pass('arm(terminate => true) ends them');
is($young->query_safe('SELECT pg_backend_pid()'), $pid, 'and not those that are guarded from their start');
is($elsewhere->query_safe('SELECT 1'), 1, 'nor those of other databases');
$_->quit foreach $young, $elsewhere;
eval { $_->quit } foreach values %session;
$node->safe_psql('shop', 'SET safemig.enforce = off; DROP EXTENSION safemig');
%session = (drop => open_session());
$node->safe_psql('shop', 'CREATE EXTENSION safemig');
refused($session{drop}, 'DROP TABLE orders CASCADE', 'a new old session');

# ---------- it goes and comes again ----------

$node->safe_psql('shop', 'SET safemig.enforce = off; DROP EXTENSION safemig');
passes($session{drop}, 'BEGIN; TRUNCATE orders; DROP TABLE orders; ROLLBACK',
	'once the extension is dropped, open sessions are left alone');
$node->safe_psql('shop', 'CREATE EXTENSION safemig');
refused($session{drop}, 'TRUNCATE orders', 'once it is there again, they are guarded again');

$_->quit foreach values %session;
$node->stop;
done_testing();
