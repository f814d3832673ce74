-- ALTER COLUMN TYPE: rewritten, read, or neither.

-- setup
CREATE DOMAIN any_int AS int;
CREATE DOMAIN small_int AS int CHECK (VALUE < 100);
CREATE DOMAIN any_text AS text;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE t (id int PRIMARY KEY, i int, sm smallint, v10 varchar(10), v varchar, txt text, c10 char(10), n10 numeric(10, 2), n numeric, ts timestamp, tz timestamptz, ts3 timestamp(3), tt time, iv interval, cid cidr, ine inet,
	vb varbit(10), bt bit(8), m mood, ai any_int, si small_int, at any_text, arr int[], va varchar(10)[], js json, jb jsonb, o oid, f4 real, f8 double precision, by bytea, x xml, nm name);
INSERT INTO t (id, i, sm, v10, v, txt, c10, n10, n, ts, tz, m) SELECT g, g, g, 'a' || g, 'b', '7', 'd', g, g, now(), now(), 'good' FROM generate_series(1, 20) g;

-- case AT_AlterColumnType: int to bigint
ALTER TABLE t ALTER COLUMN i TYPE bigint;
-- case AT_AlterColumnType: int to smallint
ALTER TABLE t ALTER COLUMN i TYPE smallint;
-- case AT_AlterColumnType: int to int
ALTER TABLE t ALTER COLUMN i TYPE int;
-- case AT_AlterColumnType: int to text
ALTER TABLE t ALTER COLUMN i TYPE text;
-- case AT_AlterColumnType: int to oid
ALTER TABLE t ALTER COLUMN i TYPE oid;
-- case AT_AlterColumnType: oid to int
ALTER TABLE t ALTER COLUMN o TYPE int;
-- case AT_AlterColumnType: int to numeric
ALTER TABLE t ALTER COLUMN i TYPE numeric;
-- case AT_AlterColumnType: the primary key
ALTER TABLE t ALTER COLUMN id TYPE bigint;
-- case AT_AlterColumnType: varchar(10) to varchar(20)
ALTER TABLE t ALTER COLUMN v10 TYPE varchar(20);
-- case AT_AlterColumnType: varchar(10) to varchar
ALTER TABLE t ALTER COLUMN v10 TYPE varchar;
-- case AT_AlterColumnType: varchar(10) to text
ALTER TABLE t ALTER COLUMN v10 TYPE text;
-- case AT_AlterColumnType: varchar(10) to varchar(5)
ALTER TABLE t ALTER COLUMN v10 TYPE varchar(5);
-- case AT_AlterColumnType: varchar to varchar(5)
ALTER TABLE t ALTER COLUMN v TYPE varchar(5);
-- case AT_AlterColumnType: varchar to text
ALTER TABLE t ALTER COLUMN v TYPE text;
-- case AT_AlterColumnType: varchar(10) to char(10)
ALTER TABLE t ALTER COLUMN v10 TYPE char(10);
-- case AT_AlterColumnType: text to varchar
ALTER TABLE t ALTER COLUMN txt TYPE varchar;
-- case AT_AlterColumnType: text to varchar(10)
ALTER TABLE t ALTER COLUMN txt TYPE varchar(10);
-- case AT_AlterColumnType: text to char(10)
ALTER TABLE t ALTER COLUMN txt TYPE char(10);
-- case AT_AlterColumnType: text to a domain over text
ALTER TABLE t ALTER COLUMN txt TYPE any_text;
-- case AT_AlterColumnType: text to bytea with USING
ALTER TABLE t ALTER COLUMN txt TYPE bytea USING txt::bytea;
-- case AT_AlterColumnType: text to int with USING
ALTER TABLE t ALTER COLUMN txt TYPE int USING txt::int;
-- case AT_AlterColumnType: char(10) to char(20)
ALTER TABLE t ALTER COLUMN c10 TYPE char(20);
-- case AT_AlterColumnType: char(10) to text
ALTER TABLE t ALTER COLUMN c10 TYPE text;
-- case AT_AlterColumnType: numeric(10,2) to numeric(12,2)
ALTER TABLE t ALTER COLUMN n10 TYPE numeric(12, 2);
-- case AT_AlterColumnType: numeric(10,2) to numeric(12,4)
ALTER TABLE t ALTER COLUMN n10 TYPE numeric(12, 4);
-- case AT_AlterColumnType: numeric(10,2) to numeric(8,2)
ALTER TABLE t ALTER COLUMN n10 TYPE numeric(8, 2);
-- case AT_AlterColumnType: numeric(10,2) to numeric
ALTER TABLE t ALTER COLUMN n10 TYPE numeric;
-- case AT_AlterColumnType: numeric to numeric(10,2)
ALTER TABLE t ALTER COLUMN n TYPE numeric(10, 2);
-- case AT_AlterColumnType: numeric to int
ALTER TABLE t ALTER COLUMN n TYPE int;
-- case AT_AlterColumnType: timestamp(3) to timestamp(6)
ALTER TABLE t ALTER COLUMN ts3 TYPE timestamp(6);
-- case AT_AlterColumnType: timestamp to timestamp(3)
ALTER TABLE t ALTER COLUMN ts TYPE timestamp(3);
-- case AT_AlterColumnType: timestamp to date
ALTER TABLE t ALTER COLUMN ts TYPE date;
-- case AT_AlterColumnType: timestamp(3) to timestamp
ALTER TABLE t ALTER COLUMN ts3 TYPE timestamp;
-- case AT_AlterColumnType: time to time(3)
ALTER TABLE t ALTER COLUMN tt TYPE time(3);
-- case AT_AlterColumnType: interval to interval(3)
ALTER TABLE t ALTER COLUMN iv TYPE interval(3);
-- case AT_AlterColumnType: interval to interval day to second
ALTER TABLE t ALTER COLUMN iv TYPE interval DAY TO SECOND;
-- case AT_AlterColumnType: cidr to inet
ALTER TABLE t ALTER COLUMN cid TYPE inet;
-- case AT_AlterColumnType: inet to cidr
ALTER TABLE t ALTER COLUMN ine TYPE cidr;
-- case AT_AlterColumnType: varbit(10) to varbit(20)
ALTER TABLE t ALTER COLUMN vb TYPE varbit(20);
-- case AT_AlterColumnType: varbit(10) to varbit(5)
ALTER TABLE t ALTER COLUMN vb TYPE varbit(5);
-- case AT_AlterColumnType: bit(8) to varbit
ALTER TABLE t ALTER COLUMN bt TYPE varbit;
-- case AT_AlterColumnType: bit(8) to bit(16)
ALTER TABLE t ALTER COLUMN bt TYPE bit(16);
-- case AT_AlterColumnType: enum to text
ALTER TABLE t ALTER COLUMN m TYPE text;
-- case AT_AlterColumnType: text to enum
ALTER TABLE t ALTER COLUMN txt TYPE mood USING 'good'::mood;
-- case AT_AlterColumnType: domain to its base
ALTER TABLE t ALTER COLUMN ai TYPE int;
-- case AT_AlterColumnType: domain with a check to its base
ALTER TABLE t ALTER COLUMN si TYPE int;
-- case AT_AlterColumnType: base to a domain without constraints
ALTER TABLE t ALTER COLUMN i TYPE any_int;
-- case AT_AlterColumnType: base to a domain with a check
ALTER TABLE t ALTER COLUMN i TYPE small_int;
-- case AT_AlterColumnType: domain to another domain
ALTER TABLE t ALTER COLUMN ai TYPE small_int;
-- case AT_AlterColumnType: int[] to bigint[]
ALTER TABLE t ALTER COLUMN arr TYPE bigint[];
-- case AT_AlterColumnType: varchar(10)[] to varchar(20)[]
ALTER TABLE t ALTER COLUMN va TYPE varchar(20)[];
-- case AT_AlterColumnType: varchar(10)[] to text[]
ALTER TABLE t ALTER COLUMN va TYPE text[];
-- case AT_AlterColumnType: json to jsonb
ALTER TABLE t ALTER COLUMN js TYPE jsonb;
-- case AT_AlterColumnType: jsonb to text
ALTER TABLE t ALTER COLUMN jb TYPE text;
-- case AT_AlterColumnType: json to text
ALTER TABLE t ALTER COLUMN js TYPE text;
-- case AT_AlterColumnType: real to double precision
ALTER TABLE t ALTER COLUMN f4 TYPE double precision;
-- case AT_AlterColumnType: xml to text
ALTER TABLE t ALTER COLUMN x TYPE text;
-- case AT_AlterColumnType: name to text
ALTER TABLE t ALTER COLUMN nm TYPE text;
-- case AT_AlterColumnType: text to name
ALTER TABLE t ALTER COLUMN txt TYPE name;
-- case AT_AlterColumnType: a collation only
ALTER TABLE t ALTER COLUMN txt TYPE text COLLATE "POSIX";
-- case AT_AlterColumnType: USING is the cast
ALTER TABLE t ALTER COLUMN v10 TYPE text USING v10::text;
-- case AT_AlterColumnType: USING is the column
ALTER TABLE t ALTER COLUMN i TYPE int USING i;
-- case AT_AlterColumnType: USING computes
ALTER TABLE t ALTER COLUMN i TYPE int USING i + 1;
-- case AT_AlterColumnType: USING null
ALTER TABLE t ALTER COLUMN i TYPE int USING NULL;
-- case AT_AlterColumnType: two at once, one of them free
ALTER TABLE t ALTER COLUMN v10 TYPE text, ALTER COLUMN i TYPE bigint;
-- case AT_AlterColumnType: two at once, both free
ALTER TABLE t ALTER COLUMN v10 TYPE text, ALTER COLUMN v TYPE text;
-- case AT_AlterColumnType: with a default beside it
ALTER TABLE t ALTER COLUMN i DROP DEFAULT, ALTER COLUMN i TYPE bigint, ALTER COLUMN i SET DEFAULT 3;

