-- Maintenance: only those who may run migrations write.

CREATE TABLE safemig.maintenance_mode (
	one      boolean PRIMARY KEY DEFAULT true CHECK (one),
	message  text NOT NULL,
	until_at timestamptz,
	since    timestamptz NOT NULL,
	set_by   text NOT NULL,
	bound_to text NOT NULL
);
COMMENT ON TABLE safemig.maintenance_mode IS 'a row while maintenance is on; read safemig.maintenance';
COMMENT ON COLUMN safemig.maintenance_mode.bound_to IS 'system identifier and database it is meant for';
REVOKE ALL ON safemig.maintenance_mode FROM PUBLIC;

CREATE TRIGGER maintenance_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON safemig.maintenance_mode
	FOR EACH STATEMENT EXECUTE FUNCTION safemig.policy_changed();
ALTER TABLE safemig.maintenance_mode ENABLE ALWAYS TRIGGER maintenance_changed;
COMMENT ON TRIGGER maintenance_changed ON safemig.maintenance_mode IS 'every session hears of it';

CREATE VIEW safemig.maintenance AS
	SELECT m.message, m.until_at, m.since, m.set_by
	  FROM safemig.maintenance_mode m
	 WHERE m.until_at IS NULL OR m.until_at > pg_catalog.clock_timestamp();
COMMENT ON VIEW safemig.maintenance IS 'a row while maintenance is on';
GRANT SELECT ON safemig.maintenance TO PUBLIC;

-- pg_stat_activity shows a reader no query of others, hence the owner's rights
CREATE FUNCTION safemig.running_writers(OUT pid bigint, OUT role text, OUT application text, OUT since timestamptz, OUT query text)
RETURNS SETOF record
LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT a.pid::bigint, a.usename::text, a.application_name, a.xact_start, a.query
	  FROM pg_stat_activity a
	 WHERE a.datname = current_database() AND a.backend_xid IS NOT NULL AND a.pid <> pg_backend_pid()
	 UNION ALL
	SELECT NULL, p.owner::text, NULL, p.prepared, p.gid
	  FROM pg_prepared_xacts p WHERE p.database = current_database()
	 ORDER BY 4
$$;
COMMENT ON FUNCTION safemig.running_writers() IS
'transactions of this database that have written and are not at their end; of a prepared one the pid is null and the query is its name. SELECT * FROM safemig.running_writers()';
REVOKE ALL ON FUNCTION safemig.running_writers() FROM PUBLIC;

CREATE FUNCTION safemig.maintenance_on(message text, until timestamptz DEFAULT NULL) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_maintenance_on';
COMMENT ON FUNCTION safemig.maintenance_on(text, timestamptz) IS
'from commit on, writes of all who may not run migrations fail with SM004 and this message, until then or until maintenance_off(). Returns how many transactions are writing just now, each told in a NOTICE. SELECT safemig.maintenance_on(''back at 6'', now() + interval ''1 hour'')';
REVOKE ALL ON FUNCTION safemig.maintenance_on(text, timestamptz) FROM PUBLIC;

CREATE FUNCTION safemig.maintenance_off() RETURNS boolean
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_maintenance_off';
COMMENT ON FUNCTION safemig.maintenance_off() IS 'ends maintenance; false when it was not on. SELECT safemig.maintenance_off()';
REVOKE ALL ON FUNCTION safemig.maintenance_off() FROM PUBLIC;
