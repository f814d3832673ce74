# What does the server do to each relation when a statement runs, and what did
# safemig.effects() say that it would?
#
# The statements are in statements/*.sql. A file is read line by line:
#
#	-- setup                                  what stands before the cases that follow
#	-- case KEY, KEY: title [FLAG FLAG]       one statement, to the next such line
#
# A key is what the case shows: a subcommand of ALTER TABLE (AT_AddColumn), a node
# (IndexStmt) or a kind of object (OBJECT_VIEW); coverage() asks the server's own
# headers for those that no case has. Flags: since=17, before=17 for the versions
# that have it; outside, when it runs in no transaction block; truncates, when new
# storage only means that the rows are gone; plan, when whether it scans is for the
# planner to say; routes, when it is for the planner or the rows to say which of the
# partitions it locks; names, when minor releases differ in whether what the statement
# only names is locked, against its drop (15.18 does not, 15.20 does).
#
# Every case starts from a committed setup, in a session that holds nothing. The
# statement runs in a transaction; what it holds then is in pg_locks, what it wrote
# anew shows in pg_relation_filenode(), what it read in pg_stat_get_xact_numscans().
# Then it is taken back. One outside a transaction block runs in a second session, once
# against each of three locks on each table: what it then waits for is what it wants.
package Proof;

use strict;
use warnings FATAL => 'all';

use File::Basename qw(basename dirname);
use File::Spec;

my $statements = File::Spec->catdir(dirname(__FILE__), 'statements');

# weakest first, as the server numbers them
my @modes = qw(AccessShareLock RowShareLock RowExclusiveLock ShareUpdateExclusiveLock
  ShareLock ShareRowExclusiveLock ExclusiveLock AccessExclusiveLock);
my %strength = map { $modes[$_] => $_ + 1 } 0 .. $#modes;

