# A dump carries the history and the settings to another database, where the
# guard stands from the first session on; and it takes nothing from the source.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('source');
$node->init;
$node->start;
my $elsewhere = PostgreSQL::Test::Cluster->new('elsewhere');
$elsewhere->init;
$elsewhere->start;

$_->safe_psql('postgres', 'CREATE ROLE deploy') foreach ($node, $elsewhere);

# ---------- a database with a history, and one of each kind of object ----------

$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', q{
	CREATE EXTENSION safemig;
	SELECT safemig.set('environment', 'development');
	SELECT safemig.set('runner_wait', '7s');
	GRANT EXECUTE ON FUNCTION safemig.current_version() TO deploy;
	SELECT safemig.apply('1.0', 'shop', $$
		CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL, old text);
		INSERT INTO users (email, old) SELECT 'u' || g || '@example.org', 'x' FROM generate_series(1, 1000) g;
		CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id int REFERENCES users);
		INSERT INTO orders (user_id) SELECT id FROM users;
		CREATE TABLE logs (at date NOT NULL, line text) PARTITION BY RANGE (at);
		CREATE TABLE logs_2026 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
		INSERT INTO logs VALUES ('2026-05-05', E'a\\tb');
		CREATE TABLE devices (id int, name text);
		INSERT INTO devices VALUES (1, 'generic');
		CREATE TABLE phones (number text) INHERITS (devices);
		INSERT INTO phones SELECT g, 'phone', g::text FROM generate_series(1, 1000) g;
		CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM orders;
		CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $f$BEGIN RETURN NEW; END$f$;
		CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
		CREATE TABLE doomed (id int);
		INSERT INTO doomed VALUES (1)$$,
		down => 'SELECT 1');
	SELECT safemig.apply('1.1', 'no more old', $$ALTER TABLE users DROP COLUMN old; DROP TABLE doomed$$,
		permits => ARRAY['drop column public.users.old', 'drop table public.doomed'], reason => 'GDPR-123');
	SELECT lo_from_bytea(4711, 'large');
	CREATE TABLE rates (id int, rate numeric);
	INSERT INTO rates VALUES (1, 0.19), (2, 0.07);
	CREATE SCHEMA scratch CREATE TABLE s (id int);
	INSERT INTO scratch.s VALUES (1);
	SELECT safemig.set_rule('truncate', 'allow', object => 'public.logs', reason => 'kept elsewhere');
	SELECT safemig.protect('public.rates', 'frozen', 'the accounts rely on them');
	SELECT safemig.exempt('scratch')});
$node->psql('shop', q{SELECT safemig.apply('1.2', 'wrong', $$CREATE TABLE half (id int); SELECT 1/0$$)});
$node->safe_psql('shop', q{SELECT safemig.set('data', 'refuse')});
$node->psql('shop', 'TRUNCATE users CASCADE');
$node->safe_psql('shop', q{SELECT safemig.apply('1.3', 'after the failure', 'CREATE TABLE whole (id int)')});

# One more refusal, which stays in the data directory.
$node->psql('shop', q{DROP TABLE orders /* not drained */});

my @own_tables = qw(migration history_entry incident config rule);
my @user_tables = ('users', 'orders', 'logs', 'ONLY devices', 'phones', 'whole', 'totals', 'rates', 'scratch.s');

# All rows of the tables, and where their sequences stand.
sub content
{
	my ($where, $database, @tables) = @_;

	return join("\n", map { "$_: " . $where->safe_psql($database,
		"SELECT count(*), md5(string_agg(r::text, ',' ORDER BY r::text)) FROM $_ r") } @tables);
}

# Of a rule what is shown, since its OIDs are the database's own.
sub own_content { return content(@_, map { $_ eq 'rule' ? 'safemig.rules' : "safemig.$_" } @own_tables); }
sub user_content
{
	my ($where, $database) = @_;

	return content($where, $database, @user_tables) . $where->safe_psql($database, q{
		SELECT (SELECT last_value FROM users_id_seq), lo_get(4711)});
}

