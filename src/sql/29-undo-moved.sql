-- Tables and their kin in the bin: what ties them to the rest, cut when they go and
-- tied again when they come back.

CREATE TABLE safemig.bin_tie (
	entry      bigint NOT NULL REFERENCES safemig.bin_entry,
	place      bigint NOT NULL,
	what       text NOT NULL,
	statements text[] NOT NULL,
	PRIMARY KEY (entry, place)
);
COMMENT ON TABLE safemig.bin_tie IS 'statements that tie what comes back to the tables that stayed; %{oid} stands for the present name of a relation';
REVOKE ALL ON safemig.bin_tie FROM PUBLIC;

CREATE FUNCTION safemig.bin_ties(moved oid[], dropped_class oid[], dropped_oid oid[],
	OUT what text, OUT cut text, OUT statements text[])
RETURNS SETOF record
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	WITH dropped AS (SELECT * FROM unnest(dropped_class, dropped_oid) d(class, oid)),
	tie(place, what, cut, statements) AS (
	-- partitions and children of parents that stay
	SELECT 1, format('partition %s of %s', i.inhrelid::regclass, i.inhparent::regclass),
	       format('ALTER TABLE %%{%s} DETACH PARTITION %%{%s}', i.inhparent, i.inhrelid),
	       -- nobody writes to what is in the bin: the constraint holds, and no scan is needed
	       CASE WHEN pg_get_partition_constraintdef(i.inhrelid) IS NOT NULL THEN ARRAY[
	           concat('ALTER TABLE %{', i.inhrelid, '} ADD CONSTRAINT safemig_part CHECK (', pg_get_partition_constraintdef(i.inhrelid), ') NOT VALID'),
	           concat('UPDATE pg_catalog.pg_constraint SET convalidated = true WHERE conname = ''safemig_part'' AND conrelid = ', i.inhrelid)]
	       ELSE ARRAY[]::text[] END
	       || concat('ALTER TABLE %{', i.inhparent, '} ATTACH PARTITION %{', i.inhrelid, '} ', pg_get_expr(c.relpartbound, c.oid))
	       || CASE WHEN pg_get_partition_constraintdef(i.inhrelid) IS NOT NULL
	          THEN ARRAY[format('ALTER TABLE %%{%s} DROP CONSTRAINT safemig_part', i.inhrelid)] ELSE ARRAY[]::text[] END
	  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
	 WHERE i.inhrelid = ANY (moved) AND i.inhparent <> ALL (moved) AND c.relispartition AND c.relkind IN ('r', 'p', 'f')
	UNION ALL
	SELECT 1, format('inheritance of %s from %s', i.inhrelid::regclass, i.inhparent::regclass),
	       format('ALTER TABLE %%{%s} NO INHERIT %%{%s}', i.inhrelid, i.inhparent),
	       ARRAY[format('ALTER TABLE %%{%s} INHERIT %%{%s}', i.inhrelid, i.inhparent),
	             concat('UPDATE pg_catalog.pg_attribute SET attislocal = false WHERE attrelid = ', i.inhrelid, ' AND attname = ANY (',
	                    quote_literal(ARRAY(SELECT attname::text FROM pg_attribute a WHERE a.attrelid = i.inhrelid AND NOT a.attislocal AND a.attnum > 0 AND NOT a.attisdropped)), ')'),
	             concat('UPDATE pg_catalog.pg_constraint SET conislocal = false WHERE conrelid = ', i.inhrelid, ' AND conname = ANY (',
	                    quote_literal(ARRAY(SELECT conname::text FROM pg_constraint k WHERE k.conrelid = i.inhrelid AND NOT k.conislocal)), ')')]
	  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
	 WHERE i.inhrelid = ANY (moved) AND i.inhparent <> ALL (moved) AND NOT c.relispartition AND c.relkind IN ('r', 'p', 'f')
	UNION ALL
	-- foreign keys that cross; a partition's own come back with ATTACH PARTITION
	SELECT 2, format('foreign key %I on %s', k.conname, k.conrelid::regclass),
	       format('ALTER TABLE %%{%s} DROP CONSTRAINT %I', k.conrelid, k.conname),
	       CASE WHEN k.conparentid = 0 THEN ARRAY[
	           concat('ALTER TABLE %{', k.conrelid, '} ADD CONSTRAINT ', quote_ident(k.conname), ' ',
	                  regexp_replace(replace(pg_get_constraintdef(k.oid), concat('REFERENCES ', k.confrelid::regclass, '('), concat('REFERENCES %{', k.confrelid, '}(')), ' NOT VALID$', ''),
	                  CASE WHEN c.relkind = 'p' THEN '' ELSE ' NOT VALID' END)]
	       ELSE ARRAY[]::text[] END
	  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
	 WHERE k.contype = 'f' AND (k.conrelid = ANY (moved)) <> (k.confrelid = ANY (moved))
	   AND (k.conparentid = 0 OR (k.conrelid = ANY (moved)
	        AND (SELECT conrelid FROM pg_constraint p WHERE p.oid = k.conparentid) <> ALL (moved)))
	UNION ALL
	SELECT 3, format('publication %I of %s', p.pubname, r.prrelid::regclass),
	       format('ALTER PUBLICATION %I DROP TABLE %%{%s}', p.pubname, r.prrelid),
	       ARRAY[concat('ALTER PUBLICATION ', quote_ident(p.pubname), ' ADD TABLE %{', r.prrelid, '}',
	             (SELECT concat(' (', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), ')')
	                FROM pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs) HAVING count(*) > 0),
	             CASE WHEN r.prqual IS NOT NULL THEN concat(' WHERE (', pg_get_expr(r.prqual, r.prrelid), ')') END)]
	  FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
	 WHERE r.prrelid = ANY (moved)
	UNION ALL
	SELECT 4, format('policy %I on %s', p.polname, p.polrelid::regclass),
	       format('DROP POLICY %I ON %%{%s}', p.polname, p.polrelid),
	       ARRAY[concat('CREATE POLICY ', quote_ident(p.polname), ' ON %{', p.polrelid, '} AS ',
	             CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END, ' FOR ',
	             CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, ' TO ',
	             (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ', ') FROM unnest(p.polroles) r),
	             ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')]
	  FROM pg_policy p JOIN dropped d ON d.class = 'pg_policy'::regclass AND d.oid = p.oid
	 WHERE p.polrelid <> ALL (moved)
	UNION ALL
	SELECT 5, format('default of %s.%I', a.attrelid::regclass, a.attname),
	       format('ALTER TABLE %%{%s} ALTER COLUMN %I DROP DEFAULT', a.attrelid, a.attname),
	       ARRAY[concat('ALTER TABLE %{', a.attrelid, '} ALTER COLUMN ', quote_ident(a.attname), ' SET DEFAULT ', pg_get_expr(f.adbin, f.adrelid))]
	  FROM pg_attrdef f JOIN dropped d ON d.class = 'pg_attrdef'::regclass AND d.oid = f.oid
	  JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
	 WHERE f.adrelid <> ALL (moved) AND a.attgenerated = ''
	   AND NOT EXISTS (SELECT FROM dropped c WHERE c.class = 'pg_class'::regclass AND c.oid = f.adrelid))
	SELECT what, cut, statements FROM tie ORDER BY place, what
