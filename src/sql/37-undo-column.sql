-- Dropped columns that are still in their rows, and what is copied of columns.

CREATE FUNCTION safemig.carry_kept_columns() RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_carry_kept_columns';
COMMENT ON FUNCTION safemig.carry_kept_columns() IS 'the trigger on a table with a dropped column that is kept: an updated row keeps its value';
REVOKE ALL ON FUNCTION safemig.carry_kept_columns() FROM PUBLIC;

-- Everything of a column that its drop forgets.
CREATE FUNCTION safemig.bin_column(target oid, attnum smallint) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE base(oid, next) AS (
		SELECT t.oid, t.typbasetype FROM pg_type t JOIN pg_attribute a ON a.atttypid = t.oid
		 WHERE a.attrelid = target AND a.attnum = bin_column.attnum
		UNION ALL SELECT t.oid, t.typbasetype FROM base b JOIN pg_type t ON t.oid = b.next)
	SELECT jsonb_build_object('name', a.attname, 'owner', pg_get_userbyid(c.relowner),
	       'type', format_type(a.atttypid, a.atttypmod), 'type_oid', a.atttypid::bigint,
	       'base', (SELECT b.oid::bigint FROM base b WHERE b.next = 0),
	       'collation_oid', a.attcollation::bigint,
	       'collation', (SELECT format('%I.%I', n.nspname, l.collname) FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
	                      WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation),
	       'not_null', a.attnotnull, 'identity', nullif(a.attidentity, ''), 'generated', nullif(a.attgenerated, ''),
	       'default', pg_get_expr(d.adbin, d.adrelid), 'statistics', nullif(a.attstattarget, -1),
	       'storage', CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END, 'compression', nullif(a.attcompression, ''),
	       'options', (SELECT string_agg(format('%I = %L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ') FROM unnest(a.attoptions) o
	                    -- the server's own, which stays with the attribute when it is dropped
	                    WHERE split_part(o, '=', 1) <> 'pg_attver'),
	       'local', a.attislocal, 'acl', safemig.bin_acl(a.attacl), 'comment', col_description(a.attrelid, a.attnum),
	       'labels', (SELECT jsonb_agg(jsonb_build_array(s.provider, s.label)) FROM pg_seclabel s
	                   WHERE s.classoid = 'pg_class'::regclass AND s.objoid = a.attrelid AND s.objsubid = a.attnum),
	       'missing', a.attmissingval::text,
	       'children', (SELECT jsonb_object_agg(i.inhrelid::bigint, ca.attislocal) FROM pg_inherits i JOIN pg_attribute ca
	                      ON ca.attrelid = i.inhrelid AND ca.attname = a.attname AND NOT ca.attisdropped WHERE i.inhparent = target),
	       -- the same column in the parts of a partitioned table
	       'partitions', CASE WHEN c.relkind = 'p' THEN (SELECT jsonb_object_agg(pa.attrelid::bigint, pa.attnum) FROM pg_partition_tree(target) p JOIN pg_attribute pa
	                      ON pa.attrelid = p.relid AND pa.attname = a.attname AND NOT pa.attisdropped WHERE p.relid <> target) END,
	       'inserted', pg_stat_get_tuples_inserted(target) + pg_stat_get_xact_tuples_inserted(target),
	       'files', jsonb_build_array(pg_relation_filenode(a.attrelid::regclass)::bigint),
	       'sequence', (SELECT p.objid::bigint FROM pg_depend p JOIN pg_class s ON s.oid = p.objid AND s.relkind = 'S'
	                     WHERE p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass
	                       AND p.refobjid = a.attrelid AND p.refobjsubid = a.attnum AND p.deptype IN ('a', 'i') LIMIT 1))
	  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
	  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
	 WHERE a.attrelid = target AND a.attnum = bin_column.attnum
$$;
COMMENT ON FUNCTION safemig.bin_column(oid, smallint) IS 'for the bin: everything of a column that its drop forgets';
REVOKE ALL ON FUNCTION safemig.bin_column(oid, smallint) FROM PUBLIC;

-- attislocal and attinhcount of a column that came back, and of the children's: as many
-- parents as have it now. saved: what was local, by table.
CREATE FUNCTION safemig.bin_inherit_column(target oid, attname text, saved jsonb) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE pg_attribute a SET attinhcount = p.parents,
	       attislocal = CASE WHEN p.parents = 0 THEN true ELSE coalesce((saved ->> a.attrelid::text)::boolean, a.attislocal) END
	  FROM (SELECT t.oid, (SELECT count(*) FROM pg_inherits i JOIN pg_attribute pa ON pa.attrelid = i.inhparent
	                        WHERE i.inhrelid = t.oid AND pa.attname = bin_inherit_column.attname AND NOT pa.attisdropped) AS parents
	          FROM (SELECT target UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = target) t(oid)) p
	 WHERE a.attrelid = p.oid AND a.attname = bin_inherit_column.attname AND NOT a.attisdropped
	   AND (a.attinhcount <> p.parents OR a.attislocal <>
	        CASE WHEN p.parents = 0 THEN true ELSE coalesce((saved ->> a.attrelid::text)::boolean, a.attislocal) END)
$$;
COMMENT ON FUNCTION safemig.bin_inherit_column(oid, text, jsonb) IS 'for the bin: ties a column that came back to parents and children';
REVOKE ALL ON FUNCTION safemig.bin_inherit_column(oid, text, jsonb) FROM PUBLIC;

-- A child whose column of that name is missing or another.
CREATE FUNCTION safemig.bin_child_without(target oid, attname text) RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT i.inhrelid::regclass::text FROM pg_inherits i
	  JOIN pg_attribute a ON a.attrelid = target AND a.attname = bin_child_without.attname AND NOT a.attisdropped
	 WHERE i.inhparent = target
	   AND NOT EXISTS (SELECT FROM pg_attribute ca WHERE ca.attrelid = i.inhrelid AND ca.attname = a.attname AND NOT ca.attisdropped
	                    AND (ca.atttypid, ca.atttypmod, ca.attcollation) = (a.atttypid, a.atttypmod, a.attcollation))
	 ORDER BY i.inhrelid LIMIT 1
$$;
COMMENT ON FUNCTION safemig.bin_child_without(oid, text) IS 'for the bin: a child that a column cannot come back to';
REVOKE ALL ON FUNCTION safemig.bin_child_without(oid, text) FROM PUBLIC;

-- What reads a table, or a function that returns its rows, and is stored as a tree.
CREATE FUNCTION safemig.bin_readers(relation oid, OUT class_id oid, OUT object_oid oid, OUT tree text)
RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH reader AS (SELECT DISTINCT d.classid, d.objid FROM pg_depend d
	  WHERE (d.refclassid = 'pg_class'::regclass AND d.refobjid = relation)
	     OR (d.refclassid = 'pg_proc'::regclass AND d.refobjid IN (SELECT p.oid FROM pg_class c JOIN pg_proc p ON p.prorettype = c.reltype WHERE c.oid = relation)))
	SELECT r.classid, r.objid, CAST(t.tree AS text) FROM reader r JOIN pg_rewrite w ON w.oid = r.objid, LATERAL (VALUES (w.ev_action), (w.ev_qual)) t(tree)
	 WHERE r.classid = 'pg_rewrite'::regclass AND t.tree IS NOT NULL
	UNION ALL
	SELECT r.classid, r.objid, CAST(p.prosqlbody AS text) FROM reader r JOIN pg_proc p ON p.oid = r.objid
	 WHERE r.classid = 'pg_proc'::regclass AND p.prosqlbody IS NOT NULL
	UNION ALL
	SELECT r.classid, r.objid, CAST(t.tree AS text) FROM reader r JOIN pg_policy p ON p.oid = r.objid, LATERAL (VALUES (p.polqual), (p.polwithcheck)) t(tree)
	 WHERE r.classid = 'pg_policy'::regclass AND t.tree IS NOT NULL
	 ORDER BY 1, 2
$$;
COMMENT ON FUNCTION safemig.bin_readers(oid) IS 'for the bin: views, rules, functions and policies that read a table, as the catalogs have them';
REVOKE ALL ON FUNCTION safemig.bin_readers(oid) FROM PUBLIC;

CREATE FUNCTION safemig.bin_reader(class_id oid, object_oid oid, OUT view_oid oid, OUT statement text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN ev_type = '1' THEN ev_class ELSE 0 END,
	       CASE WHEN ev_type = '1' THEN pg_get_viewdef(ev_class) ELSE regexp_replace(pg_get_ruledef(oid), '^CREATE ', 'CREATE OR REPLACE ') END
	  FROM pg_rewrite WHERE class_id = 'pg_rewrite'::regclass AND oid = object_oid
	UNION ALL
	SELECT 0, pg_get_functiondef(oid) FROM pg_proc WHERE class_id = 'pg_proc'::regclass AND oid = object_oid
	UNION ALL
	SELECT 0, concat(format('ALTER POLICY %I ON %s', polname, polrelid::regclass), ' USING (' || pg_get_expr(polqual, polrelid) || ')',
	                 ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')')
	  FROM pg_policy WHERE class_id = 'pg_policy'::regclass AND oid = object_oid
$$;
COMMENT ON FUNCTION safemig.bin_reader(oid, oid) IS 'for the bin: the query of a view, or the statement that defines a rule, function or policy anew';
REVOKE ALL ON FUNCTION safemig.bin_reader(oid, oid) FROM PUBLIC;

CREATE FUNCTION safemig.bin_define_view(view_oid oid, query text) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_bin_define_view';
COMMENT ON FUNCTION safemig.bin_define_view(oid, text) IS 'for the bin: gives a view or materialized view its query again, parsed anew';
REVOKE ALL ON FUNCTION safemig.bin_define_view(oid, text) FROM PUBLIC;

-- What else uses the sequence of a column: defaults of other columns, and the rest.
CREATE FUNCTION safemig.bin_sequence_users(sequence oid, target oid, attnum smallint, OUT class_id oid, OUT object_oid oid)
RETURNS SETOF record
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT d.classid, d.objid FROM pg_depend d
	 WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = sequence AND d.deptype = 'n'
	   AND NOT EXISTS (SELECT FROM pg_attrdef f WHERE d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
	                    AND f.adrelid = target AND f.adnum = bin_sequence_users.attnum)
$$;
COMMENT ON FUNCTION safemig.bin_sequence_users(oid, oid, smallint) IS 'for the bin: what uses a sequence beside the column that owns it';
REVOKE ALL ON FUNCTION safemig.bin_sequence_users(oid, oid, smallint) FROM PUBLIC;

CREATE PROCEDURE safemig.settle(id bigint)
LANGUAGE C
AS 'MODULE_PATHNAME', 'safemig_settle';
COMMENT ON PROCEDURE safemig.settle(bigint) IS
'copies what an entry keeps of dropped columns aside, as primary key and value, so that the table can be rewritten and updates carry nothing any more. SM006 when there is nothing to settle, or no key that says which row a value belongs to. CALL safemig.settle(17)';
REVOKE ALL ON PROCEDURE safemig.settle(bigint) FROM PUBLIC;
