-- Borrowed rights do not loosen: of who logged in and who it is now, the stricter one's rule holds.
SET client_min_messages = error;
CREATE EXTENSION safemig;
SELECT safemig.set('keep', 'off') \g /dev/null
RESET client_min_messages;
\set VERBOSITY terse
CREATE ROLE regress_safemig_agent;
CREATE TABLE staging (id int);
INSERT INTO staging VALUES (1);
CREATE FUNCTION empty_staging() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN TRUNCATE staging; END $$;
SELECT safemig.set_rule('truncate', 'allow', object => 'staging') > 0 AS set;
SELECT safemig.set_rule('truncate', 'refuse', object => 'staging', role => 'regress_safemig_agent') > 0 AS set;
-- the agent by way of somebody else's function
SET SESSION AUTHORIZATION regress_safemig_agent;
SELECT empty_staging();
RESET SESSION AUTHORIZATION;
-- somebody else as the agent, and by way of a function of the agent's
GRANT TRUNCATE ON staging TO regress_safemig_agent;
SET ROLE regress_safemig_agent;
TRUNCATE staging;
RESET ROLE;
ALTER FUNCTION empty_staging() OWNER TO regress_safemig_agent;
SELECT empty_staging();
SELECT count(*) FROM staging;
-- beside them: nobody of the two is the agent
ALTER FUNCTION empty_staging() OWNER TO CURRENT_USER;
SELECT empty_staging();
SELECT count(*) FROM staging;

SET client_min_messages = error;
SET safemig.enforce = off;
DROP TABLE staging;
DROP FUNCTION empty_staging;
DROP ROLE regress_safemig_agent;
DROP EXTENSION safemig;