$$;
COMMENT ON FUNCTION safemig.bin_ties(oid[], oid[], oid[]) IS 'for the bin: what ties relations that are to be moved to those that stay';
REVOKE ALL ON FUNCTION safemig.bin_ties(oid[], oid[], oid[]) FROM PUBLIC;

-- Fails closed: whatever the server would drop and that neither moves nor hangs on what moves.
CREATE FUNCTION safemig.bin_left_behind(moved oid[], dropped_class oid[], dropped_oid oid[], dropped_sub integer[],
	OUT class_id oid, OUT object_oid oid, OUT sub_id integer)
RETURNS SETOF record
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	WITH moved_part(oid) AS (
		SELECT unnest(moved)
		UNION SELECT reltoastrelid FROM pg_class WHERE oid = ANY (moved) AND reltoastrelid <> 0),
	parts(oid) AS (
		SELECT oid FROM moved_part
		UNION SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM moved_part))
	SELECT d.class, d.oid, d.sub
	  FROM unnest(dropped_class, dropped_oid, dropped_sub) WITH ORDINALITY d(class, oid, sub, place)
	 WHERE (pg_identify_object(d.class, d.oid, d.sub)).identity IS NOT NULL
	   AND NOT EXISTS (SELECT FROM parts p WHERE p.oid = CASE d.class
	       WHEN 'pg_class'::regclass THEN d.oid
	       WHEN 'pg_type'::regclass THEN (SELECT coalesce(nullif(t.typrelid, 0), nullif(e.typrelid, 0)) FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem WHERE t.oid = d.oid)
	       WHEN 'pg_constraint'::regclass THEN (SELECT conrelid FROM pg_constraint WHERE oid = d.oid)
	       WHEN 'pg_trigger'::regclass THEN (SELECT tgrelid FROM pg_trigger WHERE oid = d.oid)
	       WHEN 'pg_rewrite'::regclass THEN (SELECT ev_class FROM pg_rewrite WHERE oid = d.oid)
	       WHEN 'pg_attrdef'::regclass THEN (SELECT adrelid FROM pg_attrdef WHERE oid = d.oid)
	       WHEN 'pg_policy'::regclass THEN (SELECT polrelid FROM pg_policy WHERE oid = d.oid)
	       WHEN 'pg_statistic_ext'::regclass THEN (SELECT stxrelid FROM pg_statistic_ext WHERE oid = d.oid) END)
	 ORDER BY d.place
