-- Tables that logical replication writes, below every hook.

CREATE FUNCTION safemig.guard_replicated_change() RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_guard_replicated_change';
COMMENT ON FUNCTION safemig.guard_replicated_change() IS 'the trigger of safemig.guard_subscriber()';

CREATE FUNCTION safemig.guard_subscriber(target text) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_guard_subscriber';
COMMENT ON FUNCTION safemig.guard_subscriber(text) IS
'judges what logical replication does to a table and its partitions: TRUNCATE, changes of protected rows, more rows in one transaction than max_rows. A refusal stops the subscription with nothing lost. SM009 when there is no such table. SELECT safemig.guard_subscriber(''public.users'')';
REVOKE ALL ON FUNCTION safemig.guard_subscriber(text) FROM PUBLIC;

CREATE FUNCTION safemig.unguard_subscriber(target text) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_unguard_subscriber';
COMMENT ON FUNCTION safemig.unguard_subscriber(text) IS 'takes guard_subscriber() back; SM009 when there is no such table';
REVOKE ALL ON FUNCTION safemig.unguard_subscriber(text) FROM PUBLIC;
