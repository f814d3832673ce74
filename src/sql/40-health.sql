-- What a DBA reads: the tables there are, what should be put right, what to rule after a week.

CREATE VIEW safemig.inventory AS
	WITH RECURSIVE lineage(relid, ancestor) AS (
		SELECT c.oid, c.oid FROM pg_catalog.pg_class c
		 WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't'
		UNION
		SELECT l.relid, i.inhparent
		  FROM lineage l JOIN pg_catalog.pg_inherits i ON i.inhrelid = l.ancestor)
	SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS identity,
	       CASE c.relkind WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
	            WHEN 'p' THEN 'partitioned table'
	            ELSE CASE WHEN c.relispartition THEN 'partition' ELSE 'table' END END AS kind,
	       pg_catalog.pg_get_userbyid(c.relowner) AS owner,
	       CASE WHEN c.relkind IN ('r', 'm') AND c.reltuples >= 0 THEN c.reltuples::bigint END AS rows,
	       pg_catalog.pg_total_relation_size(c.oid) AS bytes,
	       (SELECT CASE pg_catalog.max(pg_catalog.array_position(ARRAY['data', 'rows', 'frozen'], r.decision))
	               WHEN 1 THEN 'data' WHEN 2 THEN 'rows' WHEN 3 THEN 'frozen' END
	          FROM lineage l JOIN safemig.rule r ON r.object_oid = l.ancestor
	         WHERE l.relid = c.oid AND r.kind = 'protect') AS protection,
	       EXISTS (SELECT FROM safemig.rule r WHERE r.kind = 'exempt' AND r.schema = n.nspname) AS exempt,
	       ARRAY(SELECT DISTINCT coalesce(v.what, f.what)
	               FROM pg_catalog.pg_depend d
	               LEFT JOIN LATERAL (SELECT pg_catalog.concat('view ', (pg_catalog.pg_identify_object('pg_catalog.pg_class'::regclass, w.ev_class, 0)).identity)
	                                    FROM pg_catalog.pg_rewrite w
	                                   WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND w.oid = d.objid
	                                     AND w.ev_class <> c.oid) v(what) ON true
	               LEFT JOIN LATERAL (SELECT pg_catalog.concat('foreign key ', (pg_catalog.pg_identify_object('pg_catalog.pg_constraint'::regclass, k.oid, 0)).identity)
	                                    FROM pg_catalog.pg_constraint k
	                                   WHERE d.classid = 'pg_catalog.pg_constraint'::regclass AND k.oid = d.objid
	                                     AND k.contype = 'f' AND k.confrelid = c.oid AND k.conparentid = 0) f(what) ON true
	              WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid
	                AND coalesce(v.what, f.what) IS NOT NULL
	              ORDER BY 1) AS dependents
	  FROM pg_catalog.pg_class c
	  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	 WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't'
	   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'safemig')
	   AND n.nspname !~ '^pg_toast';
COMMENT ON VIEW safemig.inventory IS 'every table: how big, how it is protected, what depends on it';
COMMENT ON COLUMN safemig.inventory.rows IS 'as the last VACUUM or ANALYZE counted; null when none has';
COMMENT ON COLUMN safemig.inventory.bytes IS 'with TOAST and indexes';
COMMENT ON COLUMN safemig.inventory.protection IS 'the strongest level of the table and of those it inherits from';
GRANT SELECT ON safemig.inventory TO PUBLIC;

CREATE FUNCTION safemig.library_version() RETURNS text
LANGUAGE C STRICT STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'safemig_library_version';
COMMENT ON FUNCTION safemig.library_version() IS 'version of the library that this session has loaded';

-- shared_preload_libraries names the library: every session of the server is guarded.
CREATE FUNCTION safemig.is_preloaded() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'safemig' = ANY (regexp_split_to_array(replace(current_setting('shared_preload_libraries'), '"', ''), E'\\s*,\\s*'))
$$;
COMMENT ON FUNCTION safemig.is_preloaded() IS 'whether level 2 of loading holds';

