# pg_upgrade from an older server, whose pg_config is OLD_PG_CONFIG: at both levels
# of loading the guard stands afterwards, and nothing that it knows is lost.

use strict;
use warnings FATAL => 'all';

use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'OLD_PG_CONFIG names no older server' unless $ENV{OLD_PG_CONFIG};

my ($old_bindir) = run_command([ $ENV{OLD_PG_CONFIG}, '--bindir' ]);
my ($new_bindir) = run_command([ 'pg_config', '--bindir' ]);

sub refused
{
	my ($node, $sql, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $out, $said) = $node->psql('shop', $sql);

	like($said, qr/safemig refused to /, $name);
}

sub passes
{
	my ($node, $sql, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $out, $said) = $node->psql('shop', $sql);

	is("$status $said", '0 ', $name);
}

# All rows of all tables, and where the sequences stand.
sub content
{
	my ($node) = @_;
	my $questions = q{
		SELECT format(CASE relkind WHEN 'S' THEN 'SELECT %1$L, last_value, is_called FROM %1$s'
		              ELSE 'SELECT %1$L, count(*), md5(string_agg(r::text, '','' ORDER BY r::text)) FROM %1$s r' END, c.oid::regclass)
		  FROM pg_class c
		 WHERE relnamespace IN ('safemig'::regnamespace, 'public'::regnamespace, 'scratch'::regnamespace) AND relkind IN ('r', 'S')
		 ORDER BY 1};

	return join("\n", map { $node->safe_psql('shop', $_) } split(/\n/, $node->safe_psql('shop', $questions)));
}

sub fill
{
	my ($node) = @_;

	$node->safe_psql('postgres', 'CREATE ROLE deploy; CREATE DATABASE shop; CREATE DATABASE plain');
	$node->safe_psql('shop', q{
		CREATE EXTENSION safemig;
		SELECT safemig.set('environment', 'development');
		SELECT safemig.set('runner_wait', '7s');
		SELECT safemig.apply('1.0', 'shop', $$
			CREATE TABLE users (id serial PRIMARY KEY, email text, old text);
			INSERT INTO users (email, old) SELECT g, g FROM generate_series(1, 1000) g;
			CREATE TABLE orders (id bigint PRIMARY KEY, user_id int REFERENCES users);
			INSERT INTO orders SELECT id, id FROM users;
			CREATE TABLE logs (at date) PARTITION BY RANGE (at);
			CREATE TABLE logs_2026 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
			INSERT INTO logs VALUES ('2026-05-05')$$,
			down => 'SELECT 1');
		SELECT safemig.apply('1.1', 'no more old', 'ALTER TABLE users DROP COLUMN old',
			permits => ARRAY['drop column public.users.old'], reason => 'GDPR-123');
		CREATE TABLE rates (id int, rate numeric);
		INSERT INTO rates VALUES (1, 0.19);
		CREATE SCHEMA scratch CREATE TABLE s (id int);
		INSERT INTO scratch.s VALUES (1);
		SELECT safemig.set_rule('truncate', 'allow', object => 'public.logs', reason => 'kept elsewhere');
		SELECT safemig.set_rule('truncate', 'refuse', object => 'public.logs', role => 'deploy');
		SELECT safemig.protect('public.rates', 'frozen', 'the accounts rely on them');
		SELECT safemig.exempt('scratch');
		SELECT safemig.set('data', 'refuse')});
	$node->psql('shop', 'TRUNCATE users CASCADE /* drained */');
	$node->safe_psql('shop', q{SELECT safemig.apply('1.2', 'next', 'CREATE TABLE whole (id int)')});
	$node->safe_psql('shop', q{SELECT safemig.permit('drop table public.whole', valid_for => '1 day')});
	$node->psql('shop', 'TRUNCATE users CASCADE /* not drained */');
	$node->psql('shop', q{SELECT safemig.apply('1.3', 'broken', 'SELECT 1/0')});
}

sub upgrade
{
	my ($old, $new, @options) = @_;
	my @command = ('pg_upgrade', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $old_bindir, '-B', $new_bindir,
		'-s', PostgreSQL::Test::Utils::tempdir_short, '-p', $old->port, '-P', $new->port, @options);
	my $out = '';

	# it leaves scripts and logs where it stands
	my $where = PostgreSQL::Test::Utils::tempdir;
	IPC::Run::run(\@command, '<', File::Spec->devnull, '>&', \$out, init => sub { chdir $where or die $! });
	diag($out) if $? != 0;
	return $?;
}

my $by_verdict = q{SELECT string_agg(verdict || ' ' || statement, E'\n' ORDER BY at) FROM safemig.incidents};
my $status = q{SELECT version, state, checksum_state FROM safemig.status};

