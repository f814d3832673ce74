-- Folders of migration files on the server.

CREATE FUNCTION safemig.read_folder(directory text)
RETURNS TABLE (version text, name text, kind text, up text, down text, permits text[], reason text,
	check_sql text, environments text[], release text, file text, down_file text)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_read_folder';
COMMENT ON FUNCTION safemig.read_folder(text) IS
'the migrations in a folder on the server, as safemig.load() would register them, in order; for members of pg_read_server_files. SM007 a file that cannot be read as one, SM009 two files of one version. SELECT version, file FROM safemig.read_folder(''/srv/shop/migrations'')';
REVOKE ALL ON FUNCTION safemig.read_folder(text) FROM PUBLIC;

CREATE FUNCTION safemig.load(directory text) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_load';
COMMENT ON FUNCTION safemig.load(text) IS
'registers the migrations in a folder on the server, to run in the next safemig.migrate(), and warns of each applied version whose file is gone; for members of pg_read_server_files. Returns how many are new or changed. Errors as of safemig.read_folder() and safemig.register(). SELECT safemig.load(''/srv/shop/migrations'')';
REVOKE ALL ON FUNCTION safemig.load(text) FROM PUBLIC;
