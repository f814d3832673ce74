# CALL safemig.backup() with a real pg_dump: what is made is looked at, recorded and
# once removed; what is no backup leaves nothing. No name reaches a shell unless plain.

use strict;
use warnings FATAL => 'all';

use Digest::SHA;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('backup');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', q{
	CREATE EXTENSION safemig;
	CREATE TABLE users AS SELECT g AS id, md5(g::text) AS name FROM generate_series(1, 1000) g});

my $beside = $node->data_dir =~ s{/[^/]*$}{/safemig_backup}r;
my $dump = 'pg_dump -h ' . $node->host . ' -p ' . $node->port;

# What runs from now on, in every session that begins.
sub command_is
{
	my ($command) = @_;

	$node->append_conf('postgresql.conf', "safemig.backup_command = '$command'");
	$node->reload;
}

sub backup
{
	my ($label, $database) = @_;
	my ($out, $err);

	$node->psql($database // 'shop', "CALL safemig.backup('$label')", stdout => \$out, stderr => \$err);
	return $err;
}

sub one { return $node->safe_psql('shop', $_[0]) }
sub files { return sort map { s{.*/}{}r } glob("$beside/*") }

# ---------- each format, as a real pg_dump writes it ----------

foreach my $format (qw(custom tar directory plain))
{
	command_is("$dump -F$format -f %f %d");
	like(backup($format), qr/NOTICE:  backup "$format" is in \Q$beside\E\/shop-$format-\d{8}T\d{6}Z$/, "$format: made");
	my ($file) = glob("$beside/shop-$format-*");
	my $sha = Digest::SHA->new(256);
	$sha->addfile($_, 'b') foreach (-d $file ? sort glob("$file/*") : $file);
	is( one("SELECT location, bytes > 0, sha256, restored_ok IS NULL, verified, recorded_by = session_user FROM safemig.backups WHERE label = '$format'"),
		join('|', $file, 't', $sha->hexdigest, 't', 't', 't'), "$format: recorded");
}
is((stat($beside))[2] & 077, 0, 'the folder is for the server only');
is(one(q{SELECT count(*) FROM safemig.history WHERE event = 'backup'}), 4, 'the history holds them');

# one of them opens the gate, and holds what it should
one(q{SELECT safemig.set('backup_max_age', '1 hour')});
is(one(q{SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i int)')}), 'applied', 'a backup opens the gate');
my $custom = one(q{SELECT location FROM safemig.backups WHERE label = 'custom'});
$node->safe_psql('postgres', 'CREATE DATABASE shop_again');
$node->command_ok([ 'pg_restore', '-e', '-h', $node->host, '-p', $node->port, '-d', 'shop_again', $custom ], 'it can be restored');
is($node->safe_psql('shop_again', 'SELECT count(*) FROM users'), 1000, 'with its rows');
is($node->safe_psql('shop_again', 'SELECT count(*) FROM safemig.backups'), 0, 'and no record that is younger than itself');

# ---------- what is no backup ----------

sub makes_none
{
	my ($command, $why, $name) = @_;
	my @before = files();
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	command_is($command);
	like(backup('none'), qr/ERROR:  no backup was made.*\nDETAIL:  .*$why/s, $name);
	is_deeply([ files() ], \@before, "$name: leaves no file");
}

makes_none("$dump -Fc -f %f nowhere", 'exit code 1.*database "nowhere" does not exist', 'the command fails');
makes_none("$dump -Fc -f %f %d; exit 3", 'exit code 3', 'the command fails behind a whole dump');
makes_none('true %f # nothing', 'is not there', 'no file');
makes_none('touch %f', 'is empty', 'an empty file');
makes_none('echo hello >%f', 'is no dump', 'another file');
makes_none('echo PGDMP >%f', 'pg_restore --list cannot read it', 'a dump by its first bytes only');
makes_none("$dump %d | head -n 20 >%f", 'breaks off', 'half of a plain dump');
makes_none("$dump -Fd -f %f %d && rm %f/toc.dat", 'is no dump', 'a folder without its contents');
makes_none('ln -s /etc/passwd %f', 'neither a file nor a folder', 'a link to elsewhere');
makes_none('kill -9 $$', 'signal 9', 'the shell is killed');
is(one(q{SELECT count(*) FROM safemig.history WHERE event = 'backup failed' AND detail LIKE '%is empty%'}), 1,
	'the history holds failures');
command_is('true %x');
like(backup('none'), qr/holds a % that stands for nothing/, 'a % that is none of ours');

# ---------- a tool that keeps its files elsewhere ----------

command_is('exec 3>&1; echo %d/%l 100%%');
like(backup('elsewhere'), qr/is made, and not verified/, 'a command without a file');
is(one(q{SELECT location, bytes IS NULL, verified FROM safemig.backups WHERE label = 'elsewhere'}), 'elsewhere|t|f',
	'is on record, and not verified');
$node->safe_psql('postgres', 'CREATE DATABASE unsaved');
$node->safe_psql('unsaved', q{CREATE EXTENSION safemig; SELECT safemig.set('backup_max_age', '1 hour')});
sub closed
{
	my (undef, undef, $said) = $node->psql('unsaved', q{SELECT safemig.apply('1', 'one', 'CREATE TABLE one (i int)')});
	return $said;
}
like(closed(), qr/closed by backup_max_age.*HINT:  SELECT safemig\.record_backup\(/s, 'the gate wants its restore on record');
command_is("$dump -Fc -f %f %d");
like(closed(), qr/closed by backup_max_age.*HINT:  CALL safemig\.backup\(/s, 'where a backup that is verified can be made, that one');
one(q{SELECT safemig.record_backup(location, taken_at, restored_ok => true) FROM safemig.backups WHERE label = 'elsewhere'});
is(one(q{SELECT verified FROM safemig.backups WHERE label = 'elsewhere'}), 't', 'until it was restored');

# ---------- names ----------

command_is("$dump -Fc -f %f %d");
my $proof = $node->basedir . '/touched';
my $hostile = '$(touch ' . $proof . ')';
$node->safe_psql('postgres', qq{CREATE DATABASE "$hostile"});
$node->safe_psql($hostile, 'CREATE EXTENSION safemig');
like(backup('named', $hostile), qr/is not passed to a shell/, 'a database with a name like that is refused');
like(backup($hostile), qr/cannot be labelled/, 'a label like that, too');
ok(!-e $proof, 'and nothing ran');

# ---------- nothing is held while the command runs ----------

my $go = $node->basedir . '/go';
command_is("until test -e $go; do sleep 0.05; done; $dump -Fc -f %f %d");
my $session = $node->background_psql('shop');
$session->query_until(qr/start/, "\\echo start\nCALL safemig.backup('long');\n");
my $at_work = q{FROM pg_stat_activity WHERE query LIKE 'CALL%' AND wait_event_type = 'Extension'};
ok($node->poll_query_until('shop', "SELECT count(*) = 1 $at_work"), 'the command runs');
is(one("SELECT backend_xmin IS NULL, backend_xid IS NULL, (SELECT count(*) FROM pg_locks l WHERE l.pid = a.pid AND l.locktype <> 'virtualxid') " . ($at_work =~ s/pg_stat_activity/pg_stat_activity a/r)),
	't|t|0', 'without a snapshot, a transaction id or a lock');
append_to_file($go, '');
$session->query('SELECT 1');
is(one(q{SELECT verified FROM safemig.backups WHERE label = 'long'}), 't', 'and is a backup in the end');

# a cancel ends the command
unlink $go;
$session->query_until(qr/again/, "\\echo again\nCALL safemig.backup('cancelled');\n");
$node->poll_query_until('shop', "SELECT count(*) = 1 $at_work");
one("SELECT pg_cancel_backend(pid) $at_work");
ok($node->poll_query_until('shop', "SELECT count(*) = 0 $at_work"), 'a cancel ends it');
is(one(q{SELECT count(*) FROM safemig.backups WHERE label = 'cancelled'}), 0, 'and nothing is recorded');
$session->{run}->kill_kill;

# ---------- retention ----------

command_is("$dump -Fc -f %f %d");
append_to_file("$beside/mine", 'not ours');
one(q{SELECT safemig.record_backup('} . $beside . q{/mine', now() - interval '60 days', restored_ok => true)});
one(q{SET safemig.enforce = off; UPDATE safemig.backup_record SET taken_at = taken_at - interval '31 days' WHERE label IN ('custom', 'directory', 'elsewhere')});
one(q{SET safemig.enforce = off; UPDATE safemig.backup_record SET bound_to = '1/1', taken_at = taken_at - interval '31 days' WHERE label = 'tar'});
backup('last');
is(join(' ', map { s/^shop-//r =~ s/-.*//r } files()), 'mine last long plain tar', 'old files that it made itself go, folders too');
is(one(q{SELECT string_agg(coalesce(label, 'mine'), ' ' ORDER BY taken_at) FROM safemig.backups}), 'mine tar plain long last',
	'and their records');
is(one(q{SELECT count(*) FROM safemig.history WHERE event = 'backup removed'}), 3, 'on record');
one(q{SELECT safemig.set('backup_keep_for', 'off')});

# a folder of the administrator's choice
my $folder = $node->basedir . '/chosen';
one("SELECT safemig.set('backup_directory', '$folder')");
like(backup('chosen'), qr/is in \Q$folder\E\/shop-chosen-/, 'it goes where it is told');

done_testing();
