-- Rows that DELETE and UPDATE take, kept when a transaction asks for it.

CREATE FUNCTION safemig.log_captured_row() RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_log_captured_row';
COMMENT ON FUNCTION safemig.log_captured_row() IS 'the trigger of safemig.capture(), which lasts as long as its transaction';
REVOKE ALL ON FUNCTION safemig.log_captured_row() FROM PUBLIC;

CREATE FUNCTION safemig.capture(target text, reason text DEFAULT NULL) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_capture';
COMMENT ON FUNCTION safemig.capture(text, text) IS
'for the rest of this transaction, keeps the rows that DELETE, UPDATE and MERGE take or overwrite in a table, its partitions and children; safemig.undrop() merges them back by primary key. Others can read the table meanwhile, not write it. Returns the id of its row in safemig.history, NULL when the setting keep is off. SM006 without a primary key, and for temporary and foreign tables; SM009 when there is no such table. SELECT safemig.capture(''public.clients'')';
REVOKE ALL ON FUNCTION safemig.capture(text, text) FROM PUBLIC;