# The objects, as pg_dump prints them (minor releases add the names of the run).
sub schema
{
	my ($where, $database) = @_;
	my ($dump) = run_command([ 'pg_dump', '-s', '-d', $where->connstr($database) ]);

	$dump =~ s/^\\(un)?restrict .*$//mg;
	return $dump;
}

my $own_before = own_content($node, 'shop');
my $user_before = user_content($node, 'shop');
my $schema_before = schema($node, 'shop');
my $not_drained = q{SELECT count(*) FROM safemig.incidents WHERE statement ~ 'not drained'};
my $drained = q{SELECT count(*) FROM safemig.incident WHERE statement ~ 'not drained'};

like($own_before, qr/^safemig\.migration: 3\|.*^safemig\.history_entry: [1-9].*^safemig\.incident: [2-9]\|.*^safemig\.config: 3\|.*^safemig\.rules: 3\|/ms,
	'there is something to carry in each of the tables');
is($node->safe_psql('shop', $not_drained) . $node->safe_psql('shop', $drained), '10',
	'and an incident that is only in the data directory');

# ---------- dump ----------

my $files = PostgreSQL::Test::Utils::tempdir;

foreach my $format (qw(plain custom))
{
	my ($out, $err) = run_command([ 'pg_dump', '-F', $format, '-f', "$files/$format", '-d', $node->connstr('shop') ]);
	is($err, '', "pg_dump -F $format says nothing");
}
# Rows as INSERT, one or many to a statement
my %inserts = (
	inserts => [ '--inserts' ],
	rows => [ '--column-inserts', '--rows-per-insert=2', '--on-conflict-do-nothing' ]);
foreach my $name (sort keys %inserts)
{
	my ($out, $err) = run_command([ 'pg_dump', '-F', 'custom', @{ $inserts{$name} }, '-f', "$files/$name", '-d', $node->connstr('shop') ]);
	is($err, '', "pg_dump @{ $inserts{$name} } says nothing");
}
is(own_content($node, 'shop'), $own_before, 'pg_dump leaves the tables of the source alone');
is($node->safe_psql('shop', $not_drained), 1, 'pg_dump leaves the data directory of the source alone');

# ---------- restore ----------