-- setup
SET timezone = 'UTC';
CREATE TABLE t (a timestamp, b timestamptz, c timestamp(3));
INSERT INTO t SELECT now(), now(), now();
CREATE INDEX t_a ON t (a);

-- case AT_AlterColumnType: timestamp to timestamptz in UTC
ALTER TABLE t ALTER COLUMN a TYPE timestamptz;
-- case AT_AlterColumnType: timestamptz to timestamp in UTC
ALTER TABLE t ALTER COLUMN b TYPE timestamp;
-- case AT_AlterColumnType: timestamptz to timestamp(3) in UTC
ALTER TABLE t ALTER COLUMN b TYPE timestamp(3);
-- case AT_AlterColumnType: timestamp to timestamptz AT TIME ZONE in UTC
ALTER TABLE t ALTER COLUMN a TYPE timestamptz USING a AT TIME ZONE 'UTC';

-- setup
SET timezone = 'Europe/Rome';
CREATE TABLE t (a timestamp, b timestamptz);
INSERT INTO t SELECT now(), now();

-- case AT_AlterColumnType: timestamp to timestamptz in Rome
ALTER TABLE t ALTER COLUMN a TYPE timestamptz;
-- case AT_AlterColumnType: timestamptz to timestamp in Rome
ALTER TABLE t ALTER COLUMN b TYPE timestamp;