# cases(VERSION, PATTERN): those for that major version whose file, keys, title
# or text match the pattern, in order.
sub cases
{
	my ($version, $pattern) = @_;
	my (@cases, $setup, $into);

	foreach my $file (sort glob(File::Spec->catfile($statements, '*.sql')))
	{
		my $room = basename($file, '.sql');
		undef $into;

		open(my $in, '<', $file) or die "$file: $!";
		while (my $line = <$in>)
		{
			if ($line =~ /^-- setup$/)
			{
				$setup = { text => '' };
				$into = $setup;
			}
			elsif ($line =~ /^-- case ([\w, ]+): (.*?)(?: \[([^\]]*)\])?$/)
			{
				my %flag = map { /^(\w+)(?:=(\d+))?$/ ? ($1, $2 // 1) : die "$file:$.: flag $_" } split ' ', $3 // '';

				$into = { room => $room, keys => [ split /, */, $1 ], title => $2, flag => \%flag, setup => $setup, text => '' };
				push @cases, $into;
			}
			elsif ($line =~ /^-- (?:case|setup)/)
			{
				die "$file:$.: not understood: $line";
			}
			elsif ($into)
			{
				$into->{text} .= $line;
			}
		}
		close $in;
	}
	foreach my $case (@cases)
	{
		$case->{text} =~ s/^\s+|\s+$//g;
		$case->{text} =~ s/^--.*\n//mg;
		$case->{name} = "$case->{room}: " . join(', ', @{ $case->{keys} }) . ": $case->{title}";
	}
	return grep {
			 $version >= ($_->{flag}{since} // 0)
		  && $version < ($_->{flag}{before} // 1000)
		  && (!defined $pattern || "$_->{name}\n$_->{text}" =~ /$pattern/i)
	} @cases;
}

# coverage(INCLUDE, CASES): what the server's headers list, that no case has as a key.
sub coverage
{
	my ($include, @cases) = @_;
	my %shown = map { $_ => 1 } map { @{ $_->{keys} } } @cases;
	my %left_out = left_out();
	my @known = (
		names_in("$include/nodes/parsenodes.h", qr/^typedef enum AlterTableType\b(.*?)^\} AlterTableType/ms, qr/\b(AT_\w+)/),
		names_in("$include/nodes/parsenodes.h", qr/^typedef enum ObjectType\b(.*?)^\} ObjectType/ms, qr/\b(OBJECT_\w+)/),
		names_in("$include/nodes/parsenodes.h", qr/(.*)/s, qr/^typedef struct (\w+Stmt)\s*$/m));
	my %known = map { $_ => 1 } @known;

	return (
		missing => [ grep { !$shown{$_} && !$left_out{$_} } @known ],
		needless => [ grep { $shown{$_} && $left_out{$_} } sort keys %left_out ],
		unknown => [ grep { !$known{$_} } sort keys %shown ]);
}

sub names_in
{
	my ($file, $part, $name) = @_;
	my %seen;

	open(my $in, '<', $file) or die "$file: $!";
	my $text = do { local $/; <$in> };
	close $in;
	$text =~ $part or die "$file has no such list";
	my $list = $1;
	$list =~ s{/\*.*?\*/}{}gs;
	return grep { !$seen{$_}++ } $list =~ /$name/g;
}

# What the headers list and no case can show, with the reason.
sub left_out
{
	my %why;
	my $reason;

	open(my $in, '<', File::Spec->catfile($statements, 'left_out')) or die "left_out: $!";
	while (my $line = <$in>)
	{
		$line =~ /^# (.*)/ ? ($reason = $1) : map { $why{$_} = $reason } split ' ', $line;
	}
	close $in;
	return %why;
}

# psql(DATABASE, SCRIPT, USER): what psql prints, as the server's superuser if no other is named.
sub psql
{
	my ($database, $script, $user) = @_;
	my $file = File::Spec->catfile($ENV{TMPDIR} // '/tmp', "proof.$$.sql");

	open(my $out, '>', $file) or die "$file: $!";
	print $out $script;
	close $out;
	local $ENV{PGOPTIONS} = '-c safemig.enforce=off -c client_min_messages=error';
	open(my $printed, '-|', 'sh', '-c', 'exec psql "$@" 2>&1 </dev/null', 'psql', '-XAtq', '-f', $file, '-d', $database, $user ? ('-U', $user) : ())
	  or die "psql: $!";
	my @lines = <$printed>;
	close $printed;
	unlink $file;
	chomp @lines;
	return @lines;
}

# prepare(DATABASE): what all setups share, and where a case notes what stands
# before it. The environment names the server, as always. The role proof owns all of
# every setup, so that DROP OWNED takes it away.
sub prepare
{
	my ($database) = @_;

	psql($database, <<'SQL');
	CREATE ROLE proof SUPERUSER LOGIN;
	CREATE ROLE proof_other;
	CREATE ROLE proof_leaver;
	SET allow_in_place_tablespaces = on;
	CREATE TABLESPACE proof_space LOCATION '';
SQL
	my @trouble = grep { /ERROR/ } psql($database, <<'SQL');
	DROP SCHEMA public CASCADE;
	CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
	CREATE ACCESS METHOD heap3 TYPE TABLE HANDLER heap_tableam_handler;
	CREATE SCHEMA proof;
	CREATE EXTENSION file_fdw SCHEMA proof;
	CREATE EXTENSION dblink SCHEMA proof;
	CREATE SERVER proof_files FOREIGN DATA WRAPPER file_fdw;
	CREATE TABLE proof.before (relation oid, identity text, kind text, storage oid, scans bigint, owner text, part boolean);
	CREATE TABLE proof.mode (strength int, mode text);

	-- every relation of the setup, as it stands
	CREATE FUNCTION proof.look() RETURNS void LANGUAGE sql AS $$
		TRUNCATE proof.before;
		INSERT INTO proof.before
			SELECT c.oid, (pg_identify_object('pg_class'::regclass, c.oid, 0)).identity, c.relkind,
				   pg_relation_filenode(c.oid), pg_stat_get_numscans(c.oid),
				   coalesce((pg_identify_object('pg_class'::regclass, i.indrelid, 0)).identity, ''), c.relispartition
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
			WHERE n.nspname !~ '^pg_|^safemig|^proof$|^information_schema$' AND c.relkind IN ('r', 'p', 'm', 'f', 'v', 'S', 'i', 'I');
	$$;

	-- the relation that an object is, or is a part of
	CREATE FUNCTION proof.relation_of(object text) RETURNS text LANGUAGE sql AS $$
		SELECT coalesce((SELECT identity FROM proof.before
						 WHERE object = identity OR starts_with(object, identity || '.') OR right(object, length(identity) + 4) = ' on ' || identity
						 ORDER BY object = identity DESC, length(identity) DESC LIMIT 1), object);
	$$;

	-- what this backend holds on each, and what became of it
	CREATE FUNCTION proof.seen() RETURNS TABLE (identity text, kind text, owner text, part boolean, lock text, rewritten boolean, scanned boolean)
	LANGUAGE sql AS $$
		SELECT b.identity, b.kind, b.owner, b.part, coalesce(l.lock, ''),
			   c.oid IS NOT NULL AND pg_relation_filenode(b.relation) IS DISTINCT FROM b.storage,
			   coalesce(pg_stat_get_xact_numscans(b.relation), 0) > 0
		FROM proof.before b
			 LEFT JOIN pg_class c ON c.oid = b.relation
			 LEFT JOIN (SELECT relation, (array_agg(m.mode ORDER BY m.strength DESC))[1] AS lock
						FROM pg_locks JOIN proof.mode m USING (mode)
						WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted GROUP BY relation) l
			 ON l.relation = b.relation
		ORDER BY b.identity;
	$$;

	-- the same for a statement that has run in another session
	CREATE FUNCTION proof.seen_elsewhere() RETURNS TABLE (identity text, kind text, owner text, part boolean, rewritten boolean, scanned boolean)
	LANGUAGE sql AS $$
		SELECT b.identity, b.kind, b.owner, b.part,
			   c.oid IS NOT NULL AND pg_relation_filenode(b.relation) IS DISTINCT FROM b.storage,
			   pg_stat_get_numscans(b.relation) > b.scans
		FROM proof.before b LEFT JOIN pg_class c ON c.oid = b.relation
		ORDER BY b.identity;
	$$;

	-- starts the statement in a second session and says which lock on the table it has to wait for
	-- while this one holds it in that mode; empty when it does not wait for the table
	CREATE FUNCTION proof.wanted(statement text, target text, hold text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		other int;
		want text;
	BEGIN
		SELECT pid INTO other FROM proof.dblink('other', 'SELECT pg_backend_pid()') AS (pid int);
		EXECUTE format('LOCK TABLE ONLY %s IN %s MODE', target, hold);
		PERFORM proof.dblink_send_query('other', statement);
		FOR i IN 1 .. 3000 LOOP
			SELECT CASE WHEN locktype = 'relation' AND relation = target::regclass THEN mode ELSE '' END INTO want
			FROM pg_locks WHERE pid = other AND NOT granted;
			EXIT WHEN FOUND OR proof.dblink_is_busy('other') = 0;
			PERFORM pg_sleep(0.002);
		END LOOP;
		RETURN coalesce(want, '');
	END
	$$;
SQL
	my $rows = join(",\n", map { "($strength{$_}, '$_')" } @modes);
	push @trouble, grep { /ERROR/ } psql($database, "INSERT INTO proof.mode (strength, mode) VALUES $rows");
	die join("\n", @trouble) if @trouble;
	return;
}

# One group of cases after another, as one script.
sub script
{
	my ($database, $predicts, @cases) = @_;
	my $stands = 0;
	my @parts = (<<SQL);
\\pset fieldsep '\\t'
\\set VERBOSITY terse
SET search_path = public, proof;
SQL

	foreach my $number (0 .. $#cases)
	{
		my $case = $cases[$number];
		my $text = $case->{text};

		if ($case->{setup} != $stands)
		{
			push @parts, setup($case->{setup});
			$stands = $case->{setup};
		}
		push @parts, "\\echo '\@case\\t'$number\n";
		push @parts, <<SQL if $predicts;
SELECT proof.look();
SELECT '\@effect', proof.relation_of(object), coalesce(lock, ''), coalesce(rewrites, false), coalesce(scans, false), action FROM safemig.effects(\$proof\$$text\$proof\$);
\\if :ERROR
\\echo '\@error\\teffects(): ':LAST_ERROR_MESSAGE
\\endif
SQL
		if ($case->{flag}{outside})
		{
			push @parts, outside($database, $case);
			$stands = 0;
		}
		else
		{
			push @parts, <<SQL;
SELECT proof.look();
SELECT pg_stat_force_next_flush();
BEGIN;
$text
\\if :ERROR
\\echo '\@error\\t':LAST_ERROR_MESSAGE
\\endif
SELECT '\@seen', * FROM proof.seen();
ROLLBACK;
SQL
		}
	}
	return join('', @parts);
}

sub setup
{
	my ($setup) = @_;

	return <<SQL;
\\echo \@setup
RESET timezone;
DROP OWNED BY proof CASCADE;
CREATE SCHEMA public;
$setup->{text}
\\echo \@ready
SQL
}

# Each table of the setup in turn, so that no wait hides behind another; and behind
# locks of several strengths, since many statements begin with a weak one.
sub outside
{
	my ($database, $case) = @_;
	my $again = setup($case->{setup});
	# CONCURRENTLY waits for whoever has a snapshot: so it is never waited for inside one statement.
	my $patience = join('', map { "SELECT pg_sleep($_) WHERE proof.dblink_is_busy('other') = 1 \\g /dev/null\n" } (0.01) x 40, (0.2) x 40)
	  . "SELECT proof.dblink_cancel_query('other') WHERE proof.dblink_is_busy('other') = 1 \\g /dev/null\n";
	my @parts;
	my $tables = $case->{setup}{text};
	my %seen;

	foreach my $table (grep { !$seen{$_}++ } $tables =~ /CREATE TABLE (\w+)/g)
	{
		foreach my $hold ('ACCESS EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE', 'ACCESS SHARE')
		{
			push @parts, $again, <<SQL;
SELECT pg_stat_force_next_flush();
SELECT proof.look();
SELECT proof.dblink_connect('other', 'host=$ENV{PGHOST} port=$ENV{PGPORT} dbname=$database user=proof options=''-c safemig.enforce=off -c search_path=public''')  \\g /dev/null
SELECT '\@wanted', 'public.$table', proof.wanted(\$proof\$$case->{text}\$proof\$, 'public.$table', '$hold');
\\if :ERROR
\\echo '\@error\\t':LAST_ERROR_MESSAGE
\\endif
$patience
SELECT * FROM proof.dblink_get_result('other') AS (result text) \\g /dev/null
\\if :ERROR
\\echo '\@error\\t':LAST_ERROR_MESSAGE
\\endif
SELECT * FROM proof.dblink_get_result('other') AS (result text) \\g /dev/null
SELECT * FROM proof.dblink('other', 'SELECT pg_stat_force_next_flush()::text') AS (result text) \\g /dev/null
SELECT proof.dblink_disconnect('other') \\g /dev/null
SQL
		}
	}
	return join('', @parts) . "SELECT '\@after', * FROM proof.seen_elsewhere();\n";
}

# observe(DATABASE, PREDICTS, CASES): runs them; each case gets
# {seen}{identity} = {kind, lock, rewritten, scanned}, {said}{identity} = {lock, rewrites, scans}
# and {error}, a list.
sub observe
{
	my ($database, $predicts, @cases) = @_;
	my $case;
	my $script = script($database, $predicts, @cases);
	my @script = split /\n/, $script;
	my $stray = [];

	foreach my $line (psql($database, $script, 'proof'))
	{
		my ($tag, @part) = split /\t/, $line, -1;

		if ($line =~ /^psql:\S+:(\d+): ERROR:/)
		{
			# psql prints errors when they come and the rest in blocks: only the number of the
			# line says whose it is. A case reports its own.
			my $at = $1 - 1;

			$at-- while $at > 0 && $script[$at] !~ /^\\echo @(setup|ready)/;
			push @$stray, $line if $script[$at] =~ /setup/;
		}
		elsif (($tag // '') eq '@case')
		{
			$case = $cases[ $part[0] ];
			@$case{qw(seen said error)} = ({}, {}, []);
		}
		elsif (!$case || !defined $tag)
		{
			next;
		}
		elsif ($tag eq '@error')
		{
			push @{ $case->{error} }, $part[0];
		}
		elsif ($tag eq '@effect')
		{
			my $said = $case->{said}{ relation_of($part[0]) } //= { lock => '', rewrites => 0, scans => 0 };

			$said->{lock} = stronger($said->{lock}, $part[1]);
			$said->{rewrites} ||= $part[2] eq 't';
			$said->{scans} ||= $part[3] eq 't';
			push @{ $said->{actions} }, $part[4];
		}
		elsif ($tag eq '@seen')
		{
			$case->{seen}{ $part[0] } =
			  { kind => $part[1], owner => $part[2], part => $part[3] eq 't', lock => $part[4], rewritten => $part[5] eq 't', scanned => $part[6] eq 't' };
		}
		elsif ($tag eq '@wanted')
		{
			$case->{wanted}{ $part[0] } = stronger($case->{wanted}{ $part[0] } // '', $part[1]);
		}
		elsif ($tag eq '@after')
		{
			$case->{seen}{ $part[0] } = {
				kind => $part[1],
				owner => $part[2],
				part => $part[3] eq 't',
				lock => $case->{wanted}{ $part[0] } // '',
				rewritten => $part[4] eq 't',
				scanned => $part[5] eq 't'
			};
		}
	}
	return $stray;
}

# The relation itself, or that of a part: public.t.column, for public.t.column, constraint on public.t.
sub relation_of
{
	my ($object) = @_;

	$object =~ s/^for //;
	return $1 if $object =~ / on (\S+)$/;
	return $1 if $object =~ /^(\w+\.\w+)\.\w+$/;
	return $object;
}

sub stronger
{
	my ($one, $other) = @_;

	return ($strength{$other} // 0) > ($strength{$one} // 0) ? $other : $one;
}

# differences(CASE): where the prediction is wrong, as a list of
# {what => lock, rewrite or scan, relation, said, seen}; and how many comparisons were right.
sub differences
{
	my ($case) = @_;
	my (@wrong, %right);
	my %relations = %{ $case->{seen} // {} };
	my $nothing = { lock => '', rewrites => 0, scans => 0 };

	foreach my $relation (sort keys %relations)
	{
		my $seen = $case->{seen}{$relation};
		my $said = $case->{said}{$relation} // $nothing;
		my $rows = $seen->{kind} =~ /^[rm]$/;
		my $compare_lock = !$case->{flag}{outside} || exists $case->{wanted}{$relation};
		my @pairs;

		$compare_lock = 0 if $case->{flag}{routes} && $seen->{part} && ($said->{lock} eq '' || $seen->{lock} eq '');

		$compare_lock = 0 if $case->{flag}{names} && stronger('AccessShareLock', $seen->{lock}) eq stronger('AccessShareLock', $said->{lock});

		# An index is reached through its table: its lock says something only when it is the stronger.
		if ($seen->{owner} ne '')
		{
			my $table = ($case->{seen}{ $seen->{owner} } // $nothing)->{lock};

			$compare_lock = 0 if stronger($table, $seen->{lock}) eq $table && stronger($table, $said->{lock}) eq $table;
			$compare_lock = 0 if stronger('RowExclusiveLock', $seen->{lock}) eq stronger('RowExclusiveLock', $said->{lock});
		}
		push @pairs, [ 'lock', $said->{lock}, $seen->{lock} ] if $compare_lock;
		push @pairs, [ 'rewrite', $said->{rewrites}, $seen->{rewritten} && !$case->{flag}{truncates} ] if $rows;
		# New storage is read again when its indexes are built: that says nothing of its own.
		push @pairs, [ 'scan', $said->{scans}, $seen->{scanned} ] if $rows && !$case->{flag}{plan} && !$seen->{rewritten};
		foreach my $pair (@pairs)
		{
			my ($what, $one, $other) = @$pair;
			my $same = $what eq 'lock' ? $one eq $other : !$one == !$other;

			if ($same)
			{
				$right{$what}++ if $one || $other;
			}
			else
			{
				push @wrong, { what => $what, relation => $relation, said => ($one eq 1 ? 'yes' : $one) || 'no', seen => ($other eq 1 ? 'yes' : $other) || 'no' };
			}
		}
	}
	return (\@wrong, \%right);
}

# describe(CASE, PREDICTED): lines for a reader.
sub describe
{
	my ($case, $predicted) = @_;
	my @lines = ("== $case->{name}", map { "   $_" } split /\n/, $case->{text});

	push @lines, map { "   ERROR $_" } @{ $case->{error} // ['not run'] };
	foreach my $relation (sort keys %{ $case->{seen} // {} })
	{
		my $seen = $case->{seen}{$relation};
		my $said = $case->{said}{$relation};
		my $line = sprintf('     %s %-28s %-24s %-9s %-5s', $seen->{kind}, $relation, $seen->{lock},
			$seen->{rewritten} ? ($seen->{kind} =~ /[iI]/ ? 'rebuilt' : $seen->{kind} eq 'S' || $case->{flag}{truncates} ? 'new file' : 'rewritten') : '',
			$seen->{scanned} ? 'scan' : '');

		next if !$said && $line !~ /Lock|rewr|rebu|scan|new/;
		$line .= sprintf('| %-24s %-9s %-5s %s', $said->{lock}, $said->{rewrites} ? 'rewritten' : '', $said->{scans} ? 'scan' : '',
			join(', ', @{ $said->{actions} // [] })) if $said;
		$line =~ s/ +$//;
		push @lines, $line;
	}
	my ($wrong) = $predicted ? differences($case) : ([]);
	push @lines, map { "   WRONG $_->{what} of $_->{relation}: said $_->{said}, seen $_->{seen}" } @$wrong;
	return @lines;
}

1;