sub restored_well
{
	my ($where, $database, $how) = @_;

	is(own_content($where, $database), $own_before, "$how: the rows of safemig's tables are the same");
	is(user_content($where, $database), $user_before, "$how: the rows of the user's tables are the same");
	is(schema($where, $database), $schema_before, "$how: the objects are the same");
	is($where->safe_psql($database, 'SELECT safemig.current_version()'), '1.3',
		"$how: the current version is the same");
	is($where->safe_psql($database, q{SELECT version, state FROM safemig.status ORDER BY 1}),
		$node->safe_psql('shop', q{SELECT version, state FROM safemig.status ORDER BY 1}),
		"$how: the status of each version is the same");
	is($where->safe_psql($database, q{SELECT name, value FROM safemig.settings WHERE name IN ('environment', 'runner_wait') ORDER BY 1}),
		"environment|production\nrunner_wait|7s", "$how: settings come along, but the environment counts as production");
	is($where->safe_psql($database, 'SELECT count(*) FROM safemig.incidents'),
		$node->safe_psql('shop', 'SELECT count(*) FROM safemig.incident'),
		"$how: the restore itself is no incident");

	my ($status, $out, $said) = $where->psql($database, 'TRUNCATE orders');
	like($said, qr/safemig refused to truncate public\.orders/, "$how: a new session is refused TRUNCATE");
	($status, $out, $said) = $where->psql($database, 'ALTER TABLE whole RENAME TO other');
	like($said, qr/safemig refused to rename/, "$how: and what only development allows");
	is($where->psql($database, 'DELETE FROM orders WHERE id = 0'), 0, "$how: and deletes by key");
	($status, $out, $said) = $where->psql($database, 'DELETE FROM rates WHERE id = 1');
	like($said, qr/safemig refused to change rows of public\.rates/, "$how: a frozen table is frozen");
	is($where->psql($database, 'BEGIN; TRUNCATE logs, scratch.s; ROLLBACK'), 0,
		"$how: what a rule allows and what is exempt passes");

	($status, $out, $said) = $where->psql($database,
		q{SELECT safemig.apply('1.1', 'no more old', $$ALTER TABLE users DROP COLUMN old; DROP TABLE doomed$$)});
	is($out, 'already applied', "$how: what was applied there is applied here");
	is($where->safe_psql($database, q{SELECT safemig.apply('1.4', 'next', 'CREATE TABLE next (id int)')}), 'applied',
		"$how: the next version is applied");
	is( $where->safe_psql($database, q{
			SELECT (SELECT max(id) FROM safemig.history_entry WHERE event = 'apply' AND version = '1.4') >
			       (SELECT max(id) FROM safemig.history_entry WHERE version IS DISTINCT FROM '1.4'
			           AND spool_id IS NULL)}),
		't', "$how: new rows of the history go behind the old ones");
	$where->safe_psql($database, q{SELECT safemig.set('environment', 'development')});
	is($where->safe_psql($database, q{SELECT value FROM safemig.settings WHERE name = 'environment'}),
		'development', "$how: the environment can be confirmed");
	$where->safe_psql($database, q{SELECT safemig.set('data', 'refuse'); ALTER TABLE logs RENAME TO diary});
	is($where->psql($database, 'BEGIN; TRUNCATE diary; ROLLBACK'), 0, "$how: a rule follows the rename of its table");
	is($where->safe_psql($database, q{SELECT string_agg(object, ',' ORDER BY object) FROM safemig.rules}),
		'public.diary,public.rates,scratch.*', "$how: and is dumped under its new name");
	$where->safe_psql($database, 'ALTER TABLE diary RENAME TO logs');
}

# psql and pg_restore say nothing, but for what CREATE EXTENSION has to say.
sub restores_silently
{
	my ($where, $database, $how, @command) = @_;
	my ($out, $err);

	IPC::Run::run(\@command, '<', File::Spec->devnull, '>', \$out, '2>', \$err);
	is($?, 0, "$how: no error");
	$err =~ s/^.*(INFO|NOTICE|WARNING): +database \S+ is guarded at level.*\n(DETAIL.*\n)?(HINT.*\n)?//mg;
	is($err, '', "$how: nothing to complain of")
	  and restored_well($where, $database, $how);
}

$node->safe_psql('postgres', 'CREATE DATABASE plain; CREATE DATABASE custom; CREATE DATABASE parallel');
restores_silently($node, 'plain', 'plain',
	'psql', '-qX', '-o', File::Spec->devnull, '-v', 'ON_ERROR_STOP=1', '-f', "$files/plain", '-d', $node->connstr('plain'));
restores_silently($node, 'custom', 'custom',
	'pg_restore', '-e', '-d', $node->connstr('custom'), "$files/custom");
restores_silently($node, 'parallel', 'with two jobs',
	'pg_restore', '-e', '-j', '2', '-d', $node->connstr('parallel'), "$files/custom");
restores_silently($elsewhere, 'shop', 'another cluster',
	'pg_restore', '-e', '-C', '-d', $elsewhere->connstr('postgres'), "$files/custom");

$node->safe_psql('postgres', 'CREATE DATABASE inserts; CREATE DATABASE rows; CREATE DATABASE script');
restores_silently($node, 'inserts', 'by INSERT',
	'pg_restore', '-e', '-d', $node->connstr('inserts'), "$files/inserts");
restores_silently($node, 'rows', 'by INSERT of some rows, with two jobs',
	'pg_restore', '-e', '-j', '2', '-d', $node->connstr('rows'), "$files/rows");
