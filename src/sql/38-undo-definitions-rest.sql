-- Definitions in the bin, continued: what hangs on no relation; and the one
-- function that answers for every object.

CREATE FUNCTION safemig.definition_of_operator(operator oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT ARRAY[concat('CREATE OPERATOR ', quote_ident(n.nspname), '.', o.oprname, ' (FUNCTION = ', o.oprcode,
	       ', LEFTARG = ' || format_type(nullif(o.oprleft, 0), NULL), ', RIGHTARG = ' || format_type(nullif(o.oprright, 0), NULL),
	       (SELECT format(', COMMUTATOR = OPERATOR(%I.%s)', m.nspname, c.oprname) FROM pg_operator c JOIN pg_namespace m ON m.oid = c.oprnamespace WHERE c.oid = o.oprcom),
	       (SELECT format(', NEGATOR = OPERATOR(%I.%s)', m.nspname, c.oprname) FROM pg_operator c JOIN pg_namespace m ON m.oid = c.oprnamespace WHERE c.oid = o.oprnegate),
	       ', RESTRICT = ' || CAST(nullif(o.oprrest::oid, 0)::regproc AS text), ', JOIN = ' || CAST(nullif(o.oprjoin::oid, 0)::regproc AS text),
	       CASE WHEN o.oprcanhash THEN ', HASHES' END, CASE WHEN o.oprcanmerge THEN ', MERGES' END, ')')]
	  FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid = operator
$$;
COMMENT ON FUNCTION safemig.definition_of_operator(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_operator(oid) FROM PUBLIC;

-- OPERATOR and FUNCTION items that came with a class, or loose with a family
CREATE FUNCTION safemig.operator_items(class_id oid, object_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT ARRAY(
	    SELECT concat('OPERATOR ', a.amopstrategy, ' ', a.amopopr::regoperator,
	                  (SELECT format(' FOR ORDER BY %I.%I', n.nspname, f.opfname) FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace WHERE f.oid = a.amopsortfamily))
	      FROM pg_amop a JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = a.oid
	     WHERE d.refclassid = class_id AND d.refobjid = object_oid AND d.deptype IN ('i', 'a') ORDER BY a.amopstrategy, a.oid)
	    || ARRAY(
	    SELECT format('FUNCTION %s (%s, %s) %s', a.amprocnum, format_type(a.amproclefttype, NULL), format_type(a.amprocrighttype, NULL), a.amproc::regprocedure)
	      FROM pg_amproc a JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = a.oid
	     WHERE d.refclassid = class_id AND d.refobjid = object_oid AND d.deptype IN ('i', 'a') ORDER BY a.amprocnum, a.oid)
$$;
COMMENT ON FUNCTION safemig.operator_items(oid, oid) IS 'for the bin: members of an operator class or family';
REVOKE ALL ON FUNCTION safemig.operator_items(oid, oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_operator_group(class_id oid, object_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE class_id
	  WHEN 'pg_opclass'::regclass THEN
	    (SELECT ARRAY[concat('CREATE OPERATOR CLASS ', format('%I.%I', n.nspname, o.opcname), CASE WHEN o.opcdefault THEN ' DEFAULT' END, ' FOR TYPE ', format_type(o.opcintype, NULL),
	            format(' USING %I FAMILY %I.%I AS ', m.amname, g.nspname, f.opfname),
	            array_to_string(safemig.operator_items(class_id, o.oid) || ('STORAGE ' || format_type(coalesce(nullif(o.opckeytype, 0), o.opcintype), NULL)), ', '))]
	       FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace JOIN pg_am m ON m.oid = o.opcmethod
	       JOIN pg_opfamily f ON f.oid = o.opcfamily JOIN pg_namespace g ON g.oid = f.opfnamespace WHERE o.oid = object_oid)
	  ELSE
	    (SELECT safemig.bin_list(format('CREATE OPERATOR FAMILY %I.%I USING %I', n.nspname, f.opfname, m.amname),
	            format('ALTER OPERATOR FAMILY %I.%I USING %I ADD ', n.nspname, f.opfname, m.amname) || nullif(array_to_string(safemig.operator_items(class_id, f.oid), ', '), ''))
	       FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod WHERE f.oid = object_oid)
	  END
$$;
COMMENT ON FUNCTION safemig.definition_of_operator_group(oid, oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_operator_group(oid, oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_cast(cast_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	-- a range's cast to its multirange comes with it
	SELECT CASE WHEN EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_cast'::regclass AND objid = cast_oid AND deptype = 'i') THEN '{}'
	  ELSE ARRAY[concat('CREATE CAST (', format_type(castsource, NULL), ' AS ', format_type(casttarget, NULL), ')',
	       CASE castmethod WHEN 'f' THEN ' WITH FUNCTION ' || CAST(castfunc::regprocedure AS text) WHEN 'i' THEN ' WITH INOUT' ELSE ' WITHOUT FUNCTION' END,
	       CASE castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' END)] END
	  FROM pg_cast WHERE oid = cast_oid
$$;
COMMENT ON FUNCTION safemig.definition_of_cast(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_cast(oid) FROM PUBLIC;

-- The locale's column changed its name with the versions.
CREATE FUNCTION safemig.definition_of_collation(collation_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT ARRAY[concat('CREATE COLLATION ', format('%I.%I', n.nspname, c.collname), ' (',
	       concat_ws(', ', 'provider = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
	       'locale = ' || quote_literal(coalesce(j ->> 'colllocale', j ->> 'colliculocale')), 'lc_collate = ' || quote_literal(j ->> 'collcollate'), 'lc_ctype = ' || quote_literal(j ->> 'collctype'),
	       CASE WHEN NOT c.collisdeterministic THEN 'deterministic = false' END, 'rules = ' || quote_literal(j ->> 'collicurules'), 'version = ' || quote_literal(c.collversion)), ')')]
	  FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace, to_jsonb(c) t(j) WHERE c.oid = collation_oid
$$;
COMMENT ON FUNCTION safemig.definition_of_collation(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_collation(oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_conversion(conversion_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT ARRAY[concat('CREATE ', CASE WHEN c.condefault THEN 'DEFAULT ' END, 'CONVERSION ', format('%I.%I', n.nspname, c.conname),
	       format(' FOR %L TO %L FROM %s', pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc))]
	  FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.oid = conversion_oid
$$;
COMMENT ON FUNCTION safemig.definition_of_conversion(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_conversion(oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_text_search(class_id oid, object_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE class_id
	  WHEN 'pg_ts_parser'::regclass THEN
	    (SELECT ARRAY[concat('CREATE TEXT SEARCH PARSER ', format('%I.%I', n.nspname, p.prsname), ' (START = ', p.prsstart, ', GETTOKEN = ', p.prstoken, ', END = ', p.prsend,
	            ', HEADLINE = ' || CAST(nullif(p.prsheadline::oid, 0)::regproc AS text), ', LEXTYPES = ', p.prslextype, ')')]
	       FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE p.oid = object_oid)
	  WHEN 'pg_ts_template'::regclass THEN
	    (SELECT ARRAY[concat('CREATE TEXT SEARCH TEMPLATE ', format('%I.%I', n.nspname, t.tmplname), ' (', 'INIT = ' || CAST(nullif(t.tmplinit::oid, 0)::regproc AS text) || ', ', 'LEXIZE = ', t.tmpllexize, ')')]
	       FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE t.oid = object_oid)
	  WHEN 'pg_ts_dict'::regclass THEN
	    (SELECT ARRAY[concat('CREATE TEXT SEARCH DICTIONARY ', format('%I.%I', n.nspname, d.dictname), ' (TEMPLATE = ', format('%I.%I', m.nspname, t.tmplname), ', ' || d.dictinitoption, ')')]
	       FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace m ON m.oid = t.tmplnamespace WHERE d.oid = object_oid)
	  ELSE
	    (SELECT ARRAY[format('CREATE TEXT SEARCH CONFIGURATION %I.%I (PARSER = %I.%I)', n.nspname, c.cfgname, m.nspname, p.prsname)]
	         || ARRAY(SELECT format('ALTER TEXT SEARCH CONFIGURATION %I.%I ADD MAPPING FOR %I WITH %s', n.nspname, c.cfgname, k.alias,
	                                string_agg(format('%I.%I', s.nspname, d.dictname), ', ' ORDER BY x.mapseqno))
	                    FROM pg_ts_config_map x JOIN ts_token_type(c.cfgparser) k ON k.tokid = x.maptokentype
	                    JOIN pg_ts_dict d ON d.oid = x.mapdict JOIN pg_namespace s ON s.oid = d.dictnamespace
	                   WHERE x.mapcfg = c.oid GROUP BY k.alias, k.tokid ORDER BY k.tokid)
	       FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace m ON m.oid = p.prsnamespace WHERE c.oid = object_oid)
	  END
$$;
COMMENT ON FUNCTION safemig.definition_of_text_search(oid, oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_text_search(oid, oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_foreign(class_id oid, object_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE class_id
	  WHEN 'pg_foreign_data_wrapper'::regclass THEN
	    (SELECT ARRAY[concat('CREATE FOREIGN DATA WRAPPER ', quote_ident(fdwname), ' HANDLER ' || CAST(nullif(fdwhandler, 0)::regproc AS text),
	            ' VALIDATOR ' || CAST(nullif(fdwvalidator, 0)::regproc AS text), safemig.bin_options(fdwoptions))]
	       FROM pg_foreign_data_wrapper WHERE oid = object_oid)
	  WHEN 'pg_foreign_server'::regclass THEN
	    (SELECT ARRAY[concat('CREATE SERVER ', quote_ident(s.srvname), ' TYPE ' || quote_literal(s.srvtype), ' VERSION ' || quote_literal(s.srvversion),
	            ' FOREIGN DATA WRAPPER ', quote_ident(w.fdwname), safemig.bin_options(s.srvoptions))]
	       FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE s.oid = object_oid)
	  ELSE
	    (SELECT ARRAY[concat('CREATE USER MAPPING FOR ', CASE WHEN u.umuser = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(u.umuser)) END,
	            ' SERVER ', quote_ident(s.srvname), safemig.bin_options(u.umoptions))]
	       FROM pg_user_mapping u JOIN pg_foreign_server s ON s.oid = u.umserver WHERE u.oid = object_oid)
	  END
$$;
COMMENT ON FUNCTION safemig.definition_of_foreign(oid, oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_foreign(oid, oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_schema(schema_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT ARRAY['CREATE SCHEMA ' || quote_ident(n.nspname)]
	    || ARRAY(SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT %s ON %s TO %s%s', pg_get_userbyid(a.defaclrole), n.nspname, string_agg(x.privilege_type, ', '),
	                           CASE a.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' END,
	                           CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END, CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
	               FROM pg_default_acl a, aclexplode(a.defaclacl) x WHERE a.defaclnamespace = n.oid
	              GROUP BY a.defaclrole, a.defaclobjtype, x.grantee, x.is_grantable ORDER BY 1)
	    || ARRAY(SELECT format('ALTER PUBLICATION %I ADD TABLES IN SCHEMA %I', p.pubname, n.nspname)
	               FROM pg_publication_namespace r JOIN pg_publication p ON p.oid = r.pnpubid WHERE r.pnnspid = n.oid ORDER BY p.pubname)
	  FROM pg_namespace n WHERE n.oid = schema_oid
$$;
COMMENT ON FUNCTION safemig.definition_of_schema(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_schema(oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_publication(publication oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT ARRAY[safemig.bin_text(format('CREATE PUBLICATION %I%s WITH (publish = %L, publish_via_partition_root = %s)', p.pubname, CASE WHEN p.puballtables THEN ' FOR ALL TABLES' END,
	            concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END),
	            CASE WHEN p.pubviaroot THEN 'true' ELSE 'false' END))]
	    || ARRAY(SELECT concat('ALTER PUBLICATION ', safemig.bin_text(quote_ident(p.pubname)), ' ADD TABLE ONLY %{', r.prrelid, '}',
	                    (SELECT concat(' (', string_agg(safemig.bin_text(quote_ident(a.attname)), ', ' ORDER BY a.attnum), ')') FROM pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs) HAVING count(*) > 0),
	                    safemig.bin_text(' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')'))
	               FROM pg_publication_rel r WHERE r.prpubid = p.oid ORDER BY r.prrelid)
	    || ARRAY(SELECT safemig.bin_text(format('ALTER PUBLICATION %I ADD TABLES IN SCHEMA %I', p.pubname, n.nspname))
	               FROM pg_publication_namespace r JOIN pg_namespace n ON n.oid = r.pnnspid WHERE r.pnpubid = p.oid ORDER BY n.nspname)
	  FROM pg_publication p WHERE p.oid = publication
$$;
COMMENT ON FUNCTION safemig.definition_of_publication(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_publication(oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_event_trigger(trigger_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT safemig.bin_list(
	       concat('CREATE EVENT TRIGGER ', quote_ident(evtname), ' ON ', quote_ident(evtevent),
	              ' WHEN TAG IN (' || (SELECT string_agg(quote_literal(t), ', ') FROM unnest(evttags) t) || ')', ' EXECUTE FUNCTION ', evtfoid::regproc, '()'),
	       CASE evtenabled WHEN 'O' THEN NULL ELSE format('ALTER EVENT TRIGGER %I %s', evtname,
	            CASE evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END) END)
	  FROM pg_event_trigger WHERE oid = trigger_oid
$$;
COMMENT ON FUNCTION safemig.definition_of_event_trigger(oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_event_trigger(oid) FROM PUBLIC;

CREATE FUNCTION safemig.definition_of_language_part(class_id oid, object_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE class_id
	  WHEN 'pg_language'::regclass THEN
	    (SELECT ARRAY[concat('CREATE ', CASE WHEN lanpltrusted THEN 'TRUSTED ' END, 'LANGUAGE ', quote_ident(lanname), ' HANDLER ', lanplcallfoid::regproc,
	            ' INLINE ' || CAST(nullif(laninline, 0)::regproc AS text), ' VALIDATOR ' || CAST(nullif(lanvalidator, 0)::regproc AS text))]
	       FROM pg_language WHERE oid = object_oid)
	  WHEN 'pg_am'::regclass THEN
	    (SELECT ARRAY[format('CREATE ACCESS METHOD %I TYPE %s HANDLER %s', amname, CASE amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END, amhandler)] FROM pg_am WHERE oid = object_oid)
	  ELSE
	    (SELECT ARRAY[concat('CREATE TRANSFORM FOR ', format_type(t.trftype, NULL), ' LANGUAGE ', quote_ident(l.lanname), ' (',
	            concat_ws(', ', 'FROM SQL WITH FUNCTION ' || CAST(nullif(t.trffromsql::oid, 0)::regprocedure AS text), 'TO SQL WITH FUNCTION ' || CAST(nullif(t.trftosql::oid, 0)::regprocedure AS text)), ')')]
	       FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE t.oid = object_oid)
	  END
$$;
COMMENT ON FUNCTION safemig.definition_of_language_part(oid, oid) IS 'for the bin: see safemig.definition_of()';
REVOKE ALL ON FUNCTION safemig.definition_of_language_part(oid, oid) FROM PUBLIC;

-- ---------- the one question ----------

CREATE FUNCTION safemig.definition_of(class_id oid, object_oid oid, sub_id integer DEFAULT 0) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
	  -- an extension brings its members
	  WHEN sub_id = 0 AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = class_id AND d.objid = object_oid AND d.deptype = 'e') THEN '{}'
	  ELSE CASE class_id
	  WHEN 'pg_class'::regclass THEN CASE WHEN sub_id = 0 THEN safemig.definition_of_relation(object_oid)
	       ELSE safemig.not_null_of_column(object_oid, sub_id) || safemig.default_of_column(object_oid, sub_id) END
	  WHEN 'pg_constraint'::regclass THEN safemig.definition_of_constraint(object_oid)
	  WHEN 'pg_trigger'::regclass THEN safemig.definition_of_trigger(object_oid)
	  WHEN 'pg_rewrite'::regclass THEN safemig.definition_of_rule(object_oid)
	  WHEN 'pg_policy'::regclass THEN safemig.definition_of_policy(object_oid)
	  WHEN 'pg_attrdef'::regclass THEN (SELECT CASE WHEN a.attgenerated <> '' THEN '{}' ELSE safemig.default_of_column(f.adrelid, f.adnum) END
	       FROM pg_attrdef f JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum WHERE f.oid = object_oid)
	  WHEN 'pg_statistic_ext'::regclass THEN safemig.definition_of_statistics(object_oid)
	  WHEN 'pg_type'::regclass THEN safemig.definition_of_type(object_oid)
	  WHEN 'pg_proc'::regclass THEN safemig.bin_texts(safemig.definition_of_routine(object_oid))
	  WHEN 'pg_operator'::regclass THEN safemig.bin_texts(safemig.definition_of_operator(object_oid))
	  WHEN 'pg_opclass'::regclass THEN safemig.bin_texts(safemig.definition_of_operator_group(class_id, object_oid))
	  WHEN 'pg_opfamily'::regclass THEN safemig.bin_texts(safemig.definition_of_operator_group(class_id, object_oid))
	  WHEN 'pg_cast'::regclass THEN safemig.bin_texts(safemig.definition_of_cast(object_oid))
	  WHEN 'pg_collation'::regclass THEN safemig.bin_texts(safemig.definition_of_collation(object_oid))
	  WHEN 'pg_conversion'::regclass THEN safemig.bin_texts(safemig.definition_of_conversion(object_oid))
	  WHEN 'pg_ts_parser'::regclass THEN safemig.bin_texts(safemig.definition_of_text_search(class_id, object_oid))
	  WHEN 'pg_ts_template'::regclass THEN safemig.bin_texts(safemig.definition_of_text_search(class_id, object_oid))
	  WHEN 'pg_ts_dict'::regclass THEN safemig.bin_texts(safemig.definition_of_text_search(class_id, object_oid))
	  WHEN 'pg_ts_config'::regclass THEN safemig.bin_texts(safemig.definition_of_text_search(class_id, object_oid))
	  WHEN 'pg_foreign_data_wrapper'::regclass THEN safemig.bin_texts(safemig.definition_of_foreign(class_id, object_oid))
	  WHEN 'pg_foreign_server'::regclass THEN safemig.bin_texts(safemig.definition_of_foreign(class_id, object_oid))
	  WHEN 'pg_user_mapping'::regclass THEN safemig.bin_texts(safemig.definition_of_foreign(class_id, object_oid))
	  WHEN 'pg_namespace'::regclass THEN safemig.bin_texts(safemig.definition_of_schema(object_oid))
	  WHEN 'pg_publication'::regclass THEN safemig.definition_of_publication(object_oid)
	  WHEN 'pg_event_trigger'::regclass THEN safemig.bin_texts(safemig.definition_of_event_trigger(object_oid))
	  WHEN 'pg_language'::regclass THEN safemig.bin_texts(safemig.definition_of_language_part(class_id, object_oid))
	  WHEN 'pg_am'::regclass THEN safemig.bin_texts(safemig.definition_of_language_part(class_id, object_oid))
	  WHEN 'pg_transform'::regclass THEN safemig.bin_texts(safemig.definition_of_language_part(class_id, object_oid))
	  -- parts of an operator family, a publication or a schema
	  WHEN 'pg_amop'::regclass THEN '{}' WHEN 'pg_amproc'::regclass THEN '{}' WHEN 'pg_publication_rel'::regclass THEN '{}'
	  WHEN 'pg_publication_namespace'::regclass THEN '{}' WHEN 'pg_default_acl'::regclass THEN '{}'
	  END END
$$;
COMMENT ON FUNCTION safemig.definition_of(oid, oid, integer) IS
'the statements that make an object again, in their order, with %{oid} for the present name of a relation it hangs on; empty for what goes with something else, NULL for what no statement makes again. SELECT safemig.definition_of(''pg_proc''::regclass, ''f()''::regprocedure)';
REVOKE ALL ON FUNCTION safemig.definition_of(oid, oid, integer) FROM PUBLIC;

-- Owner, grants, comment, security labels, and the extension it goes with: each may fail alone.
CREATE FUNCTION safemig.bin_give_grants(class_id oid, object_oid oid, sub_id integer, acl aclitem[]) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_bin_give_grants';
COMMENT ON FUNCTION safemig.bin_give_grants(oid, oid, integer, aclitem[]) IS 'for the bin: writes the grants of an object as they were';
REVOKE ALL ON FUNCTION safemig.bin_give_grants(oid, oid, integer, aclitem[]) FROM PUBLIC;

CREATE FUNCTION safemig.grants_of(class_id oid, object_oid oid, sub_id integer, acl aclitem[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT safemig.bin_text(format('SELECT safemig.bin_give_grants(a.classid, a.objid, a.objsubid, safemig.bin_acl_back(%L)) FROM pg_catalog.pg_get_object_address(%L, %L, %L) a',
	               coalesce(safemig.bin_acl(acl), 'null'), replace(i.type, 'view column', 'table column'), i.object_names, i.object_args))
	  FROM pg_identify_object_as_address(class_id, object_oid, sub_id) i
$$;
COMMENT ON FUNCTION safemig.grants_of(oid, oid, integer, aclitem[]) IS 'for the bin: the statement that gives the grants back';
REVOKE ALL ON FUNCTION safemig.grants_of(oid, oid, integer, aclitem[]) FROM PUBLIC;

CREATE FUNCTION safemig.dress_of(class_id oid, object_oid oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT safemig.bin_list(
	       CASE WHEN class_id IN ('pg_type'::regclass, 'pg_proc'::regclass, 'pg_namespace'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_opfamily'::regclass,
	                 'pg_collation'::regclass, 'pg_conversion'::regclass, 'pg_ts_dict'::regclass, 'pg_ts_config'::regclass, 'pg_event_trigger'::regclass, 'pg_publication'::regclass,
	                 'pg_foreign_data_wrapper'::regclass, 'pg_foreign_server'::regclass, 'pg_language'::regclass, 'pg_statistic_ext'::regclass) OR name ~ '^VIEW '
	            -- the bootstrap superuser's are not written down in pg_shdepend
	            THEN format('ALTER %s OWNER TO %I', name, safemig.bin_text(pg_get_userbyid(coalesce((SELECT s.refobjid FROM pg_shdepend s
	                 WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND s.classid = class_id AND s.objid = object_oid AND s.objsubid = 0 AND s.deptype = 'o'), 10)))) END,
	       CASE class_id
	            WHEN 'pg_proc'::regclass THEN safemig.grants_of(class_id, object_oid, 0, (SELECT proacl FROM pg_proc WHERE oid = object_oid))
	            WHEN 'pg_type'::regclass THEN safemig.grants_of(class_id, object_oid, 0, (SELECT typacl FROM pg_type WHERE oid = object_oid))
	            WHEN 'pg_namespace'::regclass THEN safemig.grants_of(class_id, object_oid, 0, (SELECT nspacl FROM pg_namespace WHERE oid = object_oid))
	            WHEN 'pg_language'::regclass THEN safemig.grants_of(class_id, object_oid, 0, (SELECT lanacl FROM pg_language WHERE oid = object_oid))
	            WHEN 'pg_foreign_data_wrapper'::regclass THEN safemig.grants_of(class_id, object_oid, 0, (SELECT fdwacl FROM pg_foreign_data_wrapper WHERE oid = object_oid))
	            WHEN 'pg_foreign_server'::regclass THEN safemig.grants_of(class_id, object_oid, 0, (SELECT srvacl FROM pg_foreign_server WHERE oid = object_oid))
	            WHEN 'pg_class'::regclass THEN (SELECT safemig.grants_of(class_id, object_oid, 0, relacl) FROM pg_class WHERE oid = object_oid AND relkind = 'v') END,
	       'COMMENT ON ' || name || ' IS ' || (SELECT safemig.bin_text(quote_literal(d.description)) FROM pg_description d WHERE d.classoid = class_id AND d.objoid = object_oid AND d.objsubid = 0))
	    || CASE WHEN name ~ '^VIEW ' THEN
	       ARRAY(SELECT safemig.grants_of(class_id, object_oid, a.attnum, a.attacl) FROM pg_attribute a WHERE a.attrelid = object_oid AND a.attacl IS NOT NULL ORDER BY a.attnum)
	       || ARRAY(SELECT safemig.bin_text(format('COMMENT ON COLUMN %s.%I IS %L', object_oid::regclass, a.attname, col_description(a.attrelid, a.attnum)))
	                  FROM pg_attribute a WHERE a.attrelid = object_oid AND a.attnum > 0 AND col_description(a.attrelid, a.attnum) IS NOT NULL ORDER BY a.attnum)
	       ELSE '{}' END
	    || ARRAY(SELECT format('SECURITY LABEL FOR %I ON %s IS %L', safemig.bin_text(l.provider), name, safemig.bin_text(l.label)) FROM pg_seclabel l WHERE l.classoid = class_id AND l.objoid = object_oid AND l.objsubid = 0)
	    || ARRAY(SELECT format('ALTER %s DEPENDS ON EXTENSION %I', name, safemig.bin_text(e.extname)) FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
	              WHERE d.classid = class_id AND d.objid = object_oid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'x' ORDER BY e.extname)
	  FROM safemig.sql_name_of(class_id, object_oid) s(name)
$$;
COMMENT ON FUNCTION safemig.dress_of(oid, oid) IS 'for the bin: the statements that give an object its owner, grants, comment and labels back';
REVOKE ALL ON FUNCTION safemig.dress_of(oid, oid) FROM PUBLIC;

-- The statement that validates a constraint; NULL for what none does.
CREATE FUNCTION safemig.bin_validation(constraint_oid oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN contypid <> 0 THEN safemig.bin_text(concat('ALTER DOMAIN ', format_type(contypid, NULL), ' VALIDATE CONSTRAINT ', quote_ident(conname)))
	       ELSE format('ALTER TABLE %%{%s} VALIDATE CONSTRAINT %I', conrelid, safemig.bin_text(conname)) END
	  FROM pg_constraint k
	 WHERE oid = constraint_oid AND convalidated AND contype IN ('c', 'f')
	   AND NOT (contype = 'f' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = k.conrelid AND c.relkind = 'p'))
$$;
COMMENT ON FUNCTION safemig.bin_validation(oid) IS 'for the bin: how a constraint that is made again NOT VALID becomes valid';
REVOKE ALL ON FUNCTION safemig.bin_validation(oid) FROM PUBLIC;

-- What the server leaves behind when a constraint comes back by statements.
CREATE FUNCTION safemig.bin_tie_constraints(relation oid) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	-- heirs that had it from their other parents are counted once more for each ADD CONSTRAINT
	WITH RECURSIVE heir(oid) AS (SELECT inhrelid FROM pg_inherits WHERE inhparent = relation
	     UNION SELECT i.inhrelid FROM heir h JOIN pg_inherits i ON i.inhparent = h.oid)
	UPDATE pg_constraint k SET coninhcount = p.parents
	  FROM (SELECT c.oid, (SELECT count(*) FROM pg_inherits i JOIN pg_constraint u ON u.conrelid = i.inhparent
	                        WHERE i.inhrelid = c.conrelid AND (u.conname, u.contype) = (c.conname, c.contype) AND NOT u.connoinherit) AS parents
	          FROM heir h JOIN pg_constraint c ON c.conrelid = h.oid WHERE c.contype = 'c') p
	 WHERE p.oid = k.oid AND p.parents > 0 AND k.coninhcount > 0 AND k.coninhcount <> p.parents;
	-- VALIDATE leaves out the rows for each partition of the table that is referred to
	WITH RECURSIVE part(oid) AS (
	    SELECT p.oid FROM pg_constraint k JOIN pg_constraint p ON p.conparentid = k.oid AND p.conrelid = k.conrelid
	     WHERE k.conrelid = relation AND k.contype = 'f' AND k.convalidated
	     UNION SELECT p.oid FROM part u JOIN pg_constraint p ON p.conparentid = u.oid AND p.conrelid = relation)
	UPDATE pg_constraint SET convalidated = true WHERE oid IN (SELECT oid FROM part) AND NOT convalidated
$$;
COMMENT ON FUNCTION safemig.bin_tie_constraints(oid) IS 'for the bin: inheritance counts, and validity for each partition, of the constraints of a table';
REVOKE ALL ON FUNCTION safemig.bin_tie_constraints(oid) FROM PUBLIC;

CREATE FUNCTION safemig.bin_holder(statement text) RETURNS oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE m[1] WHEN 'TABLE' THEN (SELECT relowner FROM pg_class WHERE oid = to_regclass(m[2])) ELSE (SELECT typowner FROM pg_type WHERE oid = to_regtype(m[2])) END
	  FROM regexp_match(statement, '^ALTER (TABLE|DOMAIN) (.*) VALIDATE CONSTRAINT ') m
$$;
COMMENT ON FUNCTION safemig.bin_holder(text) IS 'for the bin: owner of the table or domain that a statement validates';
REVOKE ALL ON FUNCTION safemig.bin_holder(text) FROM PUBLIC;

-- The schema of the bin in which that object lies, or what it belongs to.
CREATE FUNCTION safemig.bin_place(class_id oid, object_oid oid) RETURNS oid
LANGUAGE C STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'safemig_bin_place';
COMMENT ON FUNCTION safemig.bin_place(oid, oid) IS 'for the bin: the schema of it in which an object lies; NULL when it lies elsewhere';
REVOKE ALL ON FUNCTION safemig.bin_place(oid, oid) FROM PUBLIC;

-- A type with its multirange and constructors; array types go with their elements by themselves.
CREATE FUNCTION safemig.bin_parts(INOUT class_id oid, INOUT object_oid oid) RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE part(class, oid) AS (
		SELECT class_id, object_oid
		UNION
		SELECT d.classid, d.objid FROM part p JOIN pg_depend d ON d.refclassid = p.class AND d.refobjid = p.oid AND d.deptype = 'i'
		 WHERE d.classid IN ('pg_type'::regclass, 'pg_proc'::regclass) AND NOT EXISTS (SELECT FROM pg_type t WHERE d.classid = 'pg_type'::regclass AND t.typarray = d.objid))
	SELECT class, oid FROM part
$$;
COMMENT ON FUNCTION safemig.bin_parts(oid, oid) IS 'for the bin: an object and its inner parts that lie in a schema';
REVOKE ALL ON FUNCTION safemig.bin_parts(oid, oid) FROM PUBLIC;

CREATE FUNCTION safemig.bin_stands_on(class_id oid, object_oid oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM safemig.bin_parts(class_id, object_oid) p JOIN pg_depend d ON d.refclassid = p.class_id AND d.refobjid = p.object_oid
	                WHERE safemig.bin_place(d.classid, d.objid) IS NOT NULL)
$$;
COMMENT ON FUNCTION safemig.bin_stands_on(oid, oid) IS 'for the bin: does something in it depend on that object';
REVOKE ALL ON FUNCTION safemig.bin_stands_on(oid, oid) FROM PUBLIC;

-- Everything of a type or function that moving it changes.
CREATE FUNCTION safemig.bin_foundation(class_id oid, object_oid oid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT jsonb_build_object('home', n.nspname, 'home_oid', n.oid, 'name', o.name, 'owner', pg_get_userbyid(o.owner), 'owner_oid', o.owner, 'acl', safemig.bin_acl(o.acl))
	  FROM (SELECT typnamespace, typname, typowner, typacl FROM pg_type WHERE class_id = 'pg_type'::regclass AND oid = object_oid
	        UNION ALL SELECT pronamespace, proname, proowner, proacl FROM pg_proc WHERE class_id = 'pg_proc'::regclass AND oid = object_oid
	        UNION ALL SELECT collnamespace, collname, collowner, NULL FROM pg_collation WHERE class_id = 'pg_collation'::regclass AND oid = object_oid
	        UNION ALL SELECT connamespace, conname, conowner, NULL FROM pg_conversion WHERE class_id = 'pg_conversion'::regclass AND oid = object_oid
	        UNION ALL SELECT oprnamespace, oprname, oprowner, NULL FROM pg_operator WHERE class_id = 'pg_operator'::regclass AND oid = object_oid
	        UNION ALL SELECT opcnamespace, opcname, opcowner, NULL FROM pg_opclass WHERE class_id = 'pg_opclass'::regclass AND oid = object_oid
	        UNION ALL SELECT opfnamespace, opfname, opfowner, NULL FROM pg_opfamily WHERE class_id = 'pg_opfamily'::regclass AND oid = object_oid
	        UNION ALL SELECT dictnamespace, dictname, dictowner, NULL FROM pg_ts_dict WHERE class_id = 'pg_ts_dict'::regclass AND oid = object_oid
	        UNION ALL SELECT cfgnamespace, cfgname, cfgowner, NULL FROM pg_ts_config WHERE class_id = 'pg_ts_config'::regclass AND oid = object_oid
	        UNION ALL SELECT prsnamespace, prsname, NULL, NULL FROM pg_ts_parser WHERE class_id = 'pg_ts_parser'::regclass AND oid = object_oid
	        UNION ALL SELECT tmplnamespace, tmplname, NULL, NULL FROM pg_ts_template WHERE class_id = 'pg_ts_template'::regclass AND oid = object_oid) o(schema, name, owner, acl)
	  JOIN pg_namespace n ON n.oid = o.schema
$$;
COMMENT ON FUNCTION safemig.bin_foundation(oid, oid) IS 'for the bin: schema, name, owner and grants of what something in it stands on';
REVOKE ALL ON FUNCTION safemig.bin_foundation(oid, oid) FROM PUBLIC;

-- The grants in such a state whose roles are still there; its owner's alone without a state.
CREATE FUNCTION safemig.bin_foundation_acl(class_id oid, owner oid, state jsonb) RETURNS aclitem[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN state ? 'acl' AND (acl IS NULL OR cardinality(acl) > 0) THEN acl
	       ELSE ARRAY[makeaclitem(owner, owner, CASE class_id WHEN 'pg_proc'::regclass THEN 'EXECUTE' ELSE 'USAGE' END, false)] END
	  FROM safemig.bin_acl_back(state -> 'acl') b(acl)
$$;
COMMENT ON FUNCTION safemig.bin_foundation_acl(oid, oid, jsonb) IS 'for the bin: the grants of what something in it stands on';
REVOKE ALL ON FUNCTION safemig.bin_foundation_acl(oid, oid, jsonb) FROM PUBLIC;

-- What lies in the schemas of an entry, with its parts.
CREATE FUNCTION safemig.bin_contents(entry bigint, OUT class_id oid, OUT object_oid oid) RETURNS SETOF record
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE own(oid) AS (SELECT oid FROM pg_namespace WHERE nspname LIKE concat('pg\_safemig\_bin\_', entry, '\_%')),
	part(class, oid) AS (
		SELECT d.classid, d.objid FROM own JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = own.oid
		UNION
		SELECT d.classid, d.objid FROM part p JOIN pg_depend d ON d.refclassid = p.class AND d.refobjid = p.oid
		 WHERE safemig.bin_place(d.classid, d.objid) IN (SELECT o.oid FROM own o))
	SELECT class, oid FROM part
$$;
COMMENT ON FUNCTION safemig.bin_contents(bigint) IS 'for the bin: the objects that an entry holds';
REVOKE ALL ON FUNCTION safemig.bin_contents(bigint) FROM PUBLIC;

CREATE FUNCTION safemig.bin_entry_at(place oid) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT CAST(substring(nspname FROM '^pg_safemig_bin_([0-9]+)_') AS bigint) FROM pg_namespace WHERE oid = place $$;
COMMENT ON FUNCTION safemig.bin_entry_at(oid) IS 'for the bin: the entry that a schema of it belongs to';
REVOKE ALL ON FUNCTION safemig.bin_entry_at(oid) FROM PUBLIC;

CREATE FUNCTION safemig.bin_needs(entry bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT other
	  FROM safemig.bin_contents(entry) c JOIN pg_depend d ON d.classid = c.class_id AND d.objid = c.object_oid,
	       safemig.bin_entry_at(safemig.bin_place(d.refclassid, d.refobjid)) e(other)
	 WHERE other <> entry
$$;
COMMENT ON FUNCTION safemig.bin_needs(bigint) IS 'for the bin: entries on whose things those of this entry stand';
REVOKE ALL ON FUNCTION safemig.bin_needs(bigint) FROM PUBLIC;

CREATE FUNCTION safemig.bin_needed_by(entry bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT other
	  FROM safemig.bin_contents(entry) c JOIN pg_depend d ON d.refclassid = c.class_id AND d.refobjid = c.object_oid,
	       safemig.bin_entry_at(safemig.bin_place(d.classid, d.objid)) e(other)
	 WHERE other <> entry
$$;
COMMENT ON FUNCTION safemig.bin_needed_by(bigint) IS 'for the bin: entries whose things stand on those of this entry';
REVOKE ALL ON FUNCTION safemig.bin_needed_by(bigint) FROM PUBLIC;

-- What the bin keeps of an object that action takes away: NULL, {} or the statements,
-- with the present names of the relations that they leave open.
CREATE FUNCTION safemig.bin_definition(class_id oid, object_oid oid, sub_id integer, action text) RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
	WITH read AS MATERIALIZED (SELECT CASE WHEN class_id = 'pg_constraint'::regclass THEN safemig.bin_validation(object_oid) END AS validate, CASE
	       WHEN action = 'drop default' AND class_id = 'pg_class'::regclass THEN safemig.default_of_column(object_oid, sub_id)
	       WHEN action = 'drop not null' AND class_id = 'pg_class'::regclass THEN safemig.not_null_of_column(object_oid, sub_id)
	       WHEN action = 'drop default' AND class_id = 'pg_type'::regclass THEN safemig.default_of_domain(object_oid)
	       WHEN action = 'drop not null' AND class_id = 'pg_type'::regclass THEN safemig.not_null_of_domain(object_oid)
	       ELSE safemig.definition_of(class_id, object_oid, sub_id) END AS make),
	dressed AS MATERIALIZED (SELECT validate, CASE WHEN validate IS NULL OR cardinality(make) = 0 THEN make ELSE (make[1] || ' NOT VALID') || make[2:] END AS make,
	       CASE WHEN cardinality(make) = 0 OR action IN ('drop default', 'drop not null') THEN '{}'
	            -- indexes and constraints that are dropped and made again every day: most have nothing to be dressed with
	            WHEN action IN ('drop index', 'drop constraint', 'drop trigger') AND NOT EXISTS (SELECT FROM pg_description WHERE classoid = class_id AND objoid = object_oid)
	                 AND NOT EXISTS (SELECT FROM pg_seclabel WHERE classoid = class_id AND objoid = object_oid)
	                 AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = class_id AND objid = object_oid AND deptype = 'x') THEN '{}'
	            ELSE safemig.dress_of(class_id, object_oid) END AS dress
	  FROM read)
	SELECT CASE
	  WHEN make IS NULL THEN NULL
	  WHEN cardinality(make) = 0 THEN '{}'
	  ELSE jsonb_build_object('make', to_jsonb(make), 'dress', to_jsonb(dress))
	       || CASE WHEN validate IS NOT NULL THEN jsonb_build_object('validate', validate) ELSE '{}' END
	       || CASE WHEN action ~ '^replace ' THEN '{"replaces": true}'::jsonb ELSE '{}' END
	       || jsonb_build_object('names', (SELECT coalesce(jsonb_object_agg(m[1], m[1]::oid::regclass::text), '{}') FROM unnest(make) s, regexp_matches(s, '%\{(\d+)\}', 'g') m))
	  END
	  FROM dressed
$$;
COMMENT ON FUNCTION safemig.bin_definition(oid, oid, integer, text) IS 'for the bin: definition of an object as an item of the bin holds it';
REVOKE ALL ON FUNCTION safemig.bin_definition(oid, oid, integer, text) FROM PUBLIC;
