# Random schemas with every kind of thing that hangs on a table, and random
# statements that destroy some of it.  All from perl's own random numbers: the
# same seed makes the same schema.

package Generator;

use strict;
use warnings;

# Each kind of statement, with the mechanism that keeps what it destroys.
our %mechanism = (
	'drop table' => 'moved',
	'drop tables' => 'moved',
	'drop partition' => 'moved',
	'drop sequence' => 'moved',
	'drop matview' => 'moved',
	'drop foreign table' => 'moved',
	'drop view' => 'definition',
	'drop function' => 'definition',
	'drop type' => 'definition',
	'drop schema' => 'definition',
	'drop index' => 'definition',
	'drop constraint' => 'definition',
	'drop trigger' => 'definition',
	'drop policy' => 'definition',
	'drop rule' => 'definition',
	'drop statistics' => 'definition',
	'drop publication' => 'definition',
	'drop default' => 'definition',
	'drop not null' => 'definition',
	'replace view' => 'definition',
	'replace function' => 'definition',
	'truncate' => 'storage',
	'drop column' => 'column',
	'alter type' => 'copy',);

sub new
{
	my ($class) = @_;
	return bless { sql => [], n => 0, map { $_ => [] } qw(table part view matview sequence function
		  type index constraint trigger policy rule statistics publication foreign) }, $class;
}

sub pick { return $_[ int(rand(@_)) ]; }
sub maybe { return rand() < $_[0]; }
sub say_sql { my ($self, @sql) = @_; push @{ $self->{sql} }, @sql; return; }

