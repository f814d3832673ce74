-- The guard: its actions, permits and settings.

CREATE FUNCTION safemig.action_rows(OUT action text, OUT category text, OUT lost text)
RETURNS SETOF record
LANGUAGE C STRICT STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'safemig_action_rows';
COMMENT ON FUNCTION safemig.action_rows() IS 'rows of the view safemig.actions';

CREATE FUNCTION safemig.decision(action text) RETURNS text
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_decision';
COMMENT ON FUNCTION safemig.decision(text) IS
'allow, log, warn or refuse: the decision on an action here, outside a migration and without a permit. SM009 for an action that does not exist';

CREATE VIEW safemig.actions AS
	SELECT action, category, safemig.decision(action) AS decision, lost FROM safemig.action_rows();
COMMENT ON VIEW safemig.actions IS 'everything the guard knows that a statement can do, with the decision on it in this database';
GRANT SELECT ON safemig.actions TO PUBLIC;

CREATE FUNCTION safemig.permit(permit text, reason text DEFAULT NULL, valid_for interval DEFAULT NULL, uses bigint DEFAULT NULL, role text DEFAULT NULL) RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_permit';
COMMENT ON FUNCTION safemig.permit(text, text, interval, bigint, text) IS
'allows one action on one object for this transaction: SELECT safemig.permit(''drop table public.users'', reason => ''GDPR-123''); returns the id of its row in safemig.history. With valid_for a ticket for later, for so many uses (1) and for a role (all); returns its id in safemig.permits. SM009 when it names no action, object or role';
REVOKE ALL ON FUNCTION safemig.permit(text, text, interval, bigint, text) FROM PUBLIC;

CREATE FUNCTION safemig.set(name text, value text) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_set';
COMMENT ON FUNCTION safemig.set(text, text) IS
'sets one of safemig.settings in this database, for all sessions from commit on. SM009 for a wrong name or value; the environment is a superuser''s to set';
REVOKE ALL ON FUNCTION safemig.set(text, text) FROM PUBLIC;

CREATE FUNCTION safemig.set_local(name text, value text) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_set_local';
COMMENT ON FUNCTION safemig.set_local(text, text) IS
'sets one of safemig.settings for this transaction; a rollback to a savepoint takes it back. SM009 for a wrong name or value, and for the environment';
REVOKE ALL ON FUNCTION safemig.set_local(text, text) FROM PUBLIC;

CREATE FUNCTION safemig.last_refusal() RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_last_refusal';
COMMENT ON FUNCTION safemig.last_refusal() IS
'the whole text of the last refusal in this session, with every object and the full array of permits; NULL when there was none';

CREATE TABLE safemig.armed (
	at       timestamptz NOT NULL,
	armed_by text NOT NULL
);
COMMENT ON TABLE safemig.armed IS 'since when new sessions of this database load the library; a dump leaves it out, since CREATE EXTENSION arms the copy';
REVOKE ALL ON safemig.armed FROM PUBLIC;

CREATE FUNCTION safemig.arm(terminate boolean DEFAULT false) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_arm';
COMMENT ON FUNCTION safemig.arm(boolean) IS
'adds the library to this database''s session_preload_libraries, keeping what is there, enables the event triggers, and says which level of loading holds; with terminate it ends, at its commit, the sessions that were open before';
REVOKE ALL ON FUNCTION safemig.arm(boolean) FROM PUBLIC;

CREATE FUNCTION safemig.on_ddl_start() RETURNS event_trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_on_ddl_start';
COMMENT ON FUNCTION safemig.on_ddl_start() IS
'loads the library in sessions that were open before it was preloaded, and judges the statement that did so';

CREATE EVENT TRIGGER safemig_ddl_start ON ddl_command_start EXECUTE FUNCTION safemig.on_ddl_start();
ALTER EVENT TRIGGER safemig_ddl_start ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER safemig_ddl_start IS 'safemig: guards sessions that were open before it came';
