-- What a script will do, and what is wrong with it, before it runs.

CREATE FUNCTION safemig.effects(script text)
RETURNS TABLE (statement int, line int, col int, command text, action text, category text, object text,
	lock text, rewrites boolean, scans boolean, rows bigint, bytes bigint, decision text, permit text)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_effects';
COMMENT ON FUNCTION safemig.effects(text) IS
'what each statement of a script would do to each relation: lock as pg_locks names it, whether every row is written anew or read, how much there is, what the guard would decide now and the permit that it would need. Runs nothing. SM007 for what is no script';

CREATE FUNCTION safemig.lint(script text)
RETURNS TABLE (statement int, line int, col int, rule text, severity text, object text, message text, suggestion text)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_lint';
COMMENT ON FUNCTION safemig.lint(text) IS
'what is wrong with a script in this database, by the rules of safemig.lint_rules: the consequence, and the safe way as SQL. Runs nothing of it';

CREATE FUNCTION safemig.lint_json(script text) RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE
AS $$
	SELECT pg_catalog.jsonb_build_object(
		'errors', pg_catalog.count(*) FILTER (WHERE severity OPERATOR(pg_catalog.=) 'error'),
		'warnings', pg_catalog.count(*) FILTER (WHERE severity OPERATOR(pg_catalog.=) 'warning'),
		'infos', pg_catalog.count(*) FILTER (WHERE severity OPERATOR(pg_catalog.=) 'info'),
		'findings', coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(l)), '[]'))
	  FROM safemig.lint(script) l
$$;
COMMENT ON FUNCTION safemig.lint_json(text) IS
'the findings of safemig.lint() as one jsonb: {"errors": 1, "warnings": 0, "infos": 2, "findings": [...]}, for pipelines';

CREATE FUNCTION safemig.lint_rule_rows(OUT id text, OUT category text, OUT severity text, OUT detects text, OUT safe_way text, OUT versions text)
RETURNS SETOF record
LANGUAGE C VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'safemig_lint_rule_rows';
COMMENT ON FUNCTION safemig.lint_rule_rows() IS 'the rows of safemig.lint_rules';

CREATE VIEW safemig.lint_rules AS
	SELECT id, category, severity, detects, safe_way, versions FROM safemig.lint_rule_rows();
COMMENT ON VIEW safemig.lint_rules IS
'the rules of safemig.lint(), with the severity that holds in this database: off, info, warning or error; safemig.set_rule(''lint ID'', ''allow''|''log''|''warn''|''refuse'') changes it';
GRANT SELECT ON safemig.lint_rules TO PUBLIC;