$$;
COMMENT ON FUNCTION safemig.bin_left_behind(oid[], oid[], oid[], integer[]) IS 'for the bin: what a drop would take that does not move';
REVOKE ALL ON FUNCTION safemig.bin_left_behind(oid[], oid[], oid[], integer[]) FROM PUBLIC;

-- Everything of a relation that moving it changes.
CREATE FUNCTION safemig.bin_relation(target oid) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT jsonb_build_object('schema', n.nspname, 'name', c.relname, 'owner', pg_get_userbyid(c.relowner), 'acl', safemig.bin_acl(c.relacl),
	       'columns', (SELECT coalesce(jsonb_object_agg(a.attnum, safemig.bin_acl(a.attacl)), '{}')
	                     FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL))
	  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target
$$;
COMMENT ON FUNCTION safemig.bin_relation(oid) IS 'for the bin: schema, name, owner and grants of a relation';
REVOKE ALL ON FUNCTION safemig.bin_relation(oid) FROM PUBLIC;

-- Each grant with the roles it names, since one of them may be gone when it comes back.
CREATE FUNCTION safemig.bin_acl(acl aclitem[]) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN acl IS NOT NULL THEN
	       (SELECT coalesce(jsonb_agg(jsonb_build_object('item', i::text,
	               'roles', (SELECT jsonb_agg(DISTINCT pg_get_userbyid(r.role)) FROM aclexplode(ARRAY[i]) x, LATERAL (VALUES (x.grantee), (x.grantor)) r(role) WHERE r.role <> 0))), '[]')
	          FROM unnest(acl) i) END
$$;
COMMENT ON FUNCTION safemig.bin_acl(aclitem[]) IS 'for the bin: grants as jsonb';
REVOKE ALL ON FUNCTION safemig.bin_acl(aclitem[]) FROM PUBLIC;