-- setup
CREATE TABLE parent (id int PRIMARY KEY, code varchar(10) UNIQUE);
CREATE TABLE t (id int PRIMARY KEY, a varchar(10), b varchar(10), c varchar(10), d int, e int, g int GENERATED ALWAYS AS (e + 1) STORED, p int REFERENCES parent, code varchar(10) REFERENCES parent (code), f varchar(10) CHECK (f <> ''), u varchar(10), w varchar(10), pa varchar(10));
INSERT INTO parent SELECT g, 'p' || g FROM generate_series(1, 20) g;
INSERT INTO t (id, a, b, c, d, e, p, code, f, u, w) SELECT g, 'a', 'b', 'c', g, g, g, 'p' || g, 'f', 'u' || g, 'w' FROM generate_series(1, 20) g;
CREATE INDEX t_a ON t (a);
CREATE INDEX t_b ON t (lower(b));
CREATE INDEX t_c ON t (c varchar_pattern_ops);
CREATE INDEX t_d ON t (d);
CREATE UNIQUE INDEX t_u ON t (u);
CREATE INDEX t_w ON t (id) INCLUDE (w);
CREATE INDEX t_pa ON t (id) WHERE pa = 'x';
CREATE STATISTICS t_stats ON a, b FROM t;
CREATE TABLE other_t (id int);

