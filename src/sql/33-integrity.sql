-- What migrations wrote, table by table.

-- Open to all, as no row of it holds a script.
CREATE VIEW safemig.migration_rows AS
	SELECT coalesce(m.version, m.version_key) AS version, m.name, t.relation,
	       (t.counts->>'inserted')::bigint AS inserted,
	       (t.counts->>'updated')::bigint AS updated,
	       (t.counts->>'deleted')::bigint AS deleted
	  FROM safemig.migration m CROSS JOIN LATERAL jsonb_each(m.row_changes) t(relation, counts)
	 ORDER BY m.version_key, t.relation COLLATE "C";
COMMENT ON VIEW safemig.migration_rows IS 'rows that each migration wrote when it was last applied: one row for each table, with those of triggers and cascades';
COMMENT ON COLUMN safemig.migration_rows.version IS 'or what it is called that has only a name';
COMMENT ON COLUMN safemig.migration_rows.relation IS 'a table or a partition, as it was called at the end of the script';
GRANT SELECT ON safemig.migration_rows TO PUBLIC;