# Now and then one that has to be quoted.
sub name
{
	my ($self, $kind) = @_;
	my $n = ++$self->{n};
	my $odd = pick('%{1}', q(it's), 'Two Words', 'q""q', '%s', 'x' x 50);
	return maybe(0.12) ? qq("$kind$n $odd") : "$kind$n";
}

sub schema { return pick('r_one', 'r_one', 'r_two'); }

my %values = (
	integer => 'g', bigint => 'g::bigint * 1000000000', text => q('t' || g), numeric => 'g / 7.0',
	'varchar(40)' => q('v' || g % 5), date => q(date '2020-01-01' + g),
	timestamptz => q(timestamptz '2020-01-01 00:00+00' + g * interval '1 hour'),
	jsonb => q(jsonb_build_object('k', g)), 'integer[]' => 'ARRAY[g, g + 1]', boolean => 'g % 2 = 0',
	bytea => q(decode(md5(g::text), 'hex')), point => 'point(g, g)', int4range => 'int4range(g * 10, g * 10 + 5)',
	tsvector => q(to_tsvector('simple', 'word' || g)), inet => q(('10.0.0.' || g % 250)::inet), uuid => q(md5(g::text)::uuid),);

sub types
{
	my ($self) = @_;
	my $enum = schema() . '.' . $self->name('enum');
	my $domain = schema() . '.' . $self->name('domain');
	my $pair = schema() . '.' . $self->name('pair');
	$self->say_sql("CREATE TYPE $enum AS ENUM ('a', 'b', 'it''s')",
		"CREATE DOMAIN $domain AS integer DEFAULT 3 CHECK (VALUE >= 0)",
		"CREATE TYPE $pair AS (x integer, y text)",
		"COMMENT ON TYPE $enum IS 'letters'");
	$self->{value} = { %values, $enum => "(ARRAY['a','b'])[1 + g % 2]::$enum", $domain => "g::$domain",
		$pair => "ROW(g, 'y')::$pair" };
	$self->{pair} = $pair;
	push @{ $self->{type} }, "TYPE $enum", "DOMAIN $domain", "TYPE $pair";
	for my $what ('trigger', 'number', 'words')
	{
		my $f = schema() . '.' . $self->name("f_$what");
		$self->{"f_$what"} = $f;
		push @{ $self->{function} }, "$f(" . ($what eq 'trigger' ? '' : 'integer') . ')';
	}
	$self->say_sql("CREATE FUNCTION $self->{f_trigger}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(NEW, OLD); END'",
		"CREATE FUNCTION $self->{f_number}(integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT \$1 + 1'",
		"CREATE FUNCTION $self->{f_words}(integer) RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT 'w' || \$1; END",
		"GRANT EXECUTE ON FUNCTION $self->{f_words}(integer) TO regress_undo_b");
	for (1 .. 1 + rand 2)
	{
		my $s = schema() . '.' . $self->name('seq');
		$self->say_sql("CREATE SEQUENCE $s INCREMENT " . pick(1, 5) . pick('', ' CYCLE MAXVALUE 1000'), 'SELECT nextval(' . literal($s) . '), nextval(' . literal($s) . ')');
		push @{ $self->{sequence} }, $s;
	}
	return;
}

# What is gone would be made by CREATE OR REPLACE, and stand in the way of what comes back.
sub if_there { my ($there, $statement) = @_; return 'SELECT ' . literal($statement) . " WHERE $there IS NOT NULL \\gexec"; }

sub literal { my ($text) = @_; $text =~ s/'/''/g; return "'$text'"; }

# One table: its columns, constraints, rows, and what hangs on it.
sub table
{
	my ($self, $way) = @_;
	my $short = $self->name('t');
	my $t = schema() . ".$short";
	my @type = sort keys %{ $self->{value} };
	my $unlogged = maybe(0.1) ? 'UNLOGGED ' : '';
	my %table = (name => $t, columns => [], way => $way, unlogged => $unlogged ne '');
	my @parts = ($way eq 'serial' ? 'id serial PRIMARY KEY' : $way eq 'identity' ? 'id integer GENERATED ' . pick('ALWAYS', 'BY DEFAULT') . ' AS IDENTITY PRIMARY KEY'
		: $way eq 'pair' ? 'id integer, id2 integer, PRIMARY KEY (id, id2) INCLUDE (id)' =~ s/ INCLUDE \(id\)//r : 'id integer');

	for (1 .. 2 + rand 5)
	{
		my $type = pick(@type);
		my $c = $self->name('c');
		my $extra = $type =~ /^(integer|bigint)$/ && maybe(0.2) ? ' DEFAULT ' . pick(7, 'nextval(' . literal(pick(@{ $self->{sequence} })) . ')')
		  : $type eq 'text' && maybe(0.3) ? " DEFAULT '%{5} it''s' COLLATE \"C\"" : '';
		$extra .= ' NOT NULL' if maybe(0.2);
		$extra .= " CHECK ($c <> 'no')" if $type eq 'text' && maybe(0.3);
		$extra .= " CONSTRAINT " . $self->name('ck') . " CHECK ($c >= 0)" if $type eq 'integer' && maybe(0.4);
		push @parts, "$c $type$extra";
		push @{ $table{columns} }, [ $c, $type ];
	}
	push @parts, "gen integer GENERATED ALWAYS AS (id * 2) STORED" if maybe(0.3);
	$self->say_sql("CREATE ${unlogged}TABLE $t (" . join(', ', @parts) . ')' . pick('', ' WITH (fillfactor = 70)', ' WITH (autovacuum_enabled = off)'));
	$table{key} = $way eq 'serial' || $way eq 'identity';
	push @{ $self->{table} }, \%table;
	$self->rows(\%table, 5 + int rand 60);
	$self->indexes(\%table);
	$self->hangers(\%table);
	return \%table;
}

sub rows
{
	my ($self, $table, $count) = @_;
	my @names = ('id', ($table->{way} eq 'pair' ? 'id2' : ()), map { $_->[0] } @{ $table->{columns} });
	my @exprs = ('g', ($table->{way} eq 'pair' ? 'g % 3' : ()), map { $self->{value}{ $_->[1] } } @{ $table->{columns} });
	my $overriding = $table->{way} eq 'identity' ? 'OVERRIDING SYSTEM VALUE' : '';
	$self->say_sql("INSERT INTO $table->{name} (" . join(', ', @names) . ") $overriding SELECT " . join(', ', @exprs) . " FROM generate_series(1, $count) g");
	my ($text) = grep { $_->[1] eq 'text' } @{ $table->{columns} };
	$self->say_sql("UPDATE $table->{name} SET $text->[0] = (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 400) n) WHERE id = 2") if $text;
	$self->say_sql("DELETE FROM $table->{name} WHERE id = 3") if maybe(0.3);
	return;
}

sub indexes
{
	my ($self, $table) = @_;
	my %am = ('integer[]' => 'gin', jsonb => 'gin', tsvector => 'gin', point => 'gist', int4range => 'gist', inet => 'spgist', date => 'brin', text => 'hash', bytea => 'hash');
	for my $column (@{ $table->{columns} })
	{
		my ($c, $type) = @$column;
		next if maybe(0.5) || $type eq $self->{pair};
		my $i = $self->name('i');
		my $am = $am{$type} || 'btree';
		my $what = $type eq 'integer' && maybe(0.4) ? "$self->{f_number}($c)" : $c;
		$self->say_sql("CREATE INDEX $i ON $table->{name} USING $am ($what" . ($am eq 'btree' ? pick('', ' DESC NULLS LAST') : '') . ')'
			  . ($am eq 'btree' && maybe(0.3) ? ' INCLUDE (id)' : '') . (maybe(0.2) ? ' WHERE id > 1' : ''));
		my $schema = $table->{name} =~ s/\..*//rs;
		$self->say_sql("COMMENT ON INDEX $schema.$i IS 'i'") if maybe(0.2);
		push @{ $self->{index} }, "$schema.$i";
	}
	if (my ($range) = grep { $_->[1] eq 'int4range' } @{ $table->{columns} })
	{
		my $x = $self->name('x');
		$self->say_sql("ALTER TABLE $table->{name} ADD CONSTRAINT $x EXCLUDE USING gist ($range->[0] WITH &&)" . pick('', ' DEFERRABLE'));
		push @{ $self->{constraint} }, "$table->{name} DROP CONSTRAINT $x";
	}
	if (my ($u) = grep { $_->[1] =~ /^(uuid|bigint|timestamptz)$/ } @{ $table->{columns} })
	{
		my $x = $self->name('u');
		$self->say_sql("ALTER TABLE $table->{name} ADD CONSTRAINT $x UNIQUE ($u->[0])" . pick('', ' DEFERRABLE INITIALLY DEFERRED'), "COMMENT ON CONSTRAINT $x ON $table->{name} IS 'once'");
		push @{ $self->{constraint} }, "$table->{name} DROP CONSTRAINT $x";
	}
	return;
}

# Triggers, policies, rules, grants, comments, statistics, owners.
sub hangers
{
	my ($self, $table) = @_;
	my $t = $table->{name};
	my $c = $table->{columns}[0][0];
	my ($trigger, $policy, $rule) = map { $self->name($_) } qw(tg p rl);

	if (maybe(0.4))
	{
		$self->say_sql("CREATE TRIGGER $trigger " . pick('BEFORE INSERT OR UPDATE', "AFTER UPDATE OF $c", 'AFTER DELETE') . " ON $t FOR EACH ROW EXECUTE FUNCTION $self->{f_trigger}()");
		$self->say_sql("ALTER TABLE $t " . pick('DISABLE', 'ENABLE ALWAYS', 'ENABLE REPLICA') . " TRIGGER $trigger") if maybe(0.3);
		$self->say_sql("COMMENT ON TRIGGER $trigger ON $t IS 'tg'") if maybe(0.3);
		push @{ $self->{trigger} }, "$trigger ON $t";
	}
	if (maybe(0.3))
	{
		my $other = @{ $self->{table} } > 1 ? pick(@{ $self->{table} })->{name} : $t;
		$self->say_sql("CREATE POLICY $policy ON $t " . pick('', 'AS RESTRICTIVE ') . 'TO ' . pick('PUBLIC', 'regress_undo_a, regress_undo_b') . ' USING (' . pick('id > 1', "EXISTS (SELECT FROM $other o WHERE o.id = 1)") . ')',
			"ALTER TABLE $t " . pick('ENABLE', 'FORCE') . ' ROW LEVEL SECURITY');
		push @{ $self->{policy} }, "$policy ON $t";
	}
	if (maybe(0.15))
	{
		$self->say_sql("CREATE RULE $rule AS ON DELETE TO $t " . pick('DO ALSO NOTIFY x', 'WHERE OLD.id = -1 DO INSTEAD NOTHING'));
		push @{ $self->{rule} }, "$rule ON $t";
	}
	$self->say_sql("GRANT SELECT, UPDATE ON $t TO regress_undo_a WITH GRANT OPTION") if maybe(0.4);
	$self->say_sql("GRANT UPDATE ($c), SELECT (id) ON $t TO regress_undo_b") if maybe(0.3);
	$self->say_sql("GRANT SELECT ON $t TO PUBLIC") if maybe(0.2);
	$self->say_sql("COMMENT ON TABLE $t IS '%{3} it''s'", "COMMENT ON COLUMN $t.$c IS 'first'") if maybe(0.3);
	$self->say_sql("ALTER TABLE $t ALTER $c SET STATISTICS 77") if maybe(0.2);
	$self->say_sql("ALTER TABLE $t REPLICA IDENTITY FULL") if maybe(0.1);
	if (maybe(0.3) && grep { $_->[1] =~ /^(integer|date|uuid|bigint)$/ } @{ $table->{columns} })
	{
		my ($s) = grep { $_->[1] =~ /^(integer|date|uuid|bigint)$/ } @{ $table->{columns} };
		my $st = schema() . '.' . $self->name('st');
		$self->say_sql("CREATE STATISTICS $st ON id, $s->[0] FROM $t", "COMMENT ON STATISTICS $st IS 'st'", "ANALYZE $t");
		push @{ $self->{statistics} }, $st;
	}
	$self->say_sql("ALTER TABLE $t OWNER TO regress_undo_a") if maybe(0.4);
	return;
}

sub partitions
{
	my ($self) = @_;
	my ($t, $d) = (schema() . '.' . $self->name('pt'), $self->name('pd'));
	my ($by, @bounds) = @{ pick([ 'RANGE (id)', 'FROM (MINVALUE) TO (20)', 'FROM (20) TO (40)', 'FROM (40) TO (100)' ],
		[ 'LIST ((id % 3))', 'IN (0)', 'IN (1)', 'IN (2)' ], [ 'HASH (id)', 'WITH (MODULUS 3, REMAINDER 0)', 'WITH (MODULUS 3, REMAINDER 1)', 'WITH (MODULUS 3, REMAINDER 2)' ]) };
	my $key = $by =~ /LIST/ ? '' : ' PRIMARY KEY';
	$self->say_sql("CREATE TABLE $t (id integer$key, k text DEFAULT 'x', ck integer CHECK (ck > 0)) PARTITION BY $by");
	my @parts;
	for my $bound (@bounds)
	{
		my $p = schema() . '.' . $self->name('pa');
		my $sub = maybe(0.25);
		$self->say_sql("CREATE TABLE $p PARTITION OF $t FOR VALUES $bound" . ($sub ? ' PARTITION BY ' . ($key ? 'RANGE (id)' : 'LIST (k)') : ''));
		if ($sub)
		{
			my $leaf = schema() . '.' . $self->name('pl');
			$self->say_sql("CREATE TABLE $leaf PARTITION OF $p DEFAULT");
			push @parts, $leaf;
		}
		push @parts, $p;
	}
	if ($by !~ /HASH/ && maybe(0.4))
	{
		$self->say_sql("CREATE TABLE r_one.$d PARTITION OF $t DEFAULT");
		push @parts, "r_one.$d";
	}
	$self->say_sql("CREATE INDEX ON $t (k)", "INSERT INTO $t SELECT g, 'k' || g % 3, g FROM generate_series(1, 60) g");
	$self->say_sql('CREATE TRIGGER ' . $self->name('tg') . " AFTER INSERT ON $t FOR EACH ROW EXECUTE FUNCTION $self->{f_trigger}()") if maybe(0.4);
	$self->say_sql("GRANT SELECT ON $t TO regress_undo_b") if maybe(0.4);
	my %table = (name => $t, columns => [ [ 'k', 'text' ] ], key => $key ne '', way => 'partitioned');
	push @{ $self->{table} }, \%table;
	push @{ $self->{part} }, @parts;
	return;
}

sub inheritance
{
	my ($self) = @_;
	my ($a, $b, $c, $d) = map { schema() . '.' . $self->name("h_$_") } qw(a b c d);
	$self->say_sql("CREATE TABLE $a (id integer, x integer CHECK (x > 0))", "CREATE TABLE $b (y text, x integer) INHERITS ($a)",
		"CREATE TABLE $c (z text) INHERITS ($a)", "CREATE TABLE $d () INHERITS ($c, $b)");
	for my $t ($a, $b, $c, $d)
	{
		$self->say_sql("INSERT INTO $t (id, x) SELECT g, g FROM generate_series(1, 4) g");
		push @{ $self->{table} }, { name => $t, columns => [ [ 'x', 'integer' ] ], way => 'inherits' };
	}
	return;
}

sub keys_between
{
	my ($self) = @_;
	my @logged = grep { !$_->{unlogged} && $_->{way} ne 'inherits' } @{ $self->{table} };
	my @keyed = grep { $_->{key} } @logged;
	return if !@keyed;
	for (1 .. 1 + rand 4)
	{
		my ($from, $to) = (pick(@logged), pick(@keyed));
		my ($c, $f) = ($self->name('r'), $self->name('fk'));
		$self->say_sql("ALTER TABLE $from->{name} ADD COLUMN $c integer");
		$self->say_sql("UPDATE $from->{name} SET $c = (SELECT min(id) FROM $to->{name}) WHERE id < 9");
		$self->say_sql("ALTER TABLE $from->{name} ADD CONSTRAINT $f FOREIGN KEY ($c) REFERENCES $to->{name}" . pick('', ' ON DELETE CASCADE', ' ON DELETE SET NULL ON UPDATE CASCADE') . pick('', ' DEFERRABLE', ' DEFERRABLE INITIALLY DEFERRED'));
		$self->say_sql("COMMENT ON CONSTRAINT $f ON $from->{name} IS 'to'") if maybe(0.3);
		push @{ $self->{constraint} }, "$from->{name} DROP CONSTRAINT $f";
	}
	return;
}

sub views
{
	my ($self) = @_;
	my @base = map { $_->{name} } @{ $self->{table} };
	my @plain;
	for (1 .. 1 + rand 4)
	{
		my $v = schema() . '.' . $self->name('v');
		my ($a, $b) = (pick(@base, @{ $self->{view} }), pick(@base));
		$self->say_sql("CREATE VIEW $v AS SELECT a.id, $self->{f_words}(a.id) AS w FROM $a a" . (maybe(0.5) ? " JOIN $b b ON b.id = a.id" : ' WHERE a.id > 0'));
		$self->say_sql("GRANT SELECT ON $v TO regress_undo_b") if maybe(0.4);
		$self->say_sql("COMMENT ON VIEW $v IS 'v'") if maybe(0.3);
		my $given = maybe(0.3);
		$self->say_sql("ALTER VIEW $v OWNER TO regress_undo_a") if $given;
		push @{ $self->{view} }, $v;
		# what a view reads with rights of its own might not be readable
		push @plain, $v if !$given && !grep { $a eq $_ } @{ $self->{view} };
	}
	if (maybe(0.6))
	{
		my $m = schema() . '.' . $self->name('m');
		$self->say_sql("CREATE MATERIALIZED VIEW $m AS SELECT id, count(*) AS n FROM " . pick(@base, @plain) . ' GROUP BY id', 'CREATE UNIQUE INDEX ' . $self->name('mi') . " ON $m (id)");
		push @{ $self->{matview} }, $m;
	}
	return;
}

sub rest
{
	my ($self) = @_;
	if (maybe(0.4))
	{
		my $p = $self->name('pub');
		my ($t) = grep { $_->{way} =~ /serial|identity/ && !$_->{unlogged} } @{ $self->{table} };
		$self->say_sql("CREATE PUBLICATION $p FOR TABLE $t->{name}" . pick('', ' (id)', ' WHERE (id > 1)')) if $t;
		push @{ $self->{publication} }, $p if $t && $self->{sql}[-1] =~ /PUBLICATION/;
	}
	$self->say_sql('CREATE PUBLICATION ' . $self->name('pubs') . ' FOR TABLES IN SCHEMA r_two') if maybe(0.2);
	if (maybe(0.3))
	{
		my $f = schema() . '.' . $self->name('far');
		$self->say_sql("CREATE FOREIGN TABLE $f (id integer OPTIONS (a 'b'), x text) SERVER regress_undo_nowhere");
		push @{ $self->{foreign} }, $f;
	}
	if (maybe(0.3))
	{
		my $t = schema() . '.' . $self->name('typed');
		$self->say_sql("CREATE TABLE $t OF $self->{pair}", "INSERT INTO $t VALUES (1, 'x')");
		push @{ $self->{table} }, { name => $t, columns => [], way => 'typed' };
	}
	if (maybe(0.3))
	{
		my $t = schema() . '.' . $self->name('whole');
		my $row = pick(@{ $self->{table} })->{name};
		$self->say_sql("CREATE TABLE $t (id integer, w $row)", "INSERT INTO $t SELECT 1, r FROM $row r LIMIT 2");
		push @{ $self->{table} }, { name => $t, columns => [], way => 'rowtype' };
	}
	return;
}

sub make
{
	my ($self) = @_;
	$self->say_sql('CREATE SCHEMA r_one', 'CREATE SCHEMA r_two', 'GRANT ALL ON SCHEMA r_one, r_two TO regress_undo_a', 'GRANT USAGE ON SCHEMA r_two TO regress_undo_b');
	$self->types;
	$self->table(pick('serial', 'identity', 'pair', 'none')) for 1 .. 2 + rand 4;
	$self->partitions if maybe(0.5);
	$self->inheritance if maybe(0.3);
	$self->keys_between;
	$self->views;
	$self->rest;
	return;
}

# A statement of that kind, or nothing when there is no such thing.
sub statement
{
	my ($self, $kind) = @_;
	my $cascade = maybe(0.75) ? ' CASCADE' : '';
	my @tables = map { $_->{name} } @{ $self->{table} };
	my $column = sub {
		my $t = pick(grep { @{ $_->{columns} } } @{ $self->{table} });
		return ($t->{name}, @{ pick(@{ $t->{columns} }) });
	};
	my %make = (
		'drop table' => sub { 'DROP TABLE ' . pick(@tables) . $cascade },
		'drop tables' => sub { my %set = map { pick(@tables) => 1 } 1 .. 3; 'DROP TABLE ' . join(', ', sort keys %set) . $cascade },
		'drop partition' => sub { 'DROP TABLE ' . pick(@{ $self->{part} }) . $cascade },
		'drop sequence' => sub { 'DROP SEQUENCE ' . pick(@{ $self->{sequence} }) . $cascade },
		'drop matview' => sub { 'DROP MATERIALIZED VIEW ' . pick(@{ $self->{matview} }) . $cascade },
		'drop foreign table' => sub { 'DROP FOREIGN TABLE ' . pick(@{ $self->{foreign} }) . $cascade },
		'drop view' => sub { 'DROP VIEW ' . pick(@{ $self->{view} }) . $cascade },
		'drop function' => sub { 'DROP FUNCTION ' . pick(@{ $self->{function} }) . $cascade },
		'drop type' => sub { 'DROP ' . pick(@{ $self->{type} }) . $cascade },
		'drop schema' => sub { 'DROP SCHEMA ' . schema() . ' CASCADE' },
		'drop index' => sub { 'DROP INDEX ' . pick(@{ $self->{index} }) . $cascade },
		'drop constraint' => sub { 'ALTER TABLE ' . pick(@{ $self->{constraint} }) . $cascade },
		'drop trigger' => sub { 'DROP TRIGGER ' . pick(@{ $self->{trigger} }) },
		'drop policy' => sub { 'DROP POLICY ' . pick(@{ $self->{policy} }) },
		'drop rule' => sub { 'DROP RULE ' . pick(@{ $self->{rule} }) },
		'drop statistics' => sub { 'DROP STATISTICS ' . pick(@{ $self->{statistics} }) },
		'drop publication' => sub { 'DROP PUBLICATION ' . pick(@{ $self->{publication} }) },
		'drop default' => sub { my ($t, $c) = $column->(); "ALTER TABLE $t ALTER COLUMN $c DROP DEFAULT" },
		'drop not null' => sub { my ($t, $c) = $column->(); "ALTER TABLE $t ALTER COLUMN $c DROP NOT NULL" },
		'replace view' => sub { my $v = pick(@{ $self->{view} }); if_there("to_regclass(" . literal($v) . ")", "CREATE OR REPLACE VIEW $v AS SELECT 1 AS id, 'new'::text AS w") },
		'replace function' => sub { my $f = "$self->{f_number}(integer)"; if_there("to_regprocedure(" . literal($f) . ")", "CREATE OR REPLACE FUNCTION $f RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT \$1 + 2'") },
		'truncate' => sub { 'TRUNCATE ' . pick(@tables, @{ $self->{part} }) . pick('', ' RESTART IDENTITY') . $cascade },
		'drop column' => sub { my ($t, $c) = $column->(); "ALTER TABLE $t DROP COLUMN $c$cascade" },
		'alter type' => sub { my ($t, $c, $type) = $column->(); "ALTER TABLE $t ALTER COLUMN $c TYPE " . ($type eq 'text' ? "integer USING length($c)" : "text USING left($c\::text, 2)") },);
	my %from = ('drop partition' => 'part', 'drop sequence' => 'sequence', 'drop matview' => 'matview', 'drop foreign table' => 'foreign', 'drop view' => 'view', 'replace view' => 'view',
		map { ("drop $_" => $_) } qw(index constraint trigger policy rule statistics publication));
	return if $from{$kind} && !@{ $self->{ $from{$kind} } };
	return $make{$kind}->();
}

1;