-- case AT_AlterColumnType: varchar(10) to text under an index
ALTER TABLE t ALTER COLUMN a TYPE text;
-- case AT_AlterColumnType: varchar(10) to varchar(20) under an index
ALTER TABLE t ALTER COLUMN a TYPE varchar(20);
-- case AT_AlterColumnType: varchar(10) to text under an index on an expression
ALTER TABLE t ALTER COLUMN b TYPE text;
-- case AT_AlterColumnType: varchar(10) to text under an index with an operator class
ALTER TABLE t ALTER COLUMN c TYPE text;
-- case AT_AlterColumnType: a collation under an index
ALTER TABLE t ALTER COLUMN a TYPE varchar(10) COLLATE "POSIX";
-- case AT_AlterColumnType: int to bigint under an index
ALTER TABLE t ALTER COLUMN d TYPE bigint;
-- case AT_AlterColumnType: varchar(10) to text under a unique index
ALTER TABLE t ALTER COLUMN u TYPE text;
-- case AT_AlterColumnType: varchar(10) to text, included in an index
ALTER TABLE t ALTER COLUMN w TYPE text;
-- case AT_AlterColumnType: varchar(10) to text in the predicate of an index
ALTER TABLE t ALTER COLUMN pa TYPE text;
-- case AT_AlterColumnType: int to bigint under a generated column
ALTER TABLE t ALTER COLUMN g TYPE bigint;
-- case AT_AlterColumnType: int to bigint of a foreign key
ALTER TABLE t ALTER COLUMN p TYPE bigint;
-- case AT_AlterColumnType: int to bigint of a key that is referenced
ALTER TABLE parent ALTER COLUMN id TYPE bigint;
-- case AT_AlterColumnType: varchar(10) to text of a foreign key
ALTER TABLE t ALTER COLUMN code TYPE text;
-- case AT_AlterColumnType: varchar(10) to varchar(20) of a foreign key
ALTER TABLE t ALTER COLUMN code TYPE varchar(20);
-- case AT_AlterColumnType: varchar(10) to text of a key that is referenced
ALTER TABLE parent ALTER COLUMN code TYPE text;
-- case AT_AlterColumnType: varchar(10) to text under a check
ALTER TABLE t ALTER COLUMN f TYPE text;
-- case AT_AlterColumnType: varchar(10) to varchar(20) under a check
ALTER TABLE t ALTER COLUMN f TYPE varchar(20);

-- setup
SET timezone = 'UTC';
CREATE TABLE parent (at timestamptz PRIMARY KEY, n numeric(10, 2) UNIQUE, id int UNIQUE);
INSERT INTO parent SELECT timestamptz '2000-01-01' + g * interval '1 day', g, g FROM generate_series(1, 20) g;
CREATE TABLE t (at timestamptz REFERENCES parent, later timestamptz, n numeric(10, 2) REFERENCES parent (n), id int, v varchar(10), i int);
INSERT INTO t SELECT at, at, n, id, 'v', id FROM parent;
ALTER TABLE t ADD CONSTRAINT later_fk FOREIGN KEY (later) REFERENCES parent NOT VALID;
ALTER TABLE t ADD CONSTRAINT id_fk FOREIGN KEY (id) REFERENCES parent (id) NOT VALID;
CREATE INDEX t_v ON t (v) WHERE i > 0;

-- case AT_AlterColumnType: foreign key compared by another operator [plan]
ALTER TABLE t ALTER COLUMN at TYPE timestamp;
-- case AT_AlterColumnType: foreign key not valid, compared by another operator
ALTER TABLE t ALTER COLUMN later TYPE timestamp;
-- case AT_AlterColumnType: of what a foreign key compares by another operator
ALTER TABLE parent ALTER COLUMN at TYPE timestamp;
-- case AT_AlterColumnType: foreign key of other values, the same operator
ALTER TABLE t ALTER COLUMN n TYPE numeric(12, 4);
-- case AT_AlterColumnType: foreign key of the same values
ALTER TABLE t ALTER COLUMN n TYPE numeric(12, 2);
-- case AT_AlterColumnType: foreign key not valid, rewritten
ALTER TABLE t ALTER COLUMN id TYPE bigint;
-- case AT_AlterColumnType: of what a foreign key not valid refers to, rewritten
ALTER TABLE parent ALTER COLUMN id TYPE bigint;
-- case AT_AlterColumnType: in an index with a predicate on another column
ALTER TABLE t ALTER COLUMN v TYPE text;
