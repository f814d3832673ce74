-- Other tools' version tables feed the same log.

CREATE TABLE safemig.adopted_tool (
	tool       text PRIMARY KEY,
	adopted_at timestamptz NOT NULL,
	adopted_by text NOT NULL
);
COMMENT ON TABLE safemig.adopted_tool IS 'the migration tools whose version tables are followed: safemig.adopt()';
REVOKE ALL ON safemig.adopted_tool FROM PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('safemig.adopted_tool', '');

CREATE SEQUENCE safemig.tool_version_id_seq;
COMMENT ON SEQUENCE safemig.tool_version_id_seq IS 'ids of safemig.tool_version';
CREATE TABLE safemig.tool_version (
	id         bigint PRIMARY KEY DEFAULT pg_catalog.nextval('safemig.tool_version_id_seq'),
	tool       text NOT NULL,
	relation   text NOT NULL,
	identity   text NOT NULL,
	version    text NOT NULL,
	name       text,
	state      text NOT NULL CHECK (state IN ('applied', 'rolled back', 'failed')),
	checksum   text,
	statements bigint,
	applied_at timestamptz,
	applied_by text,
	changed_at timestamptz NOT NULL,
	xid        xid8,
	note       text,
	UNIQUE (tool, relation, identity)
);
ALTER SEQUENCE safemig.tool_version_id_seq OWNED BY safemig.tool_version.id;
COMMENT ON TABLE safemig.tool_version IS 'one row for each version that an adopted tool wrote to its own table, kept when it takes the row away; read safemig.status';
COMMENT ON COLUMN safemig.tool_version.relation IS 'the tool''s table';
COMMENT ON COLUMN safemig.tool_version.identity IS 'what the tool knows the version by';
COMMENT ON COLUMN safemig.tool_version.checksum IS 'the tool''s own, where it keeps one';
COMMENT ON COLUMN safemig.tool_version.statements IS 'how many statements it claimed; null for a baseline';
COMMENT ON COLUMN safemig.tool_version.applied_at IS 'when the tool wrote it; null for a baseline';
COMMENT ON COLUMN safemig.tool_version.changed_at IS 'since when it is in this state';
COMMENT ON COLUMN safemig.tool_version.xid IS 'the transaction that brought it there';
REVOKE ALL ON safemig.tool_version, safemig.tool_version_id_seq FROM PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('safemig.tool_version', '');
SELECT pg_catalog.pg_extension_config_dump('safemig.tool_version_id_seq', '');

CREATE SEQUENCE safemig.tool_statement_id_seq;
COMMENT ON SEQUENCE safemig.tool_statement_id_seq IS 'ids of safemig.tool_statement';
CREATE TABLE safemig.tool_statement (
	id          bigint PRIMARY KEY DEFAULT pg_catalog.nextval('safemig.tool_statement_id_seq'),
	at          timestamptz NOT NULL,
	role        text NOT NULL,
	application text,
	statement   text NOT NULL,
	version     bigint,
	down        boolean NOT NULL DEFAULT false
);
ALTER SEQUENCE safemig.tool_statement_id_seq OWNED BY safemig.tool_statement.id;
CREATE INDEX tool_statement_version_idx ON safemig.tool_statement (version);
COMMENT ON TABLE safemig.tool_statement IS 'DDL while a tool is adopted, up to 10 000 bytes of each: a version, and the end of one, takes what its role has run since the one before it; of what none takes the last 1 000 are kept';
COMMENT ON COLUMN safemig.tool_statement.version IS 'id in safemig.tool_version';
COMMENT ON COLUMN safemig.tool_statement.down IS 'it led to the end of the version';
REVOKE ALL ON safemig.tool_statement, safemig.tool_statement_id_seq FROM PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('safemig.tool_statement', '');
SELECT pg_catalog.pg_extension_config_dump('safemig.tool_statement_id_seq', '');

CREATE VIEW safemig.tool_versions AS
	SELECT v.tool, v.version, v.name, v.state, v.applied_at, v.applied_by, v.relation, v.checksum,
	       ARRAY(SELECT s.statement FROM safemig.tool_statement s WHERE s.version = v.id AND NOT s.down ORDER BY s.id) AS statements,
	       ARRAY(SELECT s.statement FROM safemig.tool_statement s WHERE s.version = v.id AND s.down ORDER BY s.id) AS down_statements,
	       v.note
	  FROM safemig.tool_version v
	 ORDER BY v.tool, v.relation, v.id;
COMMENT ON VIEW safemig.tool_versions IS 'what adopted tools have run, each version with the DDL that led to it';

CREATE FUNCTION safemig.log_tool_row() RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_log_tool_row';
COMMENT ON FUNCTION safemig.log_tool_row() IS 'the trigger that safemig.adopt() puts on a tool''s version table';
REVOKE ALL ON FUNCTION safemig.log_tool_row() FROM PUBLIC;

CREATE FUNCTION safemig.adopt(tool text DEFAULT NULL) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_adopt';
COMMENT ON FUNCTION safemig.adopt(text) IS
'from now on a row that a migration tool writes to its own version table is a version in safemig.status too, in the same transaction, with the DDL that led to it; one that it deletes is rolled back there. What is there comes in as a baseline. Without a name all known tools. Returns how many versions came in. SM009 for a tool that is not known. SELECT safemig.adopt(''prisma'')';
REVOKE ALL ON FUNCTION safemig.adopt(text) FROM PUBLIC;

CREATE FUNCTION safemig.unadopt(tool text DEFAULT NULL) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_unadopt';
COMMENT ON FUNCTION safemig.unadopt(text) IS
'takes safemig.adopt() back for a tool, or for all; what it has logged stays. Returns how many tools were adopted before. SELECT safemig.unadopt(''prisma'')';
REVOKE ALL ON FUNCTION safemig.unadopt(text) FROM PUBLIC;

-- The versions of our own come first, each tool's after them in the order in which they came.
ALTER VIEW safemig.status RENAME TO own_status;
COMMENT ON VIEW safemig.own_status IS 'safemig.status without what other tools have run';
CREATE VIEW safemig.status AS
	SELECT s.version, s.name, s.kind, s.state, s.applied_at, s.applied_by, s.duration, s.statements, s.rows,
	       s.kept, s.checksum_state, s.release, s.note
	  FROM (SELECT o.*, '' AS source, pg_catalog.row_number() OVER () AS place FROM safemig.own_status o
	        UNION ALL
	        SELECT v.version, coalesce(v.name, v.version), v.tool, v.state, v.applied_at, v.applied_by, NULL, v.statements, NULL,
	               NULL, NULL, NULL, v.note, v.tool || ' ' || v.relation, v.id
	          FROM safemig.tool_version v) s
	 ORDER BY s.source, s.place;
COMMENT ON VIEW safemig.status IS 'every version this database knows: those of safemig in order, what has only a name, then those of adopted tools; pending, applied, rolled back, skipped, or failed at its last attempt, with the error in the note for those who may read safemig.history or run safemig.migrate()';
COMMENT ON COLUMN safemig.status.kind IS 'an adopted tool''s name for its versions';
COMMENT ON COLUMN safemig.status.applied_at IS 'when it was last applied, also of one rolled back since';
COMMENT ON COLUMN safemig.status.rows IS 'written by its statements, as they say themselves';
COMMENT ON COLUMN safemig.status.kept IS 'rows in the bin that its statements destroyed, as estimated then';
COMMENT ON COLUMN safemig.status.checksum_state IS 'changed: somebody wrote to the stored script';
GRANT SELECT ON safemig.status TO PUBLIC;
