-- Keeping and bringing back runs nobody's code with our rights: what the server works out of a partition's key or an index.
SET client_min_messages = error;
CREATE EXTENSION safemig;
CREATE ROLE regress_author;
GRANT USAGE ON SCHEMA safemig TO regress_author;
GRANT EXECUTE ON FUNCTION safemig.undrop(text, text) TO regress_author;
SELECT safemig.set('environment', 'development') \g /dev/null
CREATE SCHEMA authors AUTHORIZATION regress_author;
CREATE TABLE public.ran (by text);
GRANT INSERT, SELECT ON public.ran TO PUBLIC;
\set VERBOSITY terse
SET ROLE regress_author;
CREATE FUNCTION authors.tell() RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.ran VALUES (CURRENT_USER); RETURN 0; END $$;
CREATE FUNCTION authors.zero() RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN authors.tell(); END $$;
CREATE TABLE authors.log (at int, code int) PARTITION BY RANGE ((at + authors.zero()));
CREATE TABLE authors.log_1 PARTITION OF authors.log FOR VALUES FROM (0) TO (10);
CREATE INDEX log_code ON authors.log ((code + authors.zero()));
INSERT INTO authors.log VALUES (1, 1), (2, 2);
-- a session that has not worked it out yet
\c -
SET client_min_messages = error;
SET ROLE regress_author;
TRUNCATE authors.log;
SELECT safemig.undrop('authors.log');
SELECT count(*) FROM authors.log;
\c -
SET client_min_messages = error;
SET ROLE regress_author;
DROP TABLE authors.log_1;
SELECT safemig.undrop('authors.log_1');
\c -
SET client_min_messages = error;
SET ROLE regress_author;
DROP INDEX authors.log_code;
SELECT safemig.undrop('authors.log_code');
SELECT count(*) FROM pg_inherits WHERE inhparent = 'authors.log_code'::regclass;
-- a CHECK of a domain, that of a NOT VALID one too
CREATE DOMAIN authors.code AS int DEFAULT 7 CONSTRAINT low CHECK (VALUE < 10 + authors.zero());
ALTER DOMAIN authors.code ADD CONSTRAINT high CHECK (VALUE > authors.zero()) NOT VALID;
COMMENT ON CONSTRAINT low ON DOMAIN authors.code IS 'below ten';
CREATE TABLE authors.coded (code authors.code);
INSERT INTO authors.coded VALUES (DEFAULT);
\c -
SET client_min_messages = error;
SET ROLE regress_author;
DROP DOMAIN authors.code CASCADE;
RESET ROLE;
SELECT safemig.undrop('authors.code');
SELECT conname, convalidated, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE contypid = 'authors.code'::regtype AND contype = 'c' ORDER BY conname;
SET ROLE regress_author;
INSERT INTO authors.coded VALUES (10);
SELECT * FROM authors.coded;
SELECT DISTINCT by FROM public.ran WHERE by <> 'pg_checkpoint';
RESET ROLE;
SET safemig.enforce = off;
SET client_min_messages = error;
DROP SCHEMA authors CASCADE;
DROP TABLE public.ran;
DROP OWNED BY regress_author;
DROP ROLE regress_author;
DROP EXTENSION safemig;