sub is_upgraded
{
	my ($level) = @_;
	my $old = PostgreSQL::Test::Cluster->new("old$level", install_path => dirname($old_bindir));
	my $new = PostgreSQL::Test::Cluster->new("new$level");

	$old->init;
	# since 18 a new cluster has checksums, which the old one has not
	$new->init($new->pg_version >= 18 ? (extra => ['--no-data-checksums']) : ());
	if ($level == 2)
	{
		$_->append_conf('postgresql.conf', "shared_preload_libraries = 'safemig'") foreach ($old, $new);
	}
	$old->start;
	fill($old);
	my $content = content($old);
	my $incidents = $old->safe_psql('shop', $by_verdict);
	my $history = $old->safe_psql('shop', 'SELECT event, version, subject, reason, at FROM safemig.history ORDER BY at');
	my $versions = $old->safe_psql('shop', $status);
	like($incidents, qr{drained \*/.*not drained \*/.*failed}s, "level $level, before: incidents in the table and in the data directory");
	$old->stop;

	is(upgrade($old, $new, '--check'), 0, "level $level: pg_upgrade --check finds nothing");
	is(upgrade($old, $new), 0, "level $level: pg_upgrade");
	system_or_bail('cp', '-a', $old->data_dir . '/safemig', $new->data_dir);
	$new->start;

	is($new->safe_psql('shop', 'SHOW server_version_num') >= 160000 ? 1 : 0, 1, "level $level: the server is newer");
	is(content($new), $content, "level $level: every row is the same");
	is($new->safe_psql('shop', $by_verdict), $incidents, "level $level: every incident is there, drained or not");
	is($new->safe_psql('shop', 'SELECT event, version, subject, reason, at FROM safemig.history ORDER BY at'), $history,
		"level $level: and the history, with what was not drained");
	is($new->safe_psql('shop', $status), $versions, "level $level: and the status of each version");
	is($new->safe_psql('shop', q{SELECT name, value FROM safemig.settings WHERE name IN ('environment', 'runner_wait', 'data') ORDER BY 1}),
		"data|refuse\nenvironment|production\nrunner_wait|7s", "level $level: settings hold, but the environment counts as production");

	refused($new, 'DROP TABLE orders', "level $level: DROP TABLE is refused");
	refused($new, 'DELETE FROM orders', "level $level: DELETE of every row is refused");
	passes($new, 'DELETE FROM orders WHERE id = 1', "level $level: by key is not");
	refused($new, 'ALTER TABLE orders RENAME TO other', "level $level: what only development allows is refused");
	refused($new, 'DROP TABLE whole', "level $level: a ticket of before is not honoured");
	refused($new, 'DELETE FROM rates WHERE id = 1', "level $level: a frozen table is frozen");
	passes($new, 'SET client_min_messages = warning; BEGIN; TRUNCATE logs, scratch.s; ROLLBACK', "level $level: what a rule allows and what is exempt passes");
	refused($new, 'BEGIN; SET ROLE deploy; TRUNCATE logs; ROLLBACK', "level $level: but not for the role that a rule names");
	refused($new, 'DROP EXTENSION safemig', "level $level: the extension is guarded");
	refused($new, 'DELETE FROM safemig.migration', "level $level: and its tables");

	$new->safe_psql('shop', q{SELECT safemig.set('environment', 'development')});
	is($new->safe_psql('shop', q{SELECT value FROM safemig.settings WHERE name = 'environment'}), 'development',
		"level $level: the environment can be confirmed");
	passes($new, 'ALTER TABLE logs RENAME TO diary', "level $level: and development allows renames again");
	refused($new, 'BEGIN; SET ROLE deploy; TRUNCATE diary; ROLLBACK', "level $level: a rule follows the rename of its table");
	is($new->safe_psql('shop', q{SELECT safemig.apply('1.1', 'no more old', 'ALTER TABLE users DROP COLUMN old')}),
		'already applied', "level $level: what was applied is applied");
	is($new->safe_psql('shop', q{SELECT safemig.apply('1.3', 'mended', 'CREATE TABLE next (id int)')}), 'applied',
		"level $level: the next version is applied");
	is($new->safe_psql('shop', q{SELECT count(*) FROM safemig.incident WHERE statement ~ 'not drained'}), 1,
		"level $level: which moves the records to their table");
	is($new->safe_psql('shop', 'SELECT max(id) = count(DISTINCT id) FROM safemig.history_entry WHERE id IS NOT NULL'), 't',
		"level $level: ids of the history go on where they stood");
	is($new->psql('plain', 'CREATE TABLE t (id int); DROP TABLE t'), 0, "level $level: another database is nobody's business");
	$new->stop;
}

is_upgraded($_) foreach (1, 2);
done_testing();