-- Settings of databases and roles that reach sessions of this one, as rows.
CREATE FUNCTION safemig.lasting_settings(OUT setrole oid, OUT here boolean, OUT name text, OUT value text)
RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.setrole, s.setdatabase <> 0, split_part(c, '=', 1), substr(c, strpos(c, '=') + 1)
	  FROM pg_db_role_setting s, unnest(s.setconfig) c
	 WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
$$;
COMMENT ON FUNCTION safemig.lasting_settings() IS 'ALTER DATABASE and ALTER ROLE ... SET, as far as they hold for sessions of this database';

CREATE FUNCTION safemig.unguarded_sessions(OUT pid integer, OUT role text, OUT application text, OUT client text, OUT since timestamptz)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT a.pid, a.usename, nullif(a.application_name, ''), coalesce(host(a.client_addr), 'local'), a.backend_start
	  FROM pg_stat_activity a
	 WHERE a.datname = current_database() AND a.backend_type = 'client backend'
	   AND a.pid <> pg_backend_pid() AND NOT safemig.is_preloaded()
	   AND a.backend_start < (SELECT max(at) FROM safemig.armed)
$$;
COMMENT ON FUNCTION safemig.unguarded_sessions() IS
'sessions that were open before the guard came: their DELETE and TRUNCATE pass until their first DDL statement, which is judged';
REVOKE ALL ON FUNCTION safemig.unguarded_sessions() FROM PUBLIC;

