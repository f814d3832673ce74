-- What happened: incidents, which survive the rollback they cause, and the history.

CREATE TABLE safemig.incident (
	id           text PRIMARY KEY,
	at           timestamptz NOT NULL,
	last_at      timestamptz NOT NULL,
	times        bigint NOT NULL,
	verdict      text NOT NULL,
	sqlstate     text,
	session_role text,
	role         text,
	application  text,
	client       text,
	database     text,
	statement    text,
	effects      text[],
	message      text,
	hint         text,
	version      text
);
COMMENT ON TABLE safemig.incident IS 'refused, warned and failed statements, and what enforce = off let pass, that were moved here from the spool; read safemig.incidents';
CREATE INDEX incident_at_idx ON safemig.incident (at);
REVOKE ALL ON safemig.incident FROM PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('safemig.incident', '');

CREATE SEQUENCE safemig.history_entry_id_seq;
COMMENT ON SEQUENCE safemig.history_entry_id_seq IS 'ids of safemig.history';
CREATE TABLE safemig.history_entry (
	id           bigint PRIMARY KEY DEFAULT pg_catalog.nextval('safemig.history_entry_id_seq'),
	at           timestamptz NOT NULL,
	event        text NOT NULL,
	version      text,
	subject      text,
	reason       text,
	detail       text,
	session_role text,
	role         text,
	application  text,
	client       text,
	spool_id     text UNIQUE
);
ALTER SEQUENCE safemig.history_entry_id_seq OWNED BY safemig.history_entry.id;
COMMENT ON TABLE safemig.history_entry IS 'append-only: one row for each apply, rollback, failure, permit, setting; read safemig.history';
REVOKE ALL ON safemig.history_entry, safemig.history_entry_id_seq FROM PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('safemig.history_entry', '');
SELECT pg_catalog.pg_extension_config_dump('safemig.history_entry_id_seq', '');

CREATE FUNCTION safemig.spooled(OUT file text, OUT record jsonb)
RETURNS SETOF record
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_spooled';
COMMENT ON FUNCTION safemig.spooled() IS 'incidents recorded in the data directory that are not yet in their table';
REVOKE ALL ON FUNCTION safemig.spooled() FROM PUBLIC;

CREATE FUNCTION safemig.drain_incidents() RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_drain_incidents';
COMMENT ON FUNCTION safemig.drain_incidents() IS
'moves the incidents recorded in the data directory into their table, as every apply and rollback does; nothing when another session is at it';
REVOKE ALL ON FUNCTION safemig.drain_incidents() FROM PUBLIC;

-- Repeats of the same incident are folded, file by file: a file is moved to the
-- table whole, so the first id of a fold names it for good.  Messages that differ
-- in numbers only (rows, as the table grows) are the same.
CREATE VIEW safemig.spooled_incident AS
	SELECT (pg_catalog.array_agg(record ->> 'id' ORDER BY (record ->> 'at')::timestamptz, record ->> 'id'))[1] AS id,
	       pg_catalog.min((record ->> 'at')::timestamptz) AS at,
	       pg_catalog.max((record ->> 'at')::timestamptz) AS last_at,
	       pg_catalog.count(*) AS times,
	       record ->> 'verdict' AS verdict,
	       record ->> 'sqlstate' AS sqlstate,
	       record ->> 'session_role' AS session_role,
	       record ->> 'role' AS role,
	       record ->> 'application' AS application,
	       record ->> 'client' AS client,
	       record ->> 'database' AS database,
	       record ->> 'statement' AS statement,
	       ARRAY(SELECT pg_catalog.jsonb_array_elements_text(record -> 'effects')) AS effects,
	       (pg_catalog.array_agg(record ->> 'message' ORDER BY (record ->> 'at')::timestamptz, record ->> 'id'))[1] AS message,
	       record ->> 'hint' AS hint,
	       record ->> 'version' AS version,
	       file
	  FROM safemig.spooled()
	 GROUP BY file, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16,
	          pg_catalog.regexp_replace(record ->> 'message', '[0-9]+( [0-9]{3})*', '#', 'g');
COMMENT ON VIEW safemig.spooled_incident IS 'the incidents of the spool, repeats folded, as rows of safemig.incident';
REVOKE ALL ON safemig.spooled_incident FROM PUBLIC;

CREATE VIEW safemig.incidents AS
	SELECT id, at, last_at, times, verdict, sqlstate, session_role, role, application,
	       client, database, statement, effects, message, hint, version
	  FROM safemig.incident
	UNION ALL
	SELECT id, at, last_at, times, verdict, sqlstate, session_role, role, application,
	       client, database, statement, effects, message, hint, version
	  FROM safemig.spooled_incident s
	 WHERE NOT EXISTS (SELECT FROM safemig.incident i WHERE i.id = s.id);
COMMENT ON VIEW safemig.incidents IS 'every statement that was refused, warned of, failed, or passed by safemig.enforce = off: when, who, from where, what, why; also of transactions that rolled back';
REVOKE ALL ON safemig.incidents FROM PUBLIC;

CREATE VIEW safemig.spooled_history AS
	SELECT (record ->> 'at')::timestamptz AS at,
	       'failed'::text AS event,
	       record ->> 'version' AS version,
	       record ->> 'name' AS subject,
	       NULL::text AS reason,
	       pg_catalog.concat_ws(' ', record ->> 'sqlstate', record ->> 'message') AS detail,
	       record ->> 'session_role' AS session_role,
	       record ->> 'role' AS role,
	       record ->> 'application' AS application,
	       record ->> 'client' AS client,
	       record ->> 'id' AS spool_id,
	       file
	  FROM safemig.spooled()
	 WHERE record ->> 'verdict' = 'failed'
	 ORDER BY 1;
COMMENT ON VIEW safemig.spooled_history IS 'failed attempts of the spool as rows of safemig.history';
REVOKE ALL ON safemig.spooled_history FROM PUBLIC;

CREATE VIEW safemig.history AS
	SELECT id, at, event, version, subject, reason, detail, session_role, role, application, client
	  FROM safemig.history_entry
	UNION ALL
	SELECT NULL::bigint, at, event, version, subject, reason, detail, session_role, role, application, client
	  FROM safemig.spooled_history s
	 WHERE NOT EXISTS (SELECT FROM safemig.history_entry h WHERE h.spool_id = s.spool_id);
COMMENT ON VIEW safemig.history IS 'what was done and tried: applies, rollbacks, failures, permits, settings; who, when, from where and why';
REVOKE ALL ON safemig.history FROM PUBLIC;
