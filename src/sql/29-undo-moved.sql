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

-- What somebody wrote, names too, in a statement where %{ is a mark of ours.
-- Without a setting of its own, so that the planner can take it in.
CREATE FUNCTION safemig.bin_text(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT pg_catalog.replace(written, '%{', '%{%}{') $$;
COMMENT ON FUNCTION safemig.bin_text(text) IS 'for the bin: a text for use in a statement that has marks like %{16384}';
REVOKE ALL ON FUNCTION safemig.bin_text(text) FROM PUBLIC;

CREATE FUNCTION safemig.bin_partition_check(relation oid) RETURNS text
LANGUAGE C STRICT STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_bin_partition_check';
COMMENT ON FUNCTION safemig.bin_partition_check(oid) IS 'for the bin: what a partition''s bounds ask of its rows; null for what is none';
REVOKE ALL ON FUNCTION safemig.bin_partition_check(oid) FROM PUBLIC;

CREATE FUNCTION safemig.bin_ties(moved oid[], dropped_class oid[], dropped_oid oid[],
	OUT place integer, OUT what text, OUT cut text, OUT statements text[])
RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	-- in the order in which they are cut: nobody detaches a partition that a foreign key refers to,
	-- and a partition's own foreign key can be dropped when it is detached
	WITH dropped AS (SELECT * FROM unnest(dropped_class, dropped_oid) d(class, oid)),
	tie(cut_place, place, what, cut, statements) AS (
	SELECT 2, 10 + i.inhseqno, format('partition %s of %s', i.inhrelid::regclass, i.inhparent::regclass),
	       -- what began with CONCURRENTLY and broke off is ended here, and stays as it was about to be
	       CASE WHEN i.inhdetachpending THEN format('UPDATE pg_catalog.pg_inherits SET inhdetachpending = false WHERE inhrelid = %s; ', i.inhrelid) ELSE '' END
	       || format('ALTER TABLE %%{%s} DETACH PARTITION %%{%s}', i.inhparent, i.inhrelid),
	       -- nobody writes to what is in the bin: the constraint holds, and no scan is needed
	       CASE WHEN i.inhdetachpending THEN ARRAY[]::text[] ELSE
	       CASE WHEN safemig.bin_partition_check(i.inhrelid) IS NOT NULL THEN ARRAY[
	           concat('ALTER TABLE %{', i.inhrelid, '} ADD CONSTRAINT safemig_part CHECK (', safemig.bin_text(safemig.bin_partition_check(i.inhrelid)), ') NOT VALID'),
	           concat('UPDATE pg_catalog.pg_constraint SET convalidated = true WHERE conname = ''safemig_part'' AND conrelid = ', i.inhrelid)]
	       ELSE ARRAY[]::text[] END
	       || concat('ALTER TABLE %{', i.inhparent, '} ATTACH PARTITION %{', i.inhrelid, '} ', safemig.bin_text(pg_get_expr(c.relpartbound, c.oid)))
	       || CASE WHEN safemig.bin_partition_check(i.inhrelid) IS NOT NULL
	          THEN ARRAY[format('ALTER TABLE %%{%s} DROP CONSTRAINT safemig_part', i.inhrelid)] ELSE ARRAY[]::text[] END END
	  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
	 WHERE i.inhrelid = ANY (moved) AND i.inhparent <> ALL (moved) AND c.relispartition AND c.relkind IN ('r', 'p', 'f')
	UNION ALL
	-- children of parents that stay, in the order of their parents
	SELECT 2, 10 + i.inhseqno, format('inheritance of %s from %s', i.inhrelid::regclass, i.inhparent::regclass),
	       format('ALTER TABLE %%{%s} NO INHERIT %%{%s}', i.inhrelid, i.inhparent),
	       ARRAY[format('ALTER TABLE %%{%s} INHERIT %%{%s}', i.inhrelid, i.inhparent),
	             format('UPDATE pg_catalog.pg_inherits SET inhseqno = %s WHERE inhrelid = %s AND inhparent = %s'
	                    ' AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits o WHERE o.inhrelid = %2$s AND o.inhseqno = %1$s)', i.inhseqno, i.inhrelid, i.inhparent),
	             -- pg_dump takes parents in the order in which their rows lie here
	             format('UPDATE pg_catalog.pg_inherits SET inhseqno = inhseqno WHERE inhrelid = %s AND inhseqno > %s', i.inhrelid, i.inhseqno),
	             concat('UPDATE pg_catalog.pg_attribute SET attislocal = false WHERE attrelid = ', i.inhrelid, ' AND attname = ANY (',
	                    safemig.bin_text(quote_literal(ARRAY(SELECT attname::text FROM pg_attribute a WHERE a.attrelid = i.inhrelid AND NOT a.attislocal AND a.attnum > 0 AND NOT a.attisdropped))), ')'),
	             concat('UPDATE pg_catalog.pg_constraint SET conislocal = false WHERE conrelid = ', i.inhrelid, ' AND conname = ANY (',
	                    safemig.bin_text(quote_literal(ARRAY(SELECT conname::text FROM pg_constraint k WHERE k.conrelid = i.inhrelid AND NOT k.conislocal))), ')')]
	  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
	 WHERE i.inhrelid = ANY (moved) AND i.inhparent <> ALL (moved) AND NOT c.relispartition AND c.relkind IN ('r', 'p', 'f')
	UNION ALL
	-- foreign keys that cross, or that refer to a table with a partition that goes; a
	-- partition's own come back with ATTACH PARTITION
	SELECT CASE WHEN k.conparentid = 0 THEN 1 ELSE 3 END, 20, format('foreign key %I on %s', k.conname, k.conrelid::regclass),
	       format('ALTER TABLE %%{%s} DROP CONSTRAINT %s', k.conrelid, safemig.bin_text(quote_ident(k.conname))),
	       CASE WHEN k.conparentid = 0 THEN ARRAY[
	           concat('ALTER TABLE %{', k.conrelid, '} ADD CONSTRAINT ', safemig.bin_text(quote_ident(k.conname)), ' ',
	                  regexp_replace(replace(safemig.bin_text(pg_get_constraintdef(k.oid)),
	                                         safemig.bin_text(concat('REFERENCES ', k.confrelid::regclass, '(')), concat('REFERENCES %{', k.confrelid, '}(')), ' NOT VALID$', ''),
	                  CASE WHEN c.relkind = 'p' THEN '' ELSE ' NOT VALID' END)]
	            || CASE WHEN obj_description(k.oid, 'pg_constraint') IS NOT NULL THEN ARRAY[
	               concat('COMMENT ON CONSTRAINT ', safemig.bin_text(quote_ident(k.conname)), ' ON %{', k.conrelid, '} IS ', safemig.bin_text(quote_literal(obj_description(k.oid, 'pg_constraint'))))]
	               ELSE ARRAY[]::text[] END
	       ELSE ARRAY[]::text[] END
	  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
	 WHERE k.contype = 'f'
	   AND (((k.conrelid = ANY (moved)) <> (k.confrelid = ANY (moved))
	         AND (k.conparentid = 0 OR (k.conrelid = ANY (moved)
	              AND (SELECT conrelid FROM pg_constraint p WHERE p.oid = k.conparentid) <> ALL (moved))))
	        OR (k.conparentid = 0 AND k.conrelid <> ALL (moved)
	            AND EXISTS (SELECT FROM dropped d WHERE d.class = 'pg_constraint'::regclass AND d.oid = k.oid)))
	   AND NOT EXISTS (SELECT FROM dropped d WHERE d.class = 'pg_class'::regclass AND d.oid = k.conrelid AND d.oid <> ALL (moved))
	UNION ALL
	-- a sequence whose table stays would go with it, move with it and change hands with it
	SELECT 1, 30, format('owner of %s', d.objid::regclass), format('ALTER SEQUENCE %%{%s} OWNED BY NONE', d.objid),
	       ARRAY[concat('ALTER SEQUENCE %{', d.objid, '} OWNED BY %{', d.refobjid, '}.', safemig.bin_text(quote_ident(a.attname)))]
	  FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
	  JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
	 WHERE d.classid = 'pg_class'::regclass AND d.objid = ANY (moved) AND d.refclassid = 'pg_class'::regclass
	   AND d.deptype = 'a' AND d.refobjid <> ALL (moved)
	UNION ALL
	SELECT 1, 30, format('publication %I of %s', p.pubname, r.prrelid::regclass),
	       format('ALTER PUBLICATION %s DROP TABLE ONLY %%{%s}', safemig.bin_text(quote_ident(p.pubname)), r.prrelid),
	       ARRAY[concat('ALTER PUBLICATION ', safemig.bin_text(quote_ident(p.pubname)), ' ADD TABLE ONLY %{', r.prrelid, '}',
	             (SELECT concat(' (', string_agg(safemig.bin_text(quote_ident(a.attname)), ', ' ORDER BY a.attnum), ')')
	                FROM pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs) HAVING count(*) > 0),
	             CASE WHEN r.prqual IS NOT NULL THEN concat(' WHERE (', safemig.bin_text(pg_get_expr(r.prqual, r.prrelid)), ')') END)]
	  FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
	 WHERE r.prrelid = ANY (moved)
	UNION ALL
	SELECT 1, 40, format('policy %I on %s', p.polname, p.polrelid::regclass),
	       format('DROP POLICY %s ON %%{%s}', safemig.bin_text(quote_ident(p.polname)), p.polrelid),
	       ARRAY[concat('CREATE POLICY ', safemig.bin_text(quote_ident(p.polname)), ' ON %{', p.polrelid, '} AS ',
	             CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END, ' FOR ',
	             CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, ' TO ',
	             (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE safemig.bin_text(quote_ident(pg_get_userbyid(r))) END, ', ') FROM unnest(p.polroles) r),
	             ' USING (' || safemig.bin_text(pg_get_expr(p.polqual, p.polrelid)) || ')', ' WITH CHECK (' || safemig.bin_text(pg_get_expr(p.polwithcheck, p.polrelid)) || ')')]
	        || CASE WHEN obj_description(p.oid, 'pg_policy') IS NOT NULL THEN ARRAY[
	           concat('COMMENT ON POLICY ', safemig.bin_text(quote_ident(p.polname)), ' ON %{', p.polrelid, '} IS ', safemig.bin_text(quote_literal(obj_description(p.oid, 'pg_policy'))))]
	           ELSE ARRAY[]::text[] END
	  FROM pg_policy p JOIN dropped d ON d.class = 'pg_policy'::regclass AND d.oid = p.oid
	 WHERE p.polrelid <> ALL (moved)
	   AND NOT EXISTS (SELECT FROM dropped g WHERE g.class = 'pg_class'::regclass AND g.oid = p.polrelid)
	UNION ALL
	-- nobody can read it there, and its roles may go meanwhile
	SELECT 1, 45, format('roles of policy %I on %s', p.polname, p.polrelid::regclass),
	       format('ALTER POLICY %s ON %%{%s} TO pg_checkpoint', safemig.bin_text(quote_ident(p.polname)), p.polrelid),
	       ARRAY[format('ALTER POLICY %s ON %%{%s} TO %s', safemig.bin_text(quote_ident(p.polname)), p.polrelid,
	             (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE format('%%{r:%s}', r) END, ', ') FROM unnest(p.polroles) r))]
	  FROM pg_policy p WHERE p.polrelid = ANY (moved) AND p.polroles <> ARRAY[0::oid]
	UNION ALL
	SELECT 1, 50, format('default of %s.%I', a.attrelid::regclass, a.attname),
	       format('ALTER TABLE %%{%s} ALTER COLUMN %s DROP DEFAULT', a.attrelid, safemig.bin_text(quote_ident(a.attname))),
	       ARRAY[concat('ALTER TABLE %{', a.attrelid, '} ALTER COLUMN ', safemig.bin_text(quote_ident(a.attname)), ' SET DEFAULT ', safemig.bin_text(pg_get_expr(f.adbin, f.adrelid)))]
	  FROM pg_attrdef f JOIN dropped d ON d.class = 'pg_attrdef'::regclass AND d.oid = f.oid
	  JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
	 WHERE f.adrelid <> ALL (moved) AND a.attgenerated = ''
	   AND NOT EXISTS (SELECT FROM dropped c WHERE c.class = 'pg_class'::regclass AND c.oid = f.adrelid))
	SELECT place, what, cut, statements FROM tie ORDER BY cut_place, what