CREATE FUNCTION safemig.health(OUT "check" text, OUT state text, OUT detail text, OUT what_to_do text)
RETURNS SETOF record
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH found(name, state, detail, what_to_do) AS (
	SELECT 'loading', 'bad',
	       'this database does not preload the library: new sessions are guarded by event triggers only',
	       'SELECT safemig.arm();'
	 WHERE NOT EXISTS (SELECT FROM safemig.lasting_settings() s
	                    WHERE s.here AND s.setrole = 0 AND s.name = 'session_preload_libraries'
	                      AND 'safemig' = ANY (regexp_split_to_array(replace(s.value, '"', ''), E'\\s*,\\s*')))
	UNION ALL
	SELECT 'event triggers', 'bad', format('event trigger %s does not fire always', t.name), 'SELECT safemig.arm();'
	  FROM (VALUES ('safemig_ddl_start'), ('safemig_ddl_end')) t(name)
	 WHERE NOT EXISTS (SELECT FROM pg_event_trigger e WHERE e.evtname = t.name AND e.evtenabled = 'A')
	UNION ALL
	SELECT 'enforce', 'bad', format('%s is set to %s for %s', s.name, s.value,
	                          CASE WHEN s.setrole = 0 THEN 'this database' ELSE 'role ' || quote_ident(pg_get_userbyid(s.setrole)) END),
	       format('SET safemig.enforce = off; ALTER %s%s RESET %s;',
	              CASE WHEN s.setrole = 0 THEN 'DATABASE ' || quote_ident(current_database()) ELSE 'ROLE ' || quote_ident(pg_get_userbyid(s.setrole)) END,
	              CASE WHEN s.here AND s.setrole <> 0 THEN ' IN DATABASE ' || quote_ident(current_database()) ELSE '' END, s.name)
	  FROM safemig.lasting_settings() s
	 WHERE (s.name = 'safemig.enforce' AND s.value <> 'on') OR (s.name = 'event_triggers' AND s.value IN ('off', 'false', '0', 'no'))
	UNION ALL
	SELECT 'enforce', 'bad', format('%s is %s in %s', f.name, f.setting, f.sourcefile),
	       format('ALTER SYSTEM RESET %s; or edit that file; then SELECT pg_reload_conf();', f.name)
	  FROM pg_file_settings f
	 WHERE f.applied AND ((f.name = 'safemig.enforce' AND f.setting <> 'on')
	                      OR (f.name = 'event_triggers' AND f.setting IN ('off', 'false', '0', 'no')))
	UNION ALL
	SELECT 'enforce', 'bad', format('function %s sets %s', p.oid::regprocedure, split_part(c, '=', 1)),
	       format('ALTER FUNCTION %s RESET %s;', p.oid::regprocedure, split_part(c, '=', 1))
	  FROM pg_proc p, unnest(p.proconfig) c
	 WHERE split_part(c, '=', 1) IN ('safemig.enforce', 'event_triggers')
	UNION ALL
	SELECT 'version', 'bad', format('the library is version %s, the extension version %s', safemig.library_version(), e.extversion),
	       'ALTER EXTENSION safemig UPDATE; and let open sessions reconnect'
	  FROM pg_extension e WHERE e.extname = 'safemig' AND e.extversion <> safemig.library_version()
	UNION ALL
	SELECT 'roles', 'warn', format('role %I has its own session_preload_libraries, without safemig: DELETE and TRUNCATE of its sessions pass until their first DDL', pg_get_userbyid(s.setrole)),
	       format('ALTER ROLE %I%s RESET session_preload_libraries; or load the library for the whole server (level 2)', pg_get_userbyid(s.setrole),
	              CASE WHEN s.here THEN format(' IN DATABASE %I', current_database()) ELSE '' END)
	  FROM safemig.lasting_settings() s
	 WHERE s.setrole <> 0 AND s.name = 'session_preload_libraries' AND NOT safemig.is_preloaded()
	   AND NOT 'safemig' = ANY (regexp_split_to_array(replace(s.value, '"', ''), E'\\s*,\\s*'))
	UNION ALL
	SELECT 'sessions', 'warn', format('session %s of %s (%s, %s) was open before the guard came: its DELETE and TRUNCATE pass until its first DDL',
	                         u.pid, u.role, coalesce(u.application, 'no application name'), u.client),
	       'SELECT safemig.arm(terminate => true); ends such sessions'
	  FROM safemig.unguarded_sessions() u
	UNION ALL
	SELECT 'parameters', 'warn', format('role %s may set %s', a.grantee::regrole, p.parname),
	       format('REVOKE SET ON PARAMETER %s FROM %s;', p.parname, a.grantee::regrole)
	  FROM pg_parameter_acl p, aclexplode(p.paracl) a
	 WHERE p.parname IN ('safemig.enforce', 'session_preload_libraries', 'event_triggers')
	   AND a.privilege_type = 'SET' AND a.grantee <> 0
	   AND NOT (SELECT rolsuper FROM pg_roles r WHERE r.oid = a.grantee)
	UNION ALL
	SELECT 'parameters', 'warn', format('everybody may set %s', p.parname), format('REVOKE SET ON PARAMETER %s FROM PUBLIC;', p.parname)
	  FROM pg_parameter_acl p, aclexplode(p.paracl) a
	 WHERE p.parname IN ('safemig.enforce', 'session_preload_libraries', 'event_triggers')
	   AND a.privilege_type = 'SET' AND a.grantee = 0
	UNION ALL
	SELECT 'rules', 'warn', format('the rule "%s: %s" holds for every object and every role', r.action, r.decision),
	       format('SELECT safemig.drop_rule(%L);', r.action)
	  FROM safemig.rule r LEFT JOIN safemig.action_rows() a ON a.action = r.action
	 WHERE r.kind = 'rule' AND r.decision IN ('allow', 'log') AND coalesce(a.category, r.action) = 'data'
	   AND r.object IS NULL AND r.schema IS NULL AND r.role IS NULL
	UNION ALL
	SELECT 'permits', 'warn', format('permit %s, "%s", stays open until %s', p.id, p.permit, to_char(p.valid_until, 'YYYY-MM-DD')), format('SELECT safemig.revoke_permit(%s);', p.id)
	  FROM safemig.permits p WHERE p.state = 'open' AND p.valid_until > now() + '30 days'
	UNION ALL
	SELECT 'subscriptions', 'warn', format('table %s is replicated from elsewhere: its TRUNCATE and DELETE pass no hook', t.relid::regclass),
	       format('SELECT safemig.guard_subscriber(%L);', t.relid::regclass::text)
	  FROM pg_subscription_rel s, LATERAL (SELECT tree.relid FROM pg_partition_tree(s.srrelid) tree WHERE tree.isleaf
	                                       UNION SELECT s.srrelid) t
	 WHERE NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.relid
	                      AND g.tgfoid = 'safemig.guard_replicated_change()'::regprocedure)
	UNION ALL
	SELECT 'incidents', 'warn', format('incidents that are not yet in their table take %s of %s; what does not fit goes to the server log', pg_size_pretty(f.bytes), m.value),
	       'SELECT safemig.drain_incidents();'
	  FROM (SELECT sum((pg_stat_file('safemig/' || d.name, true)).size) AS bytes
	          FROM pg_ls_dir('safemig', true, false) d(name), pg_database b
	         WHERE b.datname = current_database() AND d.name LIKE b.oid || '.spool%') f, safemig.settings m
	 WHERE m.name = 'incidents_max_bytes' AND f.bytes > 0.8 * pg_size_bytes(m.value)
	UNION ALL
	SELECT 'bin', 'warn', format('it takes %s of %s: keep_when_full is "%s"', pg_size_pretty(b.bytes), pg_size_pretty(b.room), (SELECT value FROM safemig.settings WHERE name = 'keep_when_full')),
	       'CALL safemig.purge_expired(); or SELECT safemig.set(''keep_max_bytes'', ...);'
	  FROM (SELECT coalesce(sum(coalesce(pg_total_relation_size(i.bin_oid), i.bytes)), 0)::bigint AS bytes,
	               safemig.bin_room() AS room
	          FROM safemig.bin_item i JOIN safemig.bin_entry e ON e.id = i.entry WHERE e.state = 'kept') b
	 WHERE b.bytes > 0.8 * b.room
	UNION ALL
	SELECT 'bin', 'warn', format('%s statements'' victims have expired and are still there', count(*)), 'CALL safemig.purge_expired(); from a scheduler'
	  FROM safemig.bin_entry WHERE state = 'kept' AND expires_at < now() AND NOT EXISTS (SELECT FROM safemig.bin_needed_by(id)) HAVING count(*) > 0
	UNION ALL
	SELECT 'bin', 'ok', format('it holds what %s statements destroyed; pg_upgrade cannot carry it', count(*)), 'before pg_upgrade: undrop or purge them; SELECT * FROM safemig.bin'
	  FROM safemig.bin_entry WHERE state = 'kept' HAVING count(*) > 0
	UNION ALL
	SELECT 'environment', 'warn', format('this database counts as production: the environment "%s" was set for another one', c.value),
	       format('SELECT safemig.set(''environment'', %L);', c.value)
	  FROM safemig.config c, pg_control_system() s, pg_database d
	 WHERE c.name = 'environment' AND c.value <> 'production' AND d.datname = current_database()
	   AND c.bound_to IS DISTINCT FROM s.system_identifier || '/' || d.oid
	UNION ALL
	SELECT 'loading', 'ok', 'level 1 of loading: a superuser can start a session without the library, and DROP DATABASE from elsewhere passes',
	       'add safemig to shared_preload_libraries and restart the server'
	 WHERE NOT safemig.is_preloaded()
	UNION ALL
	SELECT 'enforce', 'warn', format('safemig.enforce is %s in this session', current_setting('safemig.enforce', true)), 'RESET safemig.enforce;'
	 WHERE current_setting('safemig.enforce', true) <> 'on'
	)
	SELECT c.name, coalesce(f.state, 'ok'), coalesce(f.detail, c.fine), f.what_to_do
	  FROM (VALUES
		(1, 'loading', 'every session of the server loads the library, whatever it sets'),
		(2, 'event triggers', 'they fire always'),
		(3, 'enforce', 'on, and set otherwise nowhere'),
		(4, 'version', 'library and extension are of one version'),
		(5, 'sessions', 'none is older than the guard'),
		(6, 'roles', 'none has a preload setting of its own'),
		(7, 'parameters', 'none that weakens the guard was granted'),
		(8, 'environment', 'set for this database, or production'),
		(9, 'rules', 'none lets data go everywhere'),
		(10, 'permits', 'none stays open for longer than 30 days'),
		(11, 'subscriptions', 'every replicated table is guarded'),
		(12, 'incidents', 'there is room for more'),
		(13, 'bin', 'empty')) c(place, name, fine)
	  LEFT JOIN found f ON f.name = c.name
	 ORDER BY array_position(ARRAY['bad', 'warn', 'ok'], coalesce(f.state, 'ok')), c.place, f.detail