CREATE FUNCTION safemig.bin_acl_back(acl jsonb) RETURNS aclitem[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN jsonb_typeof(acl) = 'array' THEN
	       coalesce((SELECT array_agg((g ->> 'item')::aclitem) FROM jsonb_array_elements(acl) g
	                  WHERE NOT EXISTS (SELECT FROM jsonb_array_elements_text(g -> 'roles') r
	                                     WHERE NOT EXISTS (SELECT FROM pg_roles p WHERE p.rolname = r))), '{}') END
$$;
COMMENT ON FUNCTION safemig.bin_acl_back(jsonb) IS 'for the bin: the grants whose roles are still there';
REVOKE ALL ON FUNCTION safemig.bin_acl_back(jsonb) FROM PUBLIC;

-- Where the rows of an entry can be read meanwhile, and who had them.
CREATE FUNCTION safemig.bin_tables(entry bigint, OUT schema text, OUT name text, OUT owner text)
RETURNS SETOF record
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT n.nspname, c.relname, i.owner
	  FROM safemig.bin_item i JOIN pg_class c ON c.oid = i.bin_oid JOIN pg_namespace n ON n.oid = c.relnamespace
	 WHERE i.entry = bin_tables.entry AND n.nspname LIKE 'pg\_safemig\_bin\_%'
	 ORDER BY i.item
$$;
COMMENT ON FUNCTION safemig.bin_tables(bigint) IS 'for the bin: the relations that hold the rows of an entry';
REVOKE ALL ON FUNCTION safemig.bin_tables(bigint) FROM PUBLIC;

CREATE FUNCTION safemig.expose(id bigint) RETURNS text[]
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_expose';
COMMENT ON FUNCTION safemig.expose(bigint) IS
'lets the former owners of what an entry of safemig.bin holds, and the caller, read it where it lies; returns the names to read. SM006 when nothing is kept under the id. SELECT safemig.expose(17)';
REVOKE ALL ON FUNCTION safemig.expose(bigint) FROM PUBLIC;

CREATE FUNCTION safemig.unexpose(id bigint) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_unexpose';
COMMENT ON FUNCTION safemig.unexpose(bigint) IS 'takes expose() back';
REVOKE ALL ON FUNCTION safemig.unexpose(bigint) FROM PUBLIC;

-- Foreign keys that an entry brought back and that were not validated since.
CREATE FUNCTION safemig.unvalidated(entry bigint) RETURNS SETOF text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format('ALTER TABLE %s VALIDATE CONSTRAINT %I', k.conrelid::regclass, k.conname)
	  FROM safemig.bin_tie t
	 CROSS JOIN LATERAL unnest(t.statements) s(statement)
	 CROSS JOIN LATERAL regexp_match(s.statement, '^ALTER TABLE %\{(\d+)\} ADD CONSTRAINT ("(?:[^"]|"")+"|\S+) FOREIGN KEY .* NOT VALID$') m(part)
	  JOIN pg_constraint k ON k.conrelid = m.part[1]::oid AND quote_ident(k.conname) = m.part[2]
	 WHERE t.entry = unvalidated.entry AND NOT k.convalidated
	 ORDER BY t.place
$$;
COMMENT ON FUNCTION safemig.unvalidated(bigint) IS 'for validate(): the statements that validate what an entry brought back NOT VALID';
REVOKE ALL ON FUNCTION safemig.unvalidated(bigint) FROM PUBLIC;

CREATE PROCEDURE safemig.validate(id bigint)
LANGUAGE C
AS 'MODULE_PATHNAME', 'safemig_validate';
COMMENT ON PROCEDURE safemig.validate(bigint) IS
'validates the foreign keys that undrop brought back NOT VALID, one transaction for each, without keeping anybody from writing. CALL safemig.validate(17)';
REVOKE ALL ON PROCEDURE safemig.validate(bigint) FROM PUBLIC;