$$;
COMMENT ON FUNCTION safemig.bin_ties(oid[], oid[], oid[]) IS 'for the bin: what ties relations that are to be moved to those that stay';
REVOKE ALL ON FUNCTION safemig.bin_ties(oid[], oid[], oid[]) FROM PUBLIC;

-- Fails closed: whatever the server would drop and that neither moves nor hangs on what moves.
CREATE FUNCTION safemig.bin_left_behind(moved oid[], dropped_class oid[], dropped_oid oid[], dropped_sub integer[],
	OUT class_id oid, OUT object_oid oid, OUT sub_id integer)
RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
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
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT jsonb_build_object('schema', n.nspname, 'schema_oid', n.oid, 'name', c.relname, 'owner', pg_get_userbyid(c.relowner), 'owner_oid', c.relowner, 'acl', safemig.bin_acl(c.relacl),
	       'columns', (SELECT coalesce(jsonb_object_agg(a.attnum, safemig.bin_acl(a.attacl)), '{}')
	                     FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL))
	  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target
$$;
COMMENT ON FUNCTION safemig.bin_relation(oid) IS 'for the bin: schema, name, owner and grants of a relation';
REVOKE ALL ON FUNCTION safemig.bin_relation(oid) FROM PUBLIC;

-- Each grant with the roles it names, since one of them may be gone when it comes back, or
-- have another name.
CREATE FUNCTION safemig.bin_acl(acl aclitem[]) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN acl IS NOT NULL THEN
	       (SELECT coalesce(jsonb_agg(jsonb_build_object('grantee', x.grantee, 'grantor', x.grantor,
	               'privileges', substring(i::text FROM '=([A-Za-z*]*)/(?:"(?:[^"]|"")*"|[^/"]*)$'),
	               'roles', (SELECT jsonb_agg(jsonb_build_object('oid', r, 'name', pg_get_userbyid(r))) FROM unnest(ARRAY[x.grantee, x.grantor]) r WHERE r <> 0))), '[]')
	          FROM unnest(acl) i, LATERAL (SELECT grantee, grantor FROM aclexplode(ARRAY[i]) LIMIT 1) x) END
