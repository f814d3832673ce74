-- The bin: what permitted statements destroyed, kept for a while. No table of it is
-- dumped: a copy of the database begins with an empty bin.

CREATE SEQUENCE safemig.bin_entry_id_seq;
COMMENT ON SEQUENCE safemig.bin_entry_id_seq IS 'ids of safemig.bin';

CREATE TABLE safemig.bin_entry (
	id           bigint PRIMARY KEY DEFAULT pg_catalog.nextval('safemig.bin_entry_id_seq'),
	xid          xid8 NOT NULL,
	kept_at      timestamptz NOT NULL,
	kept_by      text NOT NULL,
	application  text,
	migration    text,
	statement    text,
	expires_at   timestamptz NOT NULL,
	state        text NOT NULL CHECK (state IN ('kept', 'restored', 'purged')),
	changed_at   timestamptz,
	changed_by   text
);
ALTER SEQUENCE safemig.bin_entry_id_seq OWNED BY safemig.bin_entry.id;
COMMENT ON TABLE safemig.bin_entry IS 'one row for each statement whose victims were kept; read safemig.bin';
COMMENT ON COLUMN safemig.bin_entry.state IS 'kept; restored: taken back; purged: gone for good';
CREATE INDEX bin_entry_state_idx ON safemig.bin_entry (state, expires_at);
REVOKE ALL ON safemig.bin_entry, safemig.bin_entry_id_seq FROM PUBLIC;

CREATE TABLE safemig.bin_item (
	entry      bigint NOT NULL REFERENCES safemig.bin_entry,
	item       bigint NOT NULL,
	kind       text NOT NULL CHECK (kind IN ('moved', 'storage', 'column', 'copy', 'definition', 'rows')),
	action     text NOT NULL,
	type       text NOT NULL,
	identity   text NOT NULL,
	owner      text,
	named      boolean NOT NULL,
	class_id   oid NOT NULL,
	object_oid oid NOT NULL,
	sub_id     integer NOT NULL,
	bin_oid    oid,
	rows       double precision,
	bytes      bigint,
	detail     jsonb NOT NULL,
	PRIMARY KEY (entry, item)
);
COMMENT ON TABLE safemig.bin_item IS 'what an entry of the bin holds, and how each thing comes back';
COMMENT ON COLUMN safemig.bin_item.kind IS 'moved to a schema of the bin; storage hung under another table; column still in its table; copy of key and value; definition as statements; rows as safemig.capture() kept them';
COMMENT ON COLUMN safemig.bin_item.named IS 'by the statement; else it went along';
COMMENT ON COLUMN safemig.bin_item.bin_oid IS 'the relation that holds the rows meanwhile';
CREATE INDEX bin_item_identity_idx ON safemig.bin_item (identity);
REVOKE ALL ON safemig.bin_item FROM PUBLIC;

CREATE VIEW safemig.bin AS
	SELECT e.id, i.type AS what, i.identity, i.action, i.named,
	       CASE WHEN e.state = 'kept' THEN i.rows::bigint END AS rows,
	       CASE WHEN e.state = 'kept' THEN i.bytes END AS bytes,
	       e.kept_at, e.kept_by, e.migration, e.statement, e.expires_at, e.state, e.xid
	  FROM safemig.bin_entry e JOIN safemig.bin_item i ON i.entry = e.id;
COMMENT ON VIEW safemig.bin IS 'what was destroyed and can be had back: SELECT safemig.undrop(identity) or safemig.undrop_id(id); rows as estimated when it was kept, bytes with TOAST and indexes';
REVOKE ALL ON safemig.bin FROM PUBLIC;

CREATE FUNCTION safemig.undrop(identity text, as_name text DEFAULT NULL) RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_undrop';
COMMENT ON FUNCTION safemig.undrop(text, text) IS
'brings back the newest thing of that identity, and what was destroyed with it by the same statement. Returns what came back and what did not. SM006 when nothing is kept under it, or its name is taken: as_name gives another. SELECT safemig.undrop(''public.users'')';
REVOKE ALL ON FUNCTION safemig.undrop(text, text) FROM PUBLIC;

CREATE FUNCTION safemig.undrop_id(id bigint, as_name text DEFAULT NULL) RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_undrop_id';
COMMENT ON FUNCTION safemig.undrop_id(bigint, text) IS 'brings back one entry of safemig.bin, as safemig.undrop() does';
REVOKE ALL ON FUNCTION safemig.undrop_id(bigint, text) FROM PUBLIC;

CREATE FUNCTION safemig.undo_transaction(xid xid8) RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_undo_transaction';
COMMENT ON FUNCTION safemig.undo_transaction(xid8) IS
'brings back everything one transaction destroyed, newest first. Rows of a DELETE or UPDATE that others changed since stay as they are, and an entry of which nothing comes back for that reason stays kept. SM006 when nothing is kept of it, or nothing comes back. SELECT safemig.undo_transaction(xid) FROM safemig.bin ORDER BY id DESC LIMIT 1';
REVOKE ALL ON FUNCTION safemig.undo_transaction(xid8) FROM PUBLIC;

CREATE FUNCTION safemig.purge_id(id bigint, reason text DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_purge_id';
COMMENT ON FUNCTION safemig.purge_id(bigint, text) IS 'destroys one entry of safemig.bin for good, with a row in safemig.history. SM006 when nothing is kept under the id';
REVOKE ALL ON FUNCTION safemig.purge_id(bigint, text) FROM PUBLIC;

CREATE FUNCTION safemig.purge_object(identity text, reason text DEFAULT NULL) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_purge_object';
COMMENT ON FUNCTION safemig.purge_object(text, text) IS
'destroys for good every entry that holds a thing of that identity: the answer to an erasure request. Returns how many. SELECT safemig.purge_object(''public.users'', ''GDPR-123'')';
REVOKE ALL ON FUNCTION safemig.purge_object(text, text) FROM PUBLIC;

CREATE PROCEDURE safemig.purge_expired()
LANGUAGE C
AS 'MODULE_PATHNAME', 'safemig_purge_expired';
COMMENT ON PROCEDURE safemig.purge_expired() IS 'destroys for good what is kept for longer than keep_for, one transaction for each entry: for a scheduler. CALL safemig.purge_expired()';
REVOKE ALL ON PROCEDURE safemig.purge_expired() FROM PUBLIC;

CREATE FUNCTION safemig.bin_room() RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_bin_room';
COMMENT ON FUNCTION safemig.bin_room() IS 'for safemig.health(): how many bytes the bin may take, by the setting keep_max_bytes';
REVOKE ALL ON FUNCTION safemig.bin_room() FROM PUBLIC;
