# What is kept as statements comes back as it was: a dump before the drop and one
# after undrop are the same text, for each kind of object, one by one and by CASCADE.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "wal_level = logical\nshared_preload_libraries = 'safemig'");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE zoo');
$node->safe_psql('postgres', q{CREATE ROLE keeper SUPERUSER; CREATE ROLE "the owner"; CREATE ROLE reader; CREATE ROLE helper});

sub sql { return $node->safe_psql('zoo', $_[0]) }

sql(q{CREATE EXTENSION safemig; SELECT safemig.set('data', 'allow'); SELECT safemig.set('contract', 'allow')});

# ---------- one of each ----------

sql(<<'SQL');
	CREATE EXTENSION IF NOT EXISTS plpgsql;
	CREATE SCHEMA zoo;
	GRANT USAGE ON SCHEMA zoo TO reader;
	CREATE SCHEMA "odd Schema" AUTHORIZATION "the owner";
	COMMENT ON SCHEMA "odd Schema" IS 'it''s odd %{1} %{{ and %{name}';
	GRANT USAGE ON SCHEMA "odd Schema" TO reader WITH GRANT OPTION;
	SET ROLE reader; GRANT USAGE ON SCHEMA "odd Schema" TO helper; RESET ROLE;
	ALTER DEFAULT PRIVILEGES FOR ROLE "the owner" IN SCHEMA "odd Schema" GRANT SELECT ON TABLES TO reader;
	SET search_path = zoo;

	CREATE TYPE mood AS ENUM ('sad', 'it''s ok', '%{1}', '%{x}');
	ALTER TYPE mood ADD VALUE 'happy' BEFORE 'it''s ok';
	COMMENT ON TYPE mood IS 'how it is';
	REVOKE USAGE ON TYPE mood FROM PUBLIC;
	GRANT USAGE ON TYPE mood TO reader;
	CREATE TYPE pair AS (a int, b numeric(10,2), "c C" text COLLATE "C");
	COMMENT ON COLUMN pair.b IS 'the second';
	ALTER TYPE pair OWNER TO "the owner";
	CREATE TYPE waiting;
	CREATE FUNCTION apart(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
	CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = apart, multirange_type_name = spans);
	CREATE TYPE textspan AS RANGE (subtype = text, collation = "C");
	CREATE DOMAIN year AS int DEFAULT 1990 + 10 NOT NULL CONSTRAINT low CHECK (VALUE > 1900) CONSTRAINT high CHECK (VALUE < 2100);
	COMMENT ON CONSTRAINT low ON DOMAIN year IS 'not before';
	ALTER DOMAIN year ADD CONSTRAINT odd CHECK (VALUE <> 2001) NOT VALID;
	CREATE DOMAIN word AS text COLLATE "C" DEFAULT '%{5}';
	GRANT ALL ON DOMAIN word TO helper;

	CREATE FUNCTION add(a int, b int DEFAULT 1, VARIADIC rest int[] DEFAULT '{}') RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 7 SET work_mem = '8MB' AS $f$SELECT a + b /* %{1} %{{ %{x} */$f$;
	CREATE FUNCTION twins(OUT a int, OUT b text) RETURNS SETOF record LANGUAGE sql ROWS 3 SECURITY DEFINER LEAKPROOF AS 'SELECT 1, ''b''';
	COMMENT ON FUNCTION add(int, int, int[]) IS 'adds';
	REVOKE ALL ON FUNCTION add(int, int, int[]) FROM PUBLIC;
	GRANT EXECUTE ON FUNCTION add(int, int, int[]) TO reader, "the owner" WITH GRANT OPTION;
	ALTER FUNCTION add(int, int, int[]) OWNER TO "the owner";
	CREATE PROCEDURE act(INOUT x int) LANGUAGE plpgsql AS 'BEGIN COMMIT; END';
	CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
	CREATE FUNCTION heard() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
	CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = SAFE, SORTOP = OPERATOR(pg_catalog.>), MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int, MINITCOND = '0');
	CREATE AGGREGATE everything(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
	CREATE AGGREGATE middle(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
	COMMENT ON AGGREGATE total(int) IS 'of all';
	ALTER AGGREGATE total(int) OWNER TO "the owner";
	CREATE AGGREGATE last_of(anycompatible) (SFUNC = array_append, STYPE = anycompatiblearray);

	CREATE FUNCTION same(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a = ($2).a';
	CREATE FUNCTION other(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a <> ($2).a';
	CREATE FUNCTION less(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a < ($2).a';
	CREATE FUNCTION compare(pair, pair) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a - ($2).a';
	CREATE OPERATOR === (FUNCTION = same, LEFTARG = pair, RIGHTARG = pair, COMMUTATOR = ===, NEGATOR = !==, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
	CREATE OPERATOR !== (FUNCTION = other, LEFTARG = pair, RIGHTARG = pair, COMMUTATOR = !==, NEGATOR = ===);
	CREATE OPERATOR <<< (FUNCTION = less, LEFTARG = pair, RIGHTARG = pair);
	CREATE FUNCTION minus(pair) RETURNS pair LANGUAGE sql IMMUTABLE AS 'SELECT $1';
	CREATE OPERATOR @@@ (FUNCTION = minus, RIGHTARG = pair);
	COMMENT ON OPERATOR === (pair, pair) IS 'the same';
	ALTER OPERATOR === (pair, pair) OWNER TO keeper;
	CREATE OPERATOR FAMILY pairs USING btree;
	CREATE OPERATOR CLASS pair_ops FOR TYPE pair USING btree FAMILY pairs AS OPERATOR 1 <<<, OPERATOR 3 ===, FUNCTION 1 compare(pair, pair);
	COMMENT ON OPERATOR CLASS pair_ops USING btree IS 'by a';
	CREATE OPERATOR CLASS pair_hash DEFAULT FOR TYPE pair USING hash AS OPERATOR 1 ===;
	CREATE FUNCTION as_text(pair) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a::text';
	CREATE CAST (pair AS text) WITH FUNCTION as_text(pair) AS ASSIGNMENT;
	CREATE CAST (mood AS bytea) WITH INOUT;
	COMMENT ON CAST (pair AS text) IS 'its a';
	CREATE COLLATION german (provider = icu, locale = 'de-u-ks-level2', deterministic = false);
	CREATE COLLATION plain (provider = libc, lc_collate = 'C', lc_ctype = 'C');
	ALTER COLLATION plain OWNER TO "the owner";
	CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
	CREATE TEXT SEARCH DICTIONARY stems (TEMPLATE = snowball, language = 'english', stopwords = 'english');
	CREATE TEXT SEARCH CONFIGURATION words (PARSER = pg_catalog."default");
	ALTER TEXT SEARCH CONFIGURATION words ADD MAPPING FOR asciiword, word WITH stems, simple;
	COMMENT ON TEXT SEARCH CONFIGURATION words IS 'how words are cut';
	ALTER TEXT SEARCH DICTIONARY stems OWNER TO "the owner";
	CREATE TEXT SEARCH TEMPLATE tpl (INIT = dsimple_init, LEXIZE = dsimple_lexize);
	CREATE TEXT SEARCH PARSER cut (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
	CREATE FOREIGN DATA WRAPPER far OPTIONS (debug 'true');
	GRANT USAGE ON FOREIGN DATA WRAPPER far TO reader;
	CREATE SERVER away TYPE 'x' VERSION '1.0' FOREIGN DATA WRAPPER far OPTIONS (host 'a''b', "odd Name" '%{7}');
	COMMENT ON SERVER away IS 'not here';
	GRANT USAGE ON FOREIGN SERVER away TO reader WITH GRANT OPTION;
	CREATE USER MAPPING FOR reader SERVER away OPTIONS (password 'it''s secret');
	CREATE USER MAPPING FOR PUBLIC SERVER away;
	CREATE TRANSFORM FOR point LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
	CREATE EVENT TRIGGER ear ON ddl_command_end WHEN TAG IN ('CREATE SEQUENCE', 'ALTER SEQUENCE') EXECUTE FUNCTION heard();
	ALTER EVENT TRIGGER ear ENABLE REPLICA;
	COMMENT ON EVENT TRIGGER ear IS 'hears';

	CREATE TABLE cage (id int GENERATED BY DEFAULT AS IDENTITY (START 5 INCREMENT 3) PRIMARY KEY, name text NOT NULL DEFAULT 'no%{1}name', size int DEFAULT 3, kind mood, since year, twice int GENERATED ALWAYS AS (size * 2) STORED,
		CONSTRAINT cage_name UNIQUE (name) INCLUDE (size) WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED,
		CONSTRAINT cage_again UNIQUE (name), CONSTRAINT big CHECK (size > 0) NO INHERIT, CONSTRAINT apart EXCLUDE USING gist (int4range(id, id + 1) WITH &&) WHERE (size > 2));
	ALTER TABLE cage ADD CONSTRAINT later CHECK (name <> '%{2}') NOT VALID;
	COMMENT ON CONSTRAINT big ON cage IS 'there must be room';
	COMMENT ON INDEX cage_pkey IS 'the key''s index';
	INSERT INTO cage (name) VALUES ('lion'), ('bear');
	CREATE INDEX cage_size ON cage USING btree (size DESC NULLS LAST, lower(name) text_pattern_ops) INCLUDE (kind) WITH (fillfactor = 60) WHERE name <> '%{3}';
	ALTER INDEX cage_size ALTER COLUMN 2 SET STATISTICS 500;
	COMMENT ON INDEX cage_size IS 'by size';
	CREATE UNIQUE INDEX cage_ident ON cage (id, name);
	ALTER TABLE cage REPLICA IDENTITY USING INDEX cage_ident;
	CREATE INDEX "odd ON zoo.cage" ON cage (since);
	ALTER TABLE cage CLUSTER ON cage_pkey;
	CREATE STATISTICS cage_stats (ndistinct, mcv) ON size, since, (size + 1) FROM cage;
	ALTER STATISTICS cage_stats SET STATISTICS 50;
	COMMENT ON STATISTICS cage_stats IS 'sizes';
	ALTER STATISTICS cage_stats OWNER TO "the owner";
	CREATE TRIGGER stamp BEFORE INSERT OR UPDATE OF name, size ON cage FOR EACH ROW WHEN (NEW.name <> '%{4}') EXECUTE FUNCTION stamp('a', '%{6}');
	ALTER TABLE cage ENABLE ALWAYS TRIGGER stamp;
	COMMENT ON TRIGGER stamp ON cage IS 'stamps';
	ALTER TRIGGER stamp ON cage DEPENDS ON EXTENSION plpgsql;
	CREATE TRIGGER " ON zoo.cage " AFTER DELETE ON cage REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION stamp();
	ALTER TABLE cage DISABLE TRIGGER " ON zoo.cage ";
	CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON cage DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stamp();
	CREATE RULE nothing AS ON DELETE TO cage WHERE OLD.id = 1 DO INSTEAD NOTHING;
	ALTER TABLE cage DISABLE RULE nothing;
	COMMENT ON RULE nothing ON cage IS 'keeps the first';
	ALTER TABLE cage ENABLE ROW LEVEL SECURITY;
	ALTER TABLE cage FORCE ROW LEVEL SECURITY;
	CREATE POLICY small ON cage AS RESTRICTIVE FOR UPDATE TO reader, "the owner" USING (size < 10) WITH CHECK (name <> '%{8}');
	COMMENT ON POLICY small ON cage IS 'small ones';
	CREATE POLICY everybody ON cage USING (true);
	CREATE TABLE animal (id int, cage int NOT NULL, name text, CONSTRAINT lives FOREIGN KEY (cage) REFERENCES cage ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
		CONSTRAINT called FOREIGN KEY (name) REFERENCES cage (name) NOT VALID);
	COMMENT ON CONSTRAINT lives ON animal IS 'in it';
	INSERT INTO animal VALUES (1, 5, 'lion');
	CREATE TABLE logs (id int, day date NOT NULL, cage int, CONSTRAINT logs_key PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
	CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
	CREATE TABLE logs_2 PARTITION OF logs FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
	CREATE INDEX logs_day ON logs (day);
	ALTER INDEX logs_1_day_idx RENAME TO logs_january;
	ALTER TABLE logs ADD CONSTRAINT logs_cage FOREIGN KEY (cage) REFERENCES cage;
	CREATE TRIGGER stamp BEFORE INSERT ON logs FOR EACH ROW EXECUTE FUNCTION stamp();
	ALTER TABLE logs ADD CONSTRAINT day_known CHECK (day > '2020-01-01');
	CREATE TABLE beast (name text CONSTRAINT named CHECK (name <> ''));
	CREATE TABLE dog (barks boolean) INHERITS (beast);

	CREATE VIEW cages WITH (security_barrier = true, check_option = local) AS SELECT id, name AS called, size FROM cage WHERE size > 1;
	ALTER VIEW cages OWNER TO "the owner";
	ALTER VIEW cages ALTER COLUMN size SET DEFAULT 7;
	COMMENT ON VIEW cages IS 'those with room';
	COMMENT ON COLUMN cages.called IS 'its name';
	GRANT SELECT ON cages TO reader WITH GRANT OPTION;
	SET ROLE reader; GRANT SELECT ON zoo.cages TO helper; RESET ROLE;
	GRANT UPDATE (called) ON cages TO helper;
	CREATE TRIGGER instead INSTEAD OF DELETE ON cages FOR EACH ROW EXECUTE FUNCTION stamp();
	CREATE RULE noted AS ON INSERT TO cages DO ALSO NOTIFY cages;
	CREATE VIEW sizes AS SELECT size, count(*) AS n, max(mood) AS mood FROM cages, (SELECT 'sad'::mood AS mood) m GROUP BY size;
	CREATE VIEW keys AS SELECT id, name, size FROM cage GROUP BY id;
	CREATE RECURSIVE VIEW counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 5;
	CREATE FUNCTION cage_count() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM cages; END;
	CREATE PUBLICATION news FOR TABLE cage (id, name) WHERE (id > 1), beast WITH (publish = 'insert, delete');
	COMMENT ON PUBLICATION news IS 'what is new';
	CREATE PUBLICATION schemas FOR TABLES IN SCHEMA zoo WITH (publish_via_partition_root = true);
	CREATE PUBLICATION whole FOR ALL TABLES;
	ALTER PUBLICATION whole OWNER TO keeper;
SQL

# ---------- tables that stand on what lies in their schema ----------

sql(<<'SQL');
	CREATE SCHEMA deep;
	SET search_path = deep;
	CREATE TYPE kind AS ENUM ('a', 'b');
	CREATE TYPE two AS (k kind, n int);
	CREATE TYPE span AS RANGE (subtype = float8);
	CREATE COLLATION german (provider = icu, locale = 'de');
	CREATE FUNCTION fine(kind) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 IS NOT NULL';
	CREATE DOMAIN good AS kind CONSTRAINT fine CHECK (deep.fine(VALUE));
	CREATE FUNCTION key(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
	CREATE FUNCTION compare(two, two) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT ($1).n - ($2).n';
	CREATE FUNCTION less(two, two) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).n < ($2).n';
	CREATE OPERATOR <<< (FUNCTION = less, LEFTARG = two, RIGHTARG = two);
	CREATE OPERATOR CLASS both_ops FOR TYPE two USING btree AS OPERATOR 1 <<<, FUNCTION 1 compare(two, two);
	CREATE TEXT SEARCH CONFIGURATION words (COPY = pg_catalog.simple);
	CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
	CREATE SEQUENCE numbers;
	CREATE FUNCTION next() RETURNS bigint LANGUAGE sql AS 'SELECT nextval(''deep.numbers'')';
	CREATE TABLE t (id bigint PRIMARY KEY DEFAULT next(), k kind DEFAULT 'a', g good, b two, s span, name text COLLATE german, kinds kind[], CONSTRAINT c CHECK (fine(k)));
	ALTER TABLE t ADD ss deep.span_multirange;
	CREATE INDEX t_key ON t (key(name));
	CREATE INDEX t_both ON t (b both_ops);
	CREATE INDEX t_words ON t USING gin (to_tsvector('deep.words', name));
	CREATE TRIGGER stamp BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION stamp();
	CREATE POLICY p ON t USING (fine(k));
	INSERT INTO t (k, g, b, s, name, kinds, ss) VALUES ('a', 'b', '(a,1)', '[1,2]', 'x', '{a,b}', '{[1,2]}'), ('b', 'a', '(b,2)', '[2,3]', 'y', '{}', '{}');
	CREATE MATERIALIZED VIEW m AS SELECT key(name), b FROM t;
	CREATE FUNCTION rows_of(t) RETURNS bigint LANGUAGE sql AS 'SELECT ($1).id';
	CREATE VIEW v AS SELECT rows_of(t.*) AS r FROM t;
	CREATE FUNCTION public.takes(deep.kind) RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE CAST (int AS deep.kind) WITH INOUT;
	ALTER TYPE kind OWNER TO "the owner";
	GRANT USAGE ON TYPE kind TO reader;
SQL

sub dumped
{
	my ($text) = run_command([ "pg_dump", '-p', $node->port, '-h', $node->host, '-d', 'zoo', '-N', 'safemig' ]);
	# foreign keys that crossed to a moved table come back NOT VALID; the order of OIDs is nobody's
	$text =~ s/ NOT VALID;/;/g;
	return join "\n", sort grep { /\S/ && !/^(--|\\(un)?restrict)/ } split /\n/, $text;
}

sub comes_back
{
	my ($statement, %how) = @_;
	my $before = dumped();
	my ($rc, $out, $err) = $node->psql('zoo', "SET client_min_messages = error; $statement");
	is($rc, 0, "$statement runs") or do { diag($err); return };
	isnt(dumped(), $before, "... and changes the dump") unless $how{same};
	($rc, $out, $err) = $node->psql('zoo', q{SELECT safemig.undrop_id((SELECT max(id) FROM safemig.bin_entry WHERE state = 'kept'))});
	is($rc, 0, "... and is undone") or diag($err);
	unlike($out, qr/did not/, '... all of it');
	my $after = dumped();
	if ($after ne $before)
	{
		my %b = map { $_ => 1 } split /\n/, $before;
		my %a = map { $_ => 1 } split /\n/, $after;
		diag("- $_") foreach (grep { !$a{$_} } split /\n/, $before);
		diag("+ $_") foreach (grep { !$b{$_} } split /\n/, $after);
	}
	ok($after eq $before, "... and the dump is what it was");
}

comes_back($_) foreach (
	# code
	'DROP VIEW zoo.counting', 'DROP VIEW zoo.sizes', 'DROP VIEW zoo.cages CASCADE',
	'DROP FUNCTION zoo.add(int, int, int[])', 'DROP FUNCTION zoo.twins()', 'DROP PROCEDURE zoo.act(int)', 'DROP FUNCTION zoo.stamp() CASCADE',
	'DROP AGGREGATE zoo.total(int)', 'DROP AGGREGATE zoo.everything(*)', 'DROP AGGREGATE zoo.middle(float8 ORDER BY anyelement)', 'DROP AGGREGATE zoo.last_of(anycompatible)',
	'DROP TYPE zoo.waiting', 'DROP TYPE zoo.span', 'DROP TYPE zoo.textspan', 'DROP DOMAIN zoo.word', 'DROP TYPE zoo.pair CASCADE', 'DROP FUNCTION zoo.apart(float8, float8) CASCADE',
	'DROP CAST (zoo.pair AS text)', 'DROP CAST (zoo.mood AS bytea)',
	'DROP OPERATOR zoo.=== (zoo.pair, zoo.pair) CASCADE', 'DROP OPERATOR zoo.@@@ (NONE, zoo.pair)', 'DROP OPERATOR CLASS zoo.pair_ops USING btree', 'DROP OPERATOR CLASS zoo.pair_hash USING hash',
	'DROP OPERATOR FAMILY zoo.pairs USING btree CASCADE', 'DROP OPERATOR FAMILY zoo.pair_hash USING hash CASCADE',
	'DROP COLLATION zoo.german', 'DROP COLLATION zoo.plain', 'DROP CONVERSION zoo.latin',
	'DROP TEXT SEARCH CONFIGURATION zoo.words', 'DROP TEXT SEARCH DICTIONARY zoo.stems CASCADE', 'DROP TEXT SEARCH TEMPLATE zoo.tpl', 'DROP TEXT SEARCH PARSER zoo.cut',
	'DROP USER MAPPING FOR reader SERVER away', 'DROP USER MAPPING FOR PUBLIC SERVER away', 'DROP SERVER away CASCADE', 'DROP FOREIGN DATA WRAPPER far CASCADE',
	'DROP TRANSFORM FOR point LANGUAGE sql', 'DROP EVENT TRIGGER ear', 'DROP FUNCTION zoo.heard() CASCADE',
	'DROP PUBLICATION news', 'DROP PUBLICATION schemas', 'DROP PUBLICATION whole',
	'DROP POLICY small ON zoo.cage', 'DROP POLICY everybody ON zoo.cage', 'DROP RULE nothing ON zoo.cage', 'DROP RULE noted ON zoo.cages',
	'DROP SCHEMA "odd Schema"',
	# upkeep
	'DROP INDEX zoo.cage_size', 'DROP INDEX CONCURRENTLY zoo.cage_size', 'DROP INDEX zoo.cage_ident', 'DROP INDEX zoo."odd ON zoo.cage"', 'DROP INDEX zoo.logs_day',
	'ALTER TABLE zoo.cage DROP CONSTRAINT cage_name', 'ALTER TABLE zoo.cage DROP CONSTRAINT cage_again CASCADE', 'ALTER TABLE zoo.cage DROP CONSTRAINT big', 'ALTER TABLE zoo.cage DROP CONSTRAINT apart', 'ALTER TABLE zoo.cage DROP CONSTRAINT later',
	'ALTER TABLE zoo.cage DROP CONSTRAINT cage_pkey CASCADE',
	'ALTER TABLE zoo.animal DROP CONSTRAINT lives', 'ALTER TABLE zoo.animal DROP CONSTRAINT called', 'ALTER TABLE zoo.logs DROP CONSTRAINT logs_cage', 'ALTER TABLE zoo.logs DROP CONSTRAINT logs_key',
	'ALTER TABLE zoo.logs DROP CONSTRAINT day_known', 'ALTER TABLE zoo.beast DROP CONSTRAINT named',
	'DROP TRIGGER stamp ON zoo.cage', 'DROP TRIGGER " ON zoo.cage " ON zoo.cage', 'DROP TRIGGER checked ON zoo.cage', 'DROP TRIGGER instead ON zoo.cages', 'DROP TRIGGER stamp ON zoo.logs',
	'DROP STATISTICS zoo.cage_stats',
	'ALTER TABLE zoo.cage ALTER name DROP DEFAULT', 'ALTER TABLE zoo.animal ALTER cage DROP NOT NULL', 'ALTER TABLE zoo.cage ALTER id DROP IDENTITY', 'ALTER VIEW zoo.cages ALTER size DROP DEFAULT',
	'ALTER TABLE zoo.cage ALTER name DROP DEFAULT, DROP CONSTRAINT big, ALTER size DROP DEFAULT',
	'ALTER DOMAIN zoo.year DROP DEFAULT', 'ALTER DOMAIN zoo.year DROP NOT NULL', 'ALTER DOMAIN zoo.year DROP CONSTRAINT low', 'ALTER DOMAIN zoo.year DROP CONSTRAINT odd',
	# replaced
	q{CREATE OR REPLACE VIEW zoo.counting AS SELECT 7 AS n, 'more' AS more}, q{CREATE OR REPLACE VIEW zoo.cages AS SELECT id, 'x'::text AS called, size, kind FROM zoo.cage},
	q{CREATE OR REPLACE FUNCTION zoo.add(a int, b int DEFAULT 1, VARIADIC rest int[] DEFAULT '{}') RETURNS int LANGUAGE sql AS 'SELECT 0'},
	q{CREATE OR REPLACE FUNCTION zoo.add(a int DEFAULT 3, b int DEFAULT 1, VARIADIC rest int[] DEFAULT '{}') RETURNS int LANGUAGE sql AS 'SELECT 0'},
	q{CREATE OR REPLACE PROCEDURE zoo.act(INOUT x int) LANGUAGE sql AS 'SELECT 1'},
	'CREATE OR REPLACE TRIGGER stamp BEFORE DELETE ON zoo.cage FOR EACH ROW EXECUTE FUNCTION zoo.stamp()', 'CREATE OR REPLACE RULE nothing AS ON DELETE TO zoo.cage DO INSTEAD NOTHING',
	# with tables
	'DROP TABLE zoo.cage CASCADE', 'DROP TABLE zoo.logs, zoo.animal', 'DROP SCHEMA deep CASCADE', 'DROP SCHEMA zoo CASCADE');

# a role's grants and its place in policies go with DROP OWNED too, and are nobody's definition
sql(q{ALTER TYPE deep.kind OWNER TO postgres; ALTER POLICY small ON zoo.cage TO reader});
comes_back('DROP OWNED BY "the owner" CASCADE');

done_testing();
