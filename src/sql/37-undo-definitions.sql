-- Definitions in the bin: the statements that make an object again, read from the
-- catalogs with the server's own deparse functions while it is still there.
-- %{oid} stands for the present name of a relation that the object hangs on; a
-- literal %{ of the user's is written %{%}{: safemig.bin_text() sees to that.

-- def with the first "before relation" after skip characters turned into a placeholder
CREATE FUNCTION safemig.bin_attached(def text, skip integer, before text, relation oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT concat(safemig.bin_text(left(def, skip + strpos(substr(def, skip + 1), needle) - 1)), before, '%{', relation, '}',
	              safemig.bin_text(substr(def, skip + strpos(substr(def, skip + 1), needle) + length(needle))))
	  FROM concat(before, relation::regclass::text) n(needle)
$$;
COMMENT ON FUNCTION safemig.bin_attached(text, integer, text, oid) IS 'for the bin: a definition with the name of its table left open';
REVOKE ALL ON FUNCTION safemig.bin_attached(text, integer, text, oid) FROM PUBLIC;

-- without a setting of its own, so that the planner can take it in
CREATE FUNCTION safemig.bin_list(VARIADIC statements text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT pg_catalog.array_remove(statements, NULL) $$;
COMMENT ON FUNCTION safemig.bin_list(text[]) IS 'for the bin: statements, those that are needed';
REVOKE ALL ON FUNCTION safemig.bin_list(text[]) FROM PUBLIC;

CREATE FUNCTION safemig.bin_texts(statements text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN statements IS NOT NULL
	       THEN ARRAY(SELECT safemig.bin_text(s) FROM unnest(statements) WITH ORDINALITY u(s, place) ORDER BY place) END
$$;
COMMENT ON FUNCTION safemig.bin_texts(text[]) IS 'for the bin: statements that have no mark of ours';
REVOKE ALL ON FUNCTION safemig.bin_texts(text[]) FROM PUBLIC;

CREATE FUNCTION safemig.bin_options(options text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT ' OPTIONS (' || string_agg(format('%I %L', option_name, option_value), ', ') || ')'
	  FROM pg_options_to_table(options)
$$;
COMMENT ON FUNCTION safemig.bin_options(text[]) IS 'for the bin: options of foreign things';
REVOKE ALL ON FUNCTION safemig.bin_options(text[]) FROM PUBLIC;

-- What COMMENT ON, ALTER ... OWNER TO and SECURITY LABEL ON call it; NULL: none of them is for it.
CREATE FUNCTION safemig.sql_name_of(class_id oid, object_oid oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE class_id
	       WHEN 'pg_trigger'::regclass THEN (SELECT format('TRIGGER %I ON %%{%s}', safemig.bin_text(tgname), tgrelid) FROM pg_trigger WHERE oid = object_oid)
	       WHEN 'pg_rewrite'::regclass THEN (SELECT format('RULE %I ON %%{%s}', safemig.bin_text(rulename), ev_class) FROM pg_rewrite WHERE oid = object_oid)
	       WHEN 'pg_policy'::regclass THEN (SELECT format('POLICY %I ON %%{%s}', safemig.bin_text(polname), polrelid) FROM pg_policy WHERE oid = object_oid)
	       WHEN 'pg_constraint'::regclass THEN (SELECT CASE WHEN contypid <> 0 THEN format('CONSTRAINT %I ON DOMAIN %s', safemig.bin_text(conname), safemig.bin_text(format_type(contypid, NULL)))
	                                                   ELSE format('CONSTRAINT %I ON %%{%s}', safemig.bin_text(conname), conrelid) END FROM pg_constraint WHERE oid = object_oid)
	       WHEN 'pg_transform'::regclass THEN (SELECT safemig.bin_text(format('TRANSFORM FOR %s LANGUAGE %I', format_type(trftype, NULL), lanname))
	                                             FROM pg_transform t JOIN pg_language l ON l.oid = trflang WHERE t.oid = object_oid)
	       WHEN 'pg_attrdef'::regclass THEN NULL
	       WHEN 'pg_user_mapping'::regclass THEN NULL
	       WHEN 'pg_proc'::regclass THEN 'ROUTINE ' || safemig.bin_text(CAST(object_oid::regprocedure AS text))
	       WHEN 'pg_type'::regclass THEN 'TYPE ' || safemig.bin_text(format_type(object_oid, NULL))
	       ELSE (SELECT CASE i.type WHEN 'statistics object' THEN 'STATISTICS' WHEN 'foreign-data wrapper' THEN 'FOREIGN DATA WRAPPER' ELSE upper(i.type) END
	                    || ' ' || safemig.bin_text(i.identity) FROM pg_identify_object(class_id, object_oid, 0) i) END
$$;
COMMENT ON FUNCTION safemig.sql_name_of(oid, oid) IS 'for the bin: kind and name of an object, as COMMENT ON takes them';
REVOKE ALL ON FUNCTION safemig.sql_name_of(oid, oid) FROM PUBLIC;

-- ---------- relations and what hangs on them ----------

-- What ALTER makes of an index after it was created, also of a constraint's.
CREATE FUNCTION safemig.index_marks(index_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT safemig.bin_list(
	       CASE WHEN c.reltablespace <> 0 THEN safemig.bin_text(format('ALTER INDEX %s SET TABLESPACE %I', c.oid::regclass, (SELECT spcname FROM pg_tablespace WHERE oid = c.reltablespace))) END,
	       CASE WHEN x.indisclustered THEN format('ALTER TABLE %%{%s} CLUSTER ON %I', x.indrelid, safemig.bin_text(c.relname)) END,
	       CASE WHEN x.indisreplident THEN format('ALTER TABLE %%{%s} REPLICA IDENTITY USING INDEX %I', x.indrelid, safemig.bin_text(c.relname)) END)
	    || ARRAY(SELECT safemig.bin_text(format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', c.oid::regclass, a.attnum, a.attstattarget))
	               FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0 ORDER BY a.attnum)
	  FROM pg_class c JOIN pg_index x ON x.indexrelid = c.oid WHERE c.oid = index_oid
$$;
COMMENT ON FUNCTION safemig.index_marks(oid) IS 'for the bin: tablespace, CLUSTER mark, replica identity and statistics targets of an index';
REVOKE ALL ON FUNCTION safemig.index_marks(oid) FROM PUBLIC;

CREATE FUNCTION safemig.default_of_column(relation oid, attribute integer) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
	  WHEN a.attgenerated <> '' THEN NULL
	  WHEN a.attidentity <> '' THEN
	       (SELECT safemig.bin_list(
	               format('ALTER TABLE %%{%s} ALTER COLUMN %I ADD GENERATED %s AS IDENTITY (SEQUENCE NAME %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s %s)',
	                      a.attrelid, safemig.bin_text(a.attname), CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, safemig.bin_text(CAST(s.seqrelid::regclass AS text)),
	                      s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache, CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END),
	               safemig.bin_text(format('SELECT pg_catalog.setval(%L, ', s.seqrelid::regclass)) || pg_sequence_last_value(s.seqrelid) || ')')
	          FROM pg_depend d JOIN pg_sequence s ON s.seqrelid = d.objid
	         WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype = 'i')
	  ELSE coalesce((SELECT ARRAY[concat('ALTER TABLE ONLY %{', a.attrelid, '} ALTER COLUMN ', safemig.bin_text(quote_ident(a.attname)), ' SET DEFAULT ',
	                                     safemig.bin_text(pg_get_expr(f.adbin, f.adrelid)))]
	          FROM pg_attrdef f WHERE f.adrelid = a.attrelid AND f.adnum = a.attnum), '{}') END
	  FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum = attribute AND NOT a.attisdropped
$$;
COMMENT ON FUNCTION safemig.default_of_column(oid, integer) IS 'for the bin: default or identity of a column; NULL for GENERATED ALWAYS AS, which no statement adds to a column that is there';
REVOKE ALL ON FUNCTION safemig.default_of_column(oid, integer) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_relation(relation oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
	  WHEN c.relkind IN ('t', 'c') THEN '{}'
	  -- ALTER COLUMN ... DROP IDENTITY
	  WHEN c.relkind = 'S' THEN (SELECT safemig.default_of_column(d.refobjid, d.refobjsubid) FROM pg_depend d
	       WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i')
	  WHEN c.relkind = 'v' THEN ARRAY[safemig.bin_text(concat('CREATE VIEW ', c.oid::regclass, ' WITH (' || array_to_string(c.reloptions, ', ') || ')', ' AS ', pg_get_viewdef(c.oid)))]
	  -- its constraint makes it; a half-built one is nobody's loss
	  WHEN c.relkind IN ('i', 'I') AND (EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))
	       OR (SELECT r.relkind = 't' OR (c.relkind = 'i' AND NOT x.indisvalid) FROM pg_index x JOIN pg_class r ON r.oid = x.indrelid WHERE x.indexrelid = c.oid)) THEN '{}'
	  WHEN c.relkind IN ('i', 'I') THEN
	       (SELECT ARRAY[safemig.bin_attached(pg_get_indexdef(c.oid), length(quote_ident(c.relname)) + CASE WHEN x.indisunique THEN 20 ELSE 13 END,
	                                          CASE WHEN c.relkind = 'I' THEN ' ON ONLY ' ELSE ' ON ' END, x.indrelid)]
	            || ARRAY(SELECT safemig.bin_text(format('ALTER INDEX %s ATTACH PARTITION %s', i.inhparent::regclass, c.oid::regclass)) FROM pg_inherits i WHERE i.inhrelid = c.oid)
	            || CASE WHEN c.reltablespace <> 0 OR x.indisclustered OR x.indisreplident OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0)
	               THEN safemig.index_marks(c.oid) ELSE '{}' END
	          FROM pg_index x WHERE x.indexrelid = c.oid)
	  END
	  FROM pg_class c WHERE c.oid = relation
$$;
COMMENT ON FUNCTION safemig.definition_of_relation(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_relation(oid) FROM PUBLIC;

CREATE FUNCTION safemig.not_null_of_column(relation oid, attribute integer) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT safemig.bin_list(CASE WHEN attnotnull THEN format('ALTER TABLE %%{%s} ALTER COLUMN %I SET NOT NULL', attrelid, safemig.bin_text(attname)) END)
	  FROM pg_attribute WHERE attrelid = relation AND attnum = attribute AND NOT attisdropped
$$;
COMMENT ON FUNCTION safemig.not_null_of_column(oid, integer) IS 'for the bin: NOT NULL of a column';
REVOKE ALL ON FUNCTION safemig.not_null_of_column(oid, integer) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_constraint(constraint_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
	  WHEN k.contypid <> 0 THEN ARRAY[safemig.bin_text(concat('ALTER DOMAIN ', format_type(k.contypid, NULL), ' ADD CONSTRAINT ', quote_ident(k.conname), ' ', pg_get_constraintdef(k.oid)))]
	  -- a constraint trigger's, a partition's, an heir's: made with the trigger or the parent's
	  WHEN k.contype = 't' OR k.conparentid <> 0 OR NOT k.conislocal THEN '{}'
	  ELSE ARRAY[concat('ALTER TABLE %{', k.conrelid, '} ADD CONSTRAINT ', safemig.bin_text(quote_ident(k.conname)), ' ',
	             CASE WHEN k.contype = 'f' THEN safemig.bin_attached(pg_get_constraintdef(k.oid), 0, ' REFERENCES ', k.confrelid)
	                  ELSE safemig.bin_text(pg_get_constraintdef(k.oid)) END)]
	       || CASE WHEN k.contype IN ('p', 'u', 'x') THEN
	          safemig.bin_list((SELECT safemig.bin_text(format('ALTER INDEX %s SET (%s)', c.oid::regclass, array_to_string(c.reloptions, ', '))) FROM pg_class c WHERE c.oid = k.conindid AND c.reloptions IS NOT NULL))
	          || safemig.index_marks(k.conindid)
	          || safemig.bin_list(safemig.bin_text(format('COMMENT ON INDEX %s IS ', k.conindid::regclass) || quote_literal(obj_description(k.conindid, 'pg_class'))))
	          ELSE '{}' END
	  END
	  FROM pg_constraint k WHERE k.oid = constraint_oid
$$;
COMMENT ON FUNCTION safemig.definition_of_constraint(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_constraint(oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_trigger(trigger_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN t.tgisinternal OR t.tgparentid <> 0 THEN '{}'
	  ELSE safemig.bin_list(
	       safemig.bin_attached(pg_get_triggerdef(t.oid), length(quote_ident(t.tgname)) + 15, ' ON ', t.tgrelid),
	       CASE t.tgenabled WHEN 'O' THEN NULL ELSE format('ALTER TABLE %%{%s} %s TRIGGER %I', t.tgrelid,
	            CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, safemig.bin_text(t.tgname)) END)
	  END
	  FROM pg_trigger t WHERE t.oid = trigger_oid
$$;
COMMENT ON FUNCTION safemig.definition_of_trigger(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_trigger(oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_rule(rule_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN r.ev_type = '1' THEN '{}'
	  ELSE safemig.bin_list(
	       rtrim(safemig.bin_attached(pg_get_ruledef(r.oid), length(quote_ident(r.rulename)) + 12, ' TO ', r.ev_class), ';'),
	       CASE r.ev_enabled WHEN 'O' THEN NULL ELSE format('ALTER TABLE %%{%s} %s RULE %I', r.ev_class,
	            CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, safemig.bin_text(r.rulename)) END)
	  END
	  FROM pg_rewrite r WHERE r.oid = rule_oid
$$;
COMMENT ON FUNCTION safemig.definition_of_rule(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_rule(oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_policy(policy_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT ARRAY[concat('CREATE POLICY ', safemig.bin_text(quote_ident(p.polname)), ' ON %{', p.polrelid, '} AS ',
	       CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END, ' FOR ',
	       CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, ' TO ',
	       (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE safemig.bin_text(quote_ident(pg_get_userbyid(r))) END, ', ') FROM unnest(p.polroles) r),
	       safemig.bin_text(concat(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')))]
	  FROM pg_policy p WHERE p.oid = policy_oid
$$;
COMMENT ON FUNCTION safemig.definition_of_policy(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_policy(oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_statistics(statistics_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT safemig.bin_list(
	       safemig.bin_text(left(def, -length(relation))) || '%{' || stxrelid || '}',
	       CASE WHEN stxstattarget >= 0 THEN safemig.bin_text(format('ALTER STATISTICS %I.%I SET STATISTICS %s', nspname, stxname, stxstattarget)) END)
	  FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = stxnamespace,
	       pg_get_statisticsobjdef(s.oid) d(def), CAST(stxrelid::regclass AS text) r(relation)
	 WHERE s.oid = statistics_oid
$$;
COMMENT ON FUNCTION safemig.definition_of_statistics(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_statistics(oid) FROM PUBLIC;

-- ---------- types and routines ----------

CREATE FUNCTION safemig.definition_of_type(type_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
	  WHEN NOT t.typisdefined THEN ARRAY['CREATE TYPE ' || safemig.bin_text(name)]
	  -- arrays, multiranges and row types go with what they are made for
	  WHEN EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid) OR t.typtype = 'm' THEN '{}'
	  WHEN t.typtype = 'c' AND (SELECT relkind FROM pg_class WHERE oid = t.typrelid) <> 'c' THEN '{}'
	  WHEN t.typtype = 'c' THEN safemig.bin_texts(ARRAY[concat('CREATE TYPE ', name, ' AS (',
	       (SELECT string_agg(concat(quote_ident(a.attname), ' ', format_type(a.atttypid, a.atttypmod),
	                                 CASE WHEN a.attcollation <> e.typcollation THEN ' COLLATE ' || a.attcollation::regcollation END), ', ' ORDER BY a.attnum)
	          FROM pg_attribute a JOIN pg_type e ON e.oid = a.atttypid WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), ')')]
	       || ARRAY(SELECT format('COMMENT ON COLUMN %s.%I IS %L', name, a.attname, col_description(a.attrelid, a.attnum))
	                  FROM pg_attribute a WHERE a.attrelid = t.typrelid AND col_description(a.attrelid, a.attnum) IS NOT NULL ORDER BY a.attnum))
	  WHEN t.typtype = 'e' THEN safemig.bin_texts(ARRAY[concat('CREATE TYPE ', name, ' AS ENUM (',
	       (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid), ')')])
	  WHEN t.typtype = 'd' THEN safemig.bin_texts(ARRAY[concat('CREATE DOMAIN ', name, ' AS ', format_type(t.typbasetype, t.typtypmod),
	          CASE WHEN t.typcollation <> (SELECT typcollation FROM pg_type WHERE oid = t.typbasetype) THEN ' COLLATE ' || t.typcollation::regcollation END,
	          ' DEFAULT ' || coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)), CASE WHEN t.typnotnull THEN ' NOT NULL' END,
	          -- not added afterwards: that would work out their constants, with the rights of who adds them
	          (SELECT string_agg(format(' CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), '' ORDER BY k.conname)
	             FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c' AND k.convalidated))])
	       || ARRAY(SELECT s FROM pg_constraint k, unnest(CASE WHEN k.convalidated THEN '{}' ELSE safemig.definition_of_constraint(k.oid) END
	                    || safemig.bin_list(safemig.bin_text(format('COMMENT ON CONSTRAINT %I ON DOMAIN %s IS ', k.conname, name) || quote_literal(obj_description(k.oid, 'pg_constraint'))))) s
	                 WHERE k.contypid = t.oid AND k.contype = 'c' ORDER BY k.conname)
	  -- its canonical function needs the type before it is one
	  WHEN t.typtype = 'r' THEN (SELECT CASE WHEN r.rngcanonical = 0 THEN safemig.bin_texts(ARRAY[concat('CREATE TYPE ', name, ' AS RANGE (SUBTYPE = ', format_type(r.rngsubtype, NULL),
	          ', SUBTYPE_OPCLASS = ', (SELECT format('%I.%I', n.nspname, o.opcname) FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE o.oid = r.rngsubopc),
	          ', COLLATION = ' || CAST(nullif(r.rngcollation, 0)::regcollation AS text), ', SUBTYPE_DIFF = ' || CAST(nullif(r.rngsubdiff, 0)::regproc AS text),
	          ', MULTIRANGE_TYPE_NAME = ', format_type(r.rngmultitypid, NULL), ')')]) END
	       FROM pg_range r WHERE r.rngtypid = t.oid)
	  END
	  FROM pg_type t, format_type(t.oid, NULL) f(name) WHERE t.oid = type_oid
$$;
COMMENT ON FUNCTION safemig.definition_of_type(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_type(oid) FROM PUBLIC;

-- ALTER DOMAIN: its default or NOT NULL alone
CREATE FUNCTION safemig.default_of_domain(type_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT safemig.bin_list(safemig.bin_text(concat('ALTER DOMAIN ', format_type(oid, NULL), ' SET DEFAULT ', pg_get_expr(typdefaultbin, 0))))
	  FROM pg_type WHERE oid = type_oid AND typdefaultbin IS NOT NULL
	UNION ALL SELECT '{}' FROM pg_type WHERE oid = type_oid AND typdefaultbin IS NULL
$$;
COMMENT ON FUNCTION safemig.default_of_domain(oid) IS 'for the bin: default of a domain';
REVOKE ALL ON FUNCTION safemig.default_of_domain(oid) FROM PUBLIC;

CREATE FUNCTION safemig.not_null_of_domain(type_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT safemig.bin_list(CASE WHEN typnotnull THEN safemig.bin_text(concat('ALTER DOMAIN ', format_type(oid, NULL), ' SET NOT NULL')) END) FROM pg_type WHERE oid = type_oid
$$;
COMMENT ON FUNCTION safemig.not_null_of_domain(oid) IS 'for the bin: NOT NULL of a domain';
REVOKE ALL ON FUNCTION safemig.not_null_of_domain(oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_aggregate(routine oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT concat('CREATE AGGREGATE ', quote_ident(n.nspname), '.', quote_ident(p.proname), '(', coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*'), ') (SFUNC = ', a.aggtransfn,
	       ', STYPE = ', format_type(a.aggtranstype, NULL), ', SSPACE = ' || nullif(a.aggtransspace, 0),
	       ', FINALFUNC = ' || CAST(nullif(a.aggfinalfn::oid, 0)::regproc AS text), CASE WHEN a.aggfinalextra THEN ', FINALFUNC_EXTRA' END,
	       CASE WHEN a.aggfinalfn <> 0 THEN ', FINALFUNC_MODIFY = ' || (SELECT w FROM (VALUES ('r', 'READ_ONLY'), ('s', 'SHAREABLE'), ('w', 'READ_WRITE')) m(c, w) WHERE c = a.aggfinalmodify) END,
	       ', COMBINEFUNC = ' || CAST(nullif(a.aggcombinefn::oid, 0)::regproc AS text), ', SERIALFUNC = ' || CAST(nullif(a.aggserialfn::oid, 0)::regproc AS text),
	       ', DESERIALFUNC = ' || CAST(nullif(a.aggdeserialfn::oid, 0)::regproc AS text), ', INITCOND = ' || quote_literal(a.agginitval),
	       ', MSFUNC = ' || CAST(nullif(a.aggmtransfn::oid, 0)::regproc AS text), ', MINVFUNC = ' || CAST(nullif(a.aggminvtransfn::oid, 0)::regproc AS text),
	       ', MSTYPE = ' || format_type(nullif(a.aggmtranstype, 0), NULL), ', MSSPACE = ' || nullif(a.aggmtransspace, 0),
	       ', MFINALFUNC = ' || CAST(nullif(a.aggmfinalfn::oid, 0)::regproc AS text), CASE WHEN a.aggmfinalextra THEN ', MFINALFUNC_EXTRA' END,
	       CASE WHEN a.aggmfinalfn <> 0 THEN ', MFINALFUNC_MODIFY = ' || (SELECT w FROM (VALUES ('r', 'READ_ONLY'), ('s', 'SHAREABLE'), ('w', 'READ_WRITE')) m(c, w) WHERE c = a.aggmfinalmodify) END,
	       ', MINITCOND = ' || quote_literal(a.aggminitval),
	       (SELECT format(', SORTOP = OPERATOR(%I.%s)', s.nspname, o.oprname) FROM pg_operator o JOIN pg_namespace s ON s.oid = o.oprnamespace WHERE o.oid = a.aggsortop),
	       CASE WHEN a.aggkind = 'h' THEN ', HYPOTHETICAL' END,
	       CASE p.proparallel WHEN 's' THEN ', PARALLEL = SAFE' WHEN 'r' THEN ', PARALLEL = RESTRICTED' END, ')')
	  FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = routine
$$;
COMMENT ON FUNCTION safemig.definition_of_aggregate(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_aggregate(oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_routine(routine oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
	  -- the constructors of a range type
	  WHEN EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i') THEN '{}'
	  WHEN p.prokind = 'a' THEN ARRAY[safemig.definition_of_aggregate(p.oid)]
	  ELSE ARRAY[regexp_replace(pg_get_functiondef(p.oid), '^CREATE OR REPLACE ', 'CREATE ')] END
	  FROM pg_proc p WHERE p.oid = routine
$$;
COMMENT ON FUNCTION safemig.definition_of_routine(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_routine(oid) FROM PUBLIC;