$$;
COMMENT ON FUNCTION safemig.health() IS
'each thing that can weaken the guard of this database: ok, warn (somebody gets round it) or bad (it does not hold), worst first, with what to do. SELECT * FROM safemig.health()';
REVOKE ALL ON FUNCTION safemig.health() FROM PUBLIC;

-- The table or view that an effect's identity is about ('id_idx on public.users',
-- 'public.users.email'), as set_rule() takes it; its schema; null where there is none.
CREATE FUNCTION safemig.rule_target(identity text, OUT schema text, OUT relation text)
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
	SELECT p.part[1],
	       CASE WHEN c.relkind IN ('r', 'p', 'v', 'm', 'f') THEN format('%I.%I', p.part[1], p.part[2]) END
	  FROM (SELECT regexp_replace(regexp_replace(identity, E'^.* on (.*\\..*)$', E'\\1'), E'\\(.*$', '') AS name) n
	 CROSS JOIN LATERAL (SELECT CASE WHEN n.name ~ E'^("([^"]|"")+"|[^".]+)(\\.("([^"]|"")+"|[^".]+))+$'
	                            THEN parse_ident(n.name, false) END AS part) p
	  LEFT JOIN pg_class c ON c.oid = to_regclass(format('%I.%I', p.part[1], p.part[2]))