run_command([ 'pg_restore', '-f', "$files/script", "$files/inserts" ]);
restores_silently($node, 'script', 'by a script of INSERTs',
	'psql', '-qX', '-o', File::Spec->devnull, '-v', 'ON_ERROR_STOP=1', '-f', "$files/script", '-d', $node->connstr('script'));

# Nobody else writes them, be they empty or not.
$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', 'CREATE EXTENSION safemig');
my $exempt = q{INSERT INTO safemig.rule (kind, decision, schema, bound_to, set_by, set_at) VALUES ('exempt', 'allow', 'public', 'x', 'x', now())};
my $as_a_dump = q{SELECT set_config('search_path', '', false); SET check_function_bodies = false; SET row_security = off;};
like(($node->psql('fresh', $exempt))[2], qr/safemig refused to change table safemig\.rule/,
	'a row put into an empty table of safemig by hand is refused');
like(($node->psql('script', "$as_a_dump $exempt"))[2], qr/safemig refused to change table safemig\.rule/,
	'nor comes another row to those of a dump');
like(($node->psql('fresh', "$as_a_dump UPDATE safemig.rule SET decision = 'allow'"))[2],
	qr/safemig refused to change table safemig\.rule/, 'a dump holds no UPDATE');

# ---------- over what is there ----------

sub clean_restore
{
	my ($options) = @_;
	my ($out, $err);

	local $ENV{PGOPTIONS} = $options if defined $options;
	IPC::Run::run([ 'pg_restore', '-e', '--clean', '--if-exists', '-d', $node->connstr('plain'), "$files/custom" ],
		'<', File::Spec->devnull, '>', \$out, '2>', \$err);
	return ($?, $err);
}

my $user_restored = user_content($node, 'plain');
my ($status, $said) = clean_restore();
like($said, qr/safemig refused to /, '--clean is refused');
is(user_content($node, 'plain'), $user_restored, '--clean, refused: every row is there');
$node->safe_psql('plain', 'SET safemig.enforce = off; DROP TABLE next -- not in the dump');
my $log_from = -s $node->logfile;
($status, $said) = clean_restore('-c safemig.enforce=off');
is($status, 0, '--clean: a superuser can');
my $logged = substr(PostgreSQL::Test::Utils::slurp_file($node->logfile), $log_from);
like($logged, qr/LOG:  change extension safemig passes, since safemig\.enforce is off/,
	'--clean: the server log says that the records went with the extension');
restored_well($node, 'plain', '--clean');

# without the extension the records stay, and the restore is one of them
my ($list) = run_command([ 'pg_restore', '-l', "$files/custom" ]);
PostgreSQL::Test::Utils::append_to_file("$files/list",
	join("\n", grep { !/safemig/ } split(/\n/, $list)) . "\n");
{
	local $ENV{PGOPTIONS} = '-c safemig.enforce=off';
	run_command([ 'pg_restore', '-e', '--clean', '--if-exists', '-L', "$files/list", '-d', $node->connstr('custom'), "$files/custom" ]);
}
like($node->safe_psql('custom', q{
		SELECT string_agg(DISTINCT e, ',' ORDER BY e) FROM safemig.incidents, unnest(effects) e WHERE verdict = 'off'}),
	qr/drop table public\.orders.*drop table public\.users/, '--clean without the extension is on record');

# ---------- the source, afterwards ----------

is(own_content($node, 'shop'), $own_before, 'the source is what it was');
is($node->safe_psql('shop', $not_drained), 1, 'its incident is still in the data directory');
$node->safe_psql('shop', q{SELECT safemig.apply('1.4', 'next', 'CREATE TABLE next (id int)')});
is($node->safe_psql('shop', $not_drained) . $node->safe_psql('shop', $drained), '11', 'and is moved to its table');
is($node->safe_psql('shop', q{SELECT value FROM safemig.settings WHERE name = 'environment'}),
	'development', 'and the source is still a development database');

$elsewhere->stop;
$node->stop;
done_testing();
