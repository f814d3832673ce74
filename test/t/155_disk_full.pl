# When a file can grow no further, a migration fails as a whole, with the server's own
# error; nothing of it is left, and the failed attempt is on record. A limit on the size
# of files stands for the full disk: for both, the server gets its write back in part.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# in kilobytes: more than a segment of the log, and no multiple of a block, so that the
# last block fits in part
my $limit = 20 * 1024 + 4;

my $node = PostgreSQL::Test::Cluster->new('full');
$node->init(extra => [ '--wal-segsize', '4' ]);
$node->append_conf('postgresql.conf', 'fsync = off');

sub start_with_limit
{
	my ($kilobytes) = @_;
	my $log = $node->logfile;

	$node->stop('fast', fail_ok => 1);
	# what the server inherits stays, whoever began it
	system('bash', '-c', "ulimit -S -f $kilobytes && exec pg_ctl -w -s -D '" . $node->data_dir . "' -l '$log' start") == 0
	  or die 'the server did not start';
	$node->_update_pid(1);
	return;
}

sub query { return $node->safe_psql('postgres', $_[0]); }

# What the client is told, with SQLSTATE.
sub told
{
	my (undef, undef, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$_[0]");
	return $err;
}

start_with_limit($limit);
query(q(SET client_min_messages = warning; CREATE EXTENSION safemig; CREATE TABLE small (i int, words text); SELECT safemig.register('1', 'one', 'CREATE TABLE one (i int)')));

my $fill = q(INSERT INTO %s SELECT g, repeat('x', 1000) FROM generate_series(1, 30000) g);
my $script = sprintf("ALTER TABLE small ADD COLUMN more int;\nCREATE TABLE big (i int, words text);\n$fill;\nSELECT 1", 'big') =~ s/'/''/gr;
# from 16 on the server asks for room for many blocks at once, and has no SQLSTATE for a limit
my $state = $node->pg_version < 16 ? '53100' : '(?:53100|XX000)';
my $full = qr/ERROR:  $state: could not extend file "base\/\d+\/\d+".*\nLINE 3: INSERT INTO big .*\n.*\nHINT:  Check free disk space\./;

sub nothing_is_left
{
	my ($how) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	is(query(q(SELECT to_regclass('big') IS NULL, (SELECT count(*) FROM pg_attribute WHERE attrelid = 'small'::regclass AND attname = 'more'), (SELECT count(*) FROM small))),
		't|0|0', "$how: nothing is left");
	return;
}

my $told = told(qq(SELECT safemig.apply('1.1', 'much', '$script')));
like($told, $full, 'apply: the error is the server\'s own, with its hint');
like($told, qr/version 1\.1, statement 3, line 3, column 1/, 'and says where');
nothing_is_left('apply');
like(query(q(SELECT state, note FROM safemig.status WHERE version = '1.1')), qr/^failed\|$state could not extend file/, 'the attempt is on record');
like(query(q(SELECT sqlstate, statement FROM safemig.incidents WHERE version = '1.1')), qr/^$state\|INSERT INTO big/, 'with its statement');

query(qq(SELECT safemig.register('2', 'much', '$script')));
query(q(SELECT safemig.register('3', 'three', 'SELECT 3')));
like(told('CALL safemig.migrate()'), $full, 'migrate: likewise');
nothing_is_left('migrate');
is(query('SELECT version, state FROM safemig.status ORDER BY 1'), "1|applied\n1.1|failed\n2|failed\n3|pending", 'what came before is applied, what comes after waits');

# what is small goes through meanwhile, and a rollback is as whole
is(query(q(SELECT safemig.apply('1.2', 'small', 'INSERT INTO small VALUES (1)', down => 'DELETE FROM small WHERE i = 1'))), 'applied', 'what fits is applied');
query(qq(SELECT safemig.apply('1.3', 'back', 'SELECT 1', down => '$script')));
like(told(q(SELECT safemig.rollback('1'))), $full, 'rollback: likewise');
is(query(q(SELECT string_agg(version, ',') FROM safemig.system_versions)), '1,1.2,1.3', 'nothing is rolled back');

# ---------- there is room again ----------

start_with_limit('unlimited');
is(query(q(SELECT count(*) FROM safemig.history WHERE event = 'failed')), 3, 'the failures are still in the history');
query('CALL safemig.migrate()');
is(query(q(SELECT string_agg(version, ',') FROM safemig.system_versions)), '1,1.2,1.3,2,3', 'with room, the rest goes through');
is(query('SELECT count(*) FROM big'), 30000, 'as a whole');

$node->stop;
done_testing();