$$;
COMMENT ON FUNCTION safemig.bin_acl(aclitem[]) IS 'for the bin: grants as jsonb';
REVOKE ALL ON FUNCTION safemig.bin_acl(aclitem[]) FROM PUBLIC;

CREATE FUNCTION safemig.bin_acl_back(acl jsonb) RETURNS aclitem[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN jsonb_typeof(acl) = 'array' THEN
	       coalesce((SELECT array_agg(concat('"' || replace(e.rolname, '"', '""') || '"', '=', g ->> 'privileges', '/"', replace(r.rolname, '"', '""'), '"')::aclitem ORDER BY n)
	          FROM jsonb_array_elements(acl) WITH ORDINALITY a(g, n)
	          LEFT JOIN pg_roles e ON e.oid = (g ->> 'grantee')::oid
	          JOIN pg_roles r ON r.oid = (g ->> 'grantor')::oid
	         WHERE e.oid IS NOT NULL OR (g ->> 'grantee')::oid = 0), '{}') END
$$;
COMMENT ON FUNCTION safemig.bin_acl_back(jsonb) IS 'for the bin: the grants whose roles are still there';
REVOKE ALL ON FUNCTION safemig.bin_acl_back(jsonb) FROM PUBLIC;

-- Where the rows of an entry can be read meanwhile, and who had them.  No views: they would
-- read what stays with other rights than those of who made them.
CREATE FUNCTION safemig.bin_tables(entry bigint, OUT schema text, OUT name text, OUT owner text)
RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT n.nspname, c.relname, i.owner
	  FROM safemig.bin_item i JOIN pg_class c ON c.oid = i.bin_oid JOIN pg_namespace n ON n.oid = c.relnamespace
	 WHERE i.entry = bin_tables.entry AND n.nspname LIKE 'pg\_safemig\_bin\_%' AND c.relkind IN ('r', 'p', 'm', 'f')
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
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.statement
	  FROM safemig.bin_tie t
	 CROSS JOIN LATERAL unnest(t.statements) u(statement)
	 CROSS JOIN LATERAL regexp_match(u.statement, '^ALTER TABLE %\{(\d+)\} ADD CONSTRAINT ("(?:[^"]|"")+"|\S+) FOREIGN KEY .* NOT VALID$') m(part)
	  JOIN pg_constraint k ON k.conrelid = m.part[1]::oid AND safemig.bin_text(quote_ident(k.conname)) = m.part[2]
	 CROSS JOIN LATERAL (VALUES (1, format('ALTER TABLE %s VALIDATE CONSTRAINT %I', k.conrelid::regclass, k.conname)),
	       -- the server leaves out the rows for each partition of the table that is referred to
	       (2, format('WITH RECURSIVE part(oid) AS (SELECT oid FROM pg_catalog.pg_constraint WHERE conparentid = %s AND conrelid = %s'
	                  ' UNION SELECT c.oid FROM part p JOIN pg_catalog.pg_constraint c ON c.conparentid = p.oid)'
	                  ' UPDATE pg_catalog.pg_constraint SET convalidated = true WHERE oid IN (SELECT oid FROM part) AND NOT convalidated', k.oid, k.conrelid))) s(n, statement)
	 WHERE t.entry = unvalidated.entry AND NOT k.convalidated
	 ORDER BY t.place, s.n
$$;
COMMENT ON FUNCTION safemig.unvalidated(bigint) IS 'for validate(): the statements that validate what an entry brought back NOT VALID';
REVOKE ALL ON FUNCTION safemig.unvalidated(bigint) FROM PUBLIC;

CREATE PROCEDURE safemig.validate(id bigint)
LANGUAGE C
AS 'MODULE_PATHNAME', 'safemig_validate';
COMMENT ON PROCEDURE safemig.validate(bigint) IS
'validates the foreign keys that undrop brought back NOT VALID, one transaction for each, without keeping anybody from writing. CALL safemig.validate(17)';
REVOKE ALL ON PROCEDURE safemig.validate(bigint) FROM PUBLIC;