$$;
COMMENT ON FUNCTION safemig.rule_target(text) IS 'for suggest_rules(): what a rule about this effect would name';

CREATE FUNCTION safemig.suggest_rules(since interval DEFAULT '7 days', OUT statement text, OUT times bigint, OUT last_at timestamptz, OUT applications text, OUT example text)
RETURNS SETOF record
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	WITH effect AS (
		SELECT i.role, i.application, i.times, i.last_at, i.statement, a.action, e AS identity, t.schema, t.relation
		  FROM safemig.incidents i
		 CROSS JOIN LATERAL unnest(i.effects) e
		 CROSS JOIN LATERAL (SELECT r.action FROM safemig.action_rows() r
		                      WHERE e LIKE r.action || ' %' AND r.category <> 'self'
		                      ORDER BY length(r.action) DESC LIMIT 1) a
		 CROSS JOIN LATERAL safemig.rule_target(substr(e, length(a.action) + 2)) t
		 WHERE i.verdict IN ('refused', 'warned') AND i.last_at > now() - since),
	-- what happens to many things of a schema is a way of life there
	wide AS (
		SELECT action, role, schema FROM effect
		 GROUP BY 1, 2, 3 HAVING count(DISTINCT identity) >= 3),
	ruled AS (
		SELECT e.*, CASE WHEN e.relation IS NOT NULL AND w.schema IS NULL THEN e.relation
		                 WHEN e.schema IS NOT NULL THEN format('%I.*', e.schema) END AS object
		  FROM effect e
		  LEFT JOIN wide w ON w.action = e.action AND w.schema = e.schema AND w.role IS NOT DISTINCT FROM e.role)
	SELECT format('SELECT safemig.set_rule(%L, ''allow''%s%s, reason => %L);', r.action,
	              CASE WHEN r.object IS NOT NULL THEN format(', object => %L', r.object) ELSE '' END,
	              CASE WHEN r.role IS NOT NULL AND EXISTS (SELECT FROM pg_roles p WHERE p.rolname = r.role)
	                   THEN format(', role => %L', r.role) ELSE '' END,
	              format('seen until %s: %s', to_char(max(r.last_at), 'YYYY-MM-DD'), sum(r.times))),
	       sum(r.times)::bigint, max(r.last_at),
	       string_agg(DISTINCT r.application, ', '),
	       (array_agg(left(r.statement, 200) ORDER BY r.last_at DESC))[1]
	  FROM ruled r
	 GROUP BY r.action, r.object, r.role
	 ORDER BY 2 DESC, 1
$$;
COMMENT ON FUNCTION safemig.suggest_rules(interval) IS
'turns the incidents of the last week into set_rule statements that would let the same pass, most frequent first: to be read, and run where they are right. SELECT * FROM safemig.suggest_rules()';
REVOKE ALL ON FUNCTION safemig.suggest_rules(interval) FROM PUBLIC;
