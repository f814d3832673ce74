-- Lint runs nobody's code with the rights of who asks: no function, operator, check or policy.
SET client_min_messages = error;
CREATE EXTENSION safemig;
CREATE ROLE regress_author;
CREATE ROLE regress_reader;
RESET client_min_messages;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA authors AUTHORIZATION regress_author;
GRANT USAGE ON SCHEMA authors TO regress_reader;
CREATE TABLE users (id bigint PRIMARY KEY, name text, code int);
INSERT INTO users SELECT g, 'abc', g % 5 FROM generate_series(1, 10) g;
GRANT SELECT ON users TO regress_reader;

SET ROLE regress_author;
-- each tells who runs it
CREATE FUNCTION authors.ran(what text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
	$$ BEGIN RAISE WARNING '% as %', what, CURRENT_USER; RETURN true; END $$;
CREATE FUNCTION authors.greater(int, int) RETURNS boolean LANGUAGE plpgsql AS
	$$ BEGIN RETURN authors.ran('operator'); END $$;
CREATE OPERATOR authors.> (FUNCTION = authors.greater, LEFTARG = int, RIGHTARG = int);
CREATE FUNCTION authors.today() RETURNS date LANGUAGE plpgsql AS
	$$ BEGIN PERFORM authors.ran('bound'); RETURN '2026-01-01'; END $$;
CREATE DOMAIN authors.moment AS timestamp;
CREATE TABLE authors.note (id bigint PRIMARY KEY, at authors.moment, body text);
INSERT INTO authors.note VALUES (1, '2026-01-01 12:00', 'abc'), (2, '2026-01-01', 'abc');
ALTER DOMAIN authors.moment ADD CHECK (authors.ran('check')) NOT VALID;
CREATE TABLE authors.own (id bigint PRIMARY KEY, body text);
INSERT INTO authors.own VALUES (1, 'abc'), (2, 'abc');
GRANT SELECT ON authors.own TO regress_reader;
CREATE POLICY mine ON authors.own USING (authors.ran('policy'));
ALTER TABLE authors.own ENABLE ROW LEVEL SECURITY;
CREATE TABLE authors.log (at date, body text) PARTITION BY RANGE (at);
CREATE TABLE authors.log_2026 (at date, body text);
INSERT INTO authors.log_2026 VALUES ('2026-01-02', 'abc');
CREATE TABLE authors.indexed (id bigint PRIMARY KEY, body varchar(100));
INSERT INTO authors.indexed VALUES (1, 'abc');
SET client_min_messages = error;
CREATE INDEX ON authors.indexed ((authors.ran('index')), body);
CREATE INDEX ON authors.indexed (id) WHERE authors.ran('index') AND body > '';
RESET client_min_messages;
RESET ROLE;
CREATE FUNCTION pg_temp.found(script text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT rule || ': ' || pg_catalog.regexp_replace(message, ' \([^)]*\)', '') FROM safemig.lint(script)
	 WHERE rule IN ('lossy-cast', 'unique-has-duplicates', 'delete-without-where', 'attaching-partition-without-check')
$$;

-- the names are the script's, the count is ours
SELECT pg_temp.found('SET search_path = authors, pg_catalog, public; ALTER TABLE users ALTER name TYPE varchar(2)');
SELECT pg_temp.found('SET search_path = authors, pg_catalog, public; ALTER TABLE users ADD UNIQUE (code)');
-- a check of a domain runs as the owner of the table
SELECT pg_temp.found('ALTER TABLE authors.note ALTER at TYPE date');
-- what the planner works out, and the bounds of a partition, run as nobody
SELECT pg_temp.found($$DELETE FROM users WHERE authors.ran('condition')$$);
SELECT count(*) FROM safemig.effects($$DELETE FROM users WHERE authors.ran('condition')$$);
SELECT pg_temp.found($$ALTER TABLE authors.log ATTACH PARTITION authors.log_2026 FOR VALUES FROM (authors.today()) TO ('2027-01-01')$$);
SELECT pg_temp.found($$ALTER TABLE authors.log ATTACH PARTITION authors.log_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')$$);

-- likewise the checks of the domain that a new column has
\c -
SELECT count(*) > 0 FROM safemig.lint('ALTER TABLE users ADD at authors.moment DEFAULT now()');
CREATE FUNCTION pg_temp.found(script text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT rule || ': ' || pg_catalog.regexp_replace(message, ' \([^)]*\)', '') FROM safemig.lint(script)
	 WHERE rule IN ('lossy-cast', 'unique-has-duplicates', 'delete-without-where', 'attaching-partition-without-check')
$$;
-- nor is anything worked out of an index, which is only read
SELECT pg_temp.found('ALTER TABLE authors.indexed ALTER body TYPE varchar(200)');
SELECT DISTINCT rule FROM safemig.lint('ALTER TABLE authors.indexed ALTER body TYPE varchar(200)') WHERE rule ~ 'index|rewrit|type';

-- what a policy or a right keeps from somebody is not counted for him, the rest is
SET ROLE regress_reader;
SELECT pg_temp.found('ALTER TABLE authors.own ALTER body TYPE varchar(2)');
SELECT pg_temp.found('ALTER TABLE authors.note ALTER body TYPE varchar(2)');
SELECT pg_temp.found('ALTER TABLE users ALTER name TYPE varchar(2)');
SELECT pg_temp.found('ALTER TABLE users ADD UNIQUE (code)');
RESET ROLE;
SELECT pg_temp.found('ALTER TABLE authors.own ALTER body TYPE varchar(2)');
SELECT CURRENT_USER = SESSION_USER, pg_catalog.current_setting('search_path');

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE users;
DROP SCHEMA authors CASCADE;
DROP ROLE regress_author, regress_reader;
DROP EXTENSION safemig;
