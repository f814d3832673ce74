-- The schema, and the settings of this database.

CREATE SCHEMA safemig;
COMMENT ON SCHEMA safemig IS 'safemig: keeps this database''s data through every schema change';
GRANT USAGE ON SCHEMA safemig TO PUBLIC;

CREATE TABLE safemig.config (
	name     text PRIMARY KEY,
	value    text NOT NULL,
	bound_to text
);
COMMENT ON TABLE safemig.config IS 'settings that differ from their defaults; written by safemig.set() only';
COMMENT ON COLUMN safemig.config.bound_to IS 'for the environment: system identifier and database it was set for; a copy elsewhere counts as production';
REVOKE ALL ON safemig.config FROM PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('safemig.config', '');

CREATE FUNCTION safemig.policy_changed() RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_policy_changed';
COMMENT ON FUNCTION safemig.policy_changed() IS 'makes every session read settings and rules again';
REVOKE ALL ON FUNCTION safemig.policy_changed() FROM PUBLIC;

CREATE TRIGGER config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON safemig.config
	FOR EACH STATEMENT EXECUTE FUNCTION safemig.policy_changed();
ALTER TABLE safemig.config ENABLE ALWAYS TRIGGER config_changed;
COMMENT ON TRIGGER config_changed ON safemig.config IS 'every session reads the settings again';

CREATE FUNCTION safemig.setting_rows(OUT name text, OUT value text, OUT "default" text, OUT allowed text, OUT meaning text)
RETURNS SETOF record
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'safemig_setting_rows';
COMMENT ON FUNCTION safemig.setting_rows() IS 'rows of the view safemig.settings';

CREATE VIEW safemig.settings AS
	SELECT name, value, "default", allowed, meaning FROM safemig.setting_rows();
COMMENT ON VIEW safemig.settings IS 'every setting: its value here, its default in this environment, what it allows and means';
GRANT SELECT ON safemig.settings TO PUBLIC;
