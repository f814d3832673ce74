-- What people ask before a deployment, each line answered from what is on record here.

CREATE FUNCTION safemig.checklist(version text)
RETURNS TABLE (item text, state text, evidence text, next text)
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_checklist';
COMMENT ON FUNCTION safemig.checklist(text) IS
'the list before a deployment, for a version that waits or is applied: each item ''ok'', ''open'' or ''not required'', with the evidence, and the statement to run next where it is open. Runs nothing of the script. SM009 unknown version. SELECT * FROM safemig.checklist(''1.3.0'')';
REVOKE ALL ON FUNCTION safemig.checklist(text) FROM PUBLIC;

CREATE FUNCTION safemig.in_words(finding jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT concat(finding->>'rule', ' in line ', finding->>'line', ', ' || (finding->>'object'))
$$;
COMMENT ON FUNCTION safemig.in_words(jsonb) IS 'a finding of lint, as safemig.checklist() writes it';
REVOKE ALL ON FUNCTION safemig.in_words(jsonb) FROM PUBLIC;

-- Runs as the owner; what the caller may know of the script, safemig.checklist() has asked as the caller.
CREATE FUNCTION safemig.checklist_lines(key text, mark text, findings jsonb, effects jsonb, gates text[], backup jsonb)
RETURNS TABLE (item text, state text, evidence text, next text)
LANGUAGE sql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $lines$
	WITH m AS (
		SELECT v.*, coalesce(v.version, v.version_key) AS title, v.state = 'applied' AS done,
		       format('SELECT name, findings FROM safemig.plan() WHERE %s;',
		              CASE WHEN v.version IS NULL THEN format('name = %L', v.name) ELSE format('version = %L', v.version) END) AS look
		  FROM safemig.migration v WHERE v.version_key = key COLLATE "C"),
	finding AS (
		SELECT safemig.in_words(f) AS words, f->>'category' AS category, f->>'rule' AS rule
		  FROM jsonb_array_elements(findings) f WHERE f->>'severity' IN ('error', 'warning')),
	effect AS (
		SELECT DISTINCT concat_ws(' ', e->>'action', e->>'object') AS words, e->>'category' AS category, e->>'action' AS action
		  FROM jsonb_array_elements(effects) e),
	breaking AS (
		SELECT string_agg(words, '; ' ORDER BY words) AS found
		  FROM (SELECT words FROM finding WHERE category = 'contract' OR rule IN ('adding-required-field', 'adding-not-nullable-field')
		        UNION ALL
		        SELECT words FROM effect WHERE category = 'break' OR category IN ('data', 'code') AND action ~ '^(drop|alter) ') b),
	lost AS (
		SELECT string_agg(words, '; ' ORDER BY words) AS found
		  FROM (SELECT words FROM finding WHERE category = 'data'
		        UNION ALL
		        SELECT words FROM effect WHERE category = 'data' OR action = 'update all') l),
	filled AS (
		SELECT string_agg(words, '; ' ORDER BY words) AS found FROM finding
		 WHERE rule IN ('backfill-in-ddl-transaction', 'adding-required-field', 'adding-not-nullable-field')),
	written AS (
		SELECT string_agg(format('%s: %s updated, %s deleted', t.relation, t.counts->>'updated', t.counts->>'deleted'), '; ' ORDER BY t.relation)
		       FILTER (WHERE t.counts->>'updated' <> '0' OR t.counts->>'deleted' <> '0') AS changed,
		       coalesce(sum((t.counts->>'updated')::bigint), 0) AS updated
		  FROM m, jsonb_each(m.row_changes) t(relation, counts)),
	kept AS (
		SELECT string_agg(DISTINCT format('in the bin: %s %s', i.action, i.identity), '; ') FILTER (WHERE i.named) AS found
		  FROM m JOIN safemig.bin_entry e ON e.migration = m.title AND e.xid = m.xid AND e.state = 'kept'
		  JOIN safemig.bin_item i ON i.entry = e.id),
	tried AS (
		SELECT format('passed at %s, by %s', max(r.at), (array_agg(r.session_role ORDER BY r.at DESC))[1]) AS found
		  FROM m JOIN safemig.dry_run_record r ON r.token_checksum = m.token_checksum AND r.bound_to = mark
		 WHERE CASE WHEN m.done THEN r.at <= m.applied_at
		            ELSE NOT EXISTS (SELECT FROM safemig.migration o WHERE o.state IN ('applied', 'rolled back') AND o.changed_at > r.at) END
		HAVING count(*) > 0),
	tested AS (
		SELECT string_agg(format('%s, by %s at %s', a.environment, a.attested_by, a.at), '; ' ORDER BY a.at) AS found,
		       coalesce(bool_or(a.environment = 'staging'), false) AS staging
		  FROM m JOIN safemig.attestation a ON a.version_key = m.version_key AND a.token_checksum = m.token_checksum),
	approved AS (
		SELECT string_agg(format('%s at %s', a.approved_by, a.at), '; ' ORDER BY a.at) AS found, count(*) AS count
		  FROM m JOIN safemig.approval a ON a.version_key = m.version_key AND a.token_checksum = m.token_checksum
		   AND a.terms = safemig.terms(m.permits, m.down, m.check_sql)),
	setting AS (
		SELECT coalesce(max(s.value) FILTER (WHERE s.name = 'approvals'), '0')::bigint AS approvals,
		       nullif(max(s.value) FILTER (WHERE s.name = 'change_window'), 'off') AS change_window,
		       coalesce(nullif(max(s.value) FILTER (WHERE s.name = 'backup_max_age'), 'off'), '1 day')::interval AS max_age
		  FROM safemig.settings s),
	backed AS (
		SELECT (backup->>'taken_at')::timestamptz AS taken_at,
		       coalesce((backup->>'taken_at')::timestamptz >= CASE WHEN m.done THEN m.applied_at ELSE clock_timestamp() END - s.max_age, false) AS fresh
		  FROM m, setting s),
	stuck AS (
		SELECT string_agg(s->>'what', '; ') AS found FROM m, jsonb_array_elements(m.inverse) s
		 WHERE s ? 'unknown')
	SELECT l.item, l.state, l.evidence, CASE WHEN l.state = 'open' THEN l.next END
	  FROM m, breaking, lost, filled, written, kept, tested FULL JOIN tried ON true, approved, setting, backed, stuck,
	LATERAL (VALUES
		(1, 'backward compatible',
		 CASE WHEN m.done THEN 'not required' WHEN breaking.found IS NULL THEN 'ok' ELSE 'open' END,
		 CASE WHEN m.done THEN format('it is applied, at %s', m.applied_at)
		      ELSE coalesce(breaking.found, 'nothing goes or is renamed that running code may name, and no column is required of it') END,
		 m.look),
		(2, 'data intact',
		 CASE WHEN CASE WHEN m.done THEN coalesce(kept.found, written.changed) ELSE lost.found END IS NULL THEN 'ok' ELSE 'open' END,
		 CASE WHEN m.done THEN coalesce(nullif(concat_ws('; ', written.changed, kept.found), ''),
		                                CASE WHEN m.row_changes IS NULL THEN 'its rows were not counted, and nothing is in the bin' ELSE 'no row was updated or deleted, and nothing is in the bin' END)
		      ELSE coalesce(lost.found, 'neither lint nor the guard finds a statement that destroys data') END,
		 CASE WHEN m.done THEN format('SELECT * FROM safemig.migration_rows WHERE version = %L;', m.title) ELSE m.look END),
		(3, 'backfill needed',
		 CASE WHEN m.done OR filled.found IS NULL THEN 'ok' ELSE 'open' END,
		 CASE WHEN m.done THEN format('rows updated: %s', written.updated)
		      ELSE coalesce(filled.found, 'no column has to be filled first') END,
		 m.look),
		(4, 'dry run done',
		 CASE WHEN tried.found IS NULL THEN 'open' ELSE 'ok' END,
		 coalesce(tried.found, CASE WHEN m.done THEN 'none of this script passed before it was applied' ELSE 'none of this script has passed here since the last migration' END),
		 CASE WHEN NOT m.done THEN format('SELECT * FROM safemig.dry_run($$...$$%s);', CASE WHEN m.permits <> '{}' THEN format(', permits => %L', m.permits) END) END),
		(5, 'tested in staging',
		 CASE WHEN tested.staging THEN 'ok' ELSE 'open' END,
		 coalesce(tested.found, 'nobody has attested this script'),
		 format('SELECT safemig.attest(%L, ''staging'');', m.title)),
		(6, 'backup fresh',
		 CASE WHEN backed.fresh AND 'backup_max_age' <> ALL (gates) THEN 'ok' ELSE 'open' END,
		 coalesce((backup->>'location') || ', of ' || backed.taken_at, 'no backup is on record'),
		 CASE WHEN NOT m.done AND to_regprocedure('safemig.backup(text)') IS NOT NULL THEN format('CALL safemig.backup(%L);', 'before_' || translate(m.title, ' ', '_')) END),
		(7, 'backup restored',
		 CASE WHEN backup->>'restored' IS NULL THEN 'open' ELSE 'ok' END,
		 coalesce('the one of ' || (backup->>'restored')::timestamptz, 'no backup on record was restored to try it'),
		 CASE WHEN to_regprocedure('safemig.record_backup(text,timestamptz,bigint,text,boolean)') IS NOT NULL
		      THEN format('SELECT safemig.record_backup(%L, %L, restored_ok => true);', coalesce(backup->>'location', '...'), coalesce(backup->>'taken_at', '...')) END),
		(8, 'rollback known',
		 CASE WHEN m.down IS NOT NULL OR m.done AND m.inverse IS NOT NULL AND stuck.found IS NULL THEN 'ok' ELSE 'open' END,
		 CASE WHEN m.down IS NOT NULL THEN 'a down script'
		      WHEN NOT m.done THEN 'no down script; what it does is written down when it runs, and nothing may take that back'
		      WHEN m.inverse IS NULL THEN 'no down script, and nobody knows what it did'
		      WHEN stuck.found IS NULL THEN 'each thing that it did is on record with what takes it back'
		      ELSE 'nothing takes back: ' || stuck.found END,
		 CASE WHEN NOT m.done AND m.version IS NOT NULL THEN format('SELECT safemig.register(%L, %L, $$...$$, down => $$...$$);', m.version, m.name) END),
		(9, 'approval',
		 CASE WHEN approved.count >= greatest(setting.approvals, 1) THEN 'ok' WHEN setting.approvals = 0 THEN 'not required' ELSE 'open' END,
		 coalesce(approved.found, 'nobody has approved this script'),
		 format('SELECT safemig.approve(%L);', m.title)),
		(10, 'change window',
		 CASE WHEN m.done OR setting.change_window IS NULL THEN 'not required' WHEN 'change_window' = ANY (gates) THEN 'open' ELSE 'ok' END,
		 coalesce(setting.change_window, 'none is set'),
		 'SELECT value FROM safemig.settings WHERE name = ''change_window'';'),
		(11, 'gates open',
		 CASE WHEN m.done THEN 'not required' WHEN gates = '{}' THEN 'ok' ELSE 'open' END,
		 CASE WHEN m.done THEN 'it is applied' WHEN gates = '{}' THEN 'no gate is closed' ELSE 'closed: ' || array_to_string(gates, ', ') END,
		 m.look)
	) l(line, item, state, evidence, next)
	 ORDER BY l.line
$lines$;
COMMENT ON FUNCTION safemig.checklist_lines(text, text, jsonb, jsonb, text[], jsonb) IS
'the lines of safemig.checklist(): from the log of versions, and from what lint and effects say of the script, the gates that are closed, and the backups on record';
REVOKE ALL ON FUNCTION safemig.checklist_lines(text, text, jsonb, jsonb, text[], jsonb) FROM PUBLIC;
