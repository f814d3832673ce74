# The grants of doc/privileges.md, as they stand there: each function and view runs for
# the role that the page gives it, and not for one that has nothing.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('rights');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->append_conf('postgresql.conf', 'safemig.backup_command = \'pg_dump -Fc -f "%f" -h ' . $node->host . ' -p ' . $node->port . ' -U postgres "%d"\'');
$node->reload;
$node->safe_psql('postgres', q(
	SET client_min_messages = warning;
	CREATE EXTENSION safemig;
	CREATE ROLE deployer LOGIN;
	CREATE ROLE approver LOGIN;
	CREATE ROLE auditor LOGIN;
	CREATE ROLE dba LOGIN;
	CREATE ROLE outsider LOGIN;
	CREATE SCHEMA app AUTHORIZATION deployer;
	CREATE SCHEMA scratch AUTHORIZATION dba;
	CREATE TABLE scratch.version (version text);
	ALTER TABLE scratch.version OWNER TO dba;
	SELECT safemig.set('environment', 'development');
	SELECT safemig.set('seeding', 'on');
));
my @grants = slurp_file('doc/privileges.md') =~ /^    (GRANT .*?;)$/msg;
is(scalar(@grants), 9, 'the grants of the page');
$node->safe_psql('postgres', join("\n", @grants));

# In order: what comes later needs what came before.
my @calls = (
	dba => q(SELECT safemig.set('lock_wait', '5s')),
	dba => q(SELECT safemig.set_local('lock_wait', '6s')),
	dba => q(SELECT safemig.baseline('0', 'nothing of it is here')),
	deployer => q(SELECT safemig.apply('1', 'users', 'CREATE TABLE app.users (id int PRIMARY KEY)', down => 'DROP TABLE app.users')),
	deployer => q(SELECT safemig.register('2', 'note', 'ALTER TABLE app.users ADD COLUMN note text')),
	deployer => q(SELECT * FROM safemig.plan()),
	deployer => q(SELECT * FROM safemig.checklist('2')),
	deployer => q(SELECT * FROM safemig.dry_run('ALTER TABLE app.users ADD COLUMN more text')),
	approver => q(SELECT safemig.approve('2', 'read it')),
	approver => q(SELECT safemig.attest('2', 'staging', 'ran for a week')),
	approver => q(SELECT safemig.permit('drop table app.users', 'a copy of it is kept', valid_for => '1 hour')),
	approver => q(SELECT * FROM safemig.permits),
	approver => q(SELECT safemig.revoke_permit(max(id)) FROM safemig.permits),
	deployer => q(CALL safemig.migrate()),
	deployer => q(SELECT safemig.repeatable('ids', 'CREATE OR REPLACE VIEW app.ids AS SELECT id FROM app.users')),
	deployer => q(SELECT safemig.seed('people', 'INSERT INTO app.users VALUES (1)')),
	deployer => q(SELECT safemig.note('2', 'seen')),
	deployer => q(CALL safemig.backup('before')),
	deployer => q(SELECT safemig.record_backup('s3://bucket/one', now())),
	deployer => q(SELECT * FROM safemig.backups),
	deployer => q(SELECT safemig.rollback('1')),
	dba => q(SELECT safemig.mark('2', 'applied', 'it was there')),
	dba => q(SELECT safemig.repair('2', 'reworded', 'ALTER TABLE app.users ADD note text')),
	dba => q(SELECT safemig.set_rule('drop table', 'warn', 'scratch.*', NULL, 'ours')),
	dba => q(SELECT safemig.drop_rule('drop table', 'scratch.*', NULL, 'not ours')),
	dba => q(SELECT safemig.protect('scratch.version', 'frozen', 'to be kept')),
	dba => q(SELECT safemig.unprotect('scratch.version', 'kept')),
	dba => q(SELECT safemig.exempt('scratch', 'only scratch')),
	dba => q(SELECT safemig.unexempt('scratch', 'more than that')),
	dba => q(SELECT safemig.adopt(NULL)),
	dba => q(SELECT safemig.unadopt('flyway')),
	dba => q(SELECT safemig.maintenance_on('back at 6', now() + interval '1 hour')),
	dba => q(SELECT * FROM safemig.running_writers()),
	dba => q(SELECT safemig.maintenance_off()),
	dba => q(SELECT * FROM safemig.health()),
	dba => q(SELECT safemig.drain_incidents()),
	auditor => q(SELECT * FROM safemig.incidents),
	auditor => q(SELECT * FROM safemig.history),
	auditor => q(SELECT * FROM safemig.spooled()),);

my %called;
while (my ($role, $call) = splice(@calls, 0, 2))
{
	my ($name) = $call =~ /safemig\.(\w+)/;
	my (undef, undef, $refused) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$call", extra_params => [ '-U', 'outsider' ]);
	my ($status, undef, $err) = $node->psql('postgres', $call, extra_params => [ '-U', $role ], on_error_stop => 1);

	like($refused, qr/ERROR:  42501/, "$name: not for anybody");
	is($status, 0, "$name: for the $role") or diag($err);
	$called{"$role $name"} = 1;
}

# None that the page grants is left out above.
my @granted = split /\n/, $node->safe_psql('postgres', q(
	SELECT a.grantee::regrole || ' ' || o.name
	  FROM (SELECT proname, proacl FROM pg_proc UNION ALL SELECT relname, relacl FROM pg_class) o(name, acl)
	 CROSS JOIN LATERAL aclexplode(o.acl) a
	 WHERE a.grantee IN ('deployer'::regrole, 'approver'::regrole, 'auditor'::regrole, 'dba'::regrole)
	   AND a.grantor <> a.grantee
	 ORDER BY 1));
is_deeply([ sort keys %called ], [ sort @granted ], 'each that is granted was called');

$node->stop;
done_testing();
