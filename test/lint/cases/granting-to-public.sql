-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE news (id bigint PRIMARY KEY);
GRANT SELECT ON news TO PUBLIC;
-- bad
GRANT SELECT ON users TO PUBLIC;
-- bad: a schema
GRANT CREATE ON SCHEMA public TO PUBLIC;
-- good: to a role
GRANT SELECT ON users TO pg_monitor;
-- good: everybody has it
GRANT SELECT ON news TO PUBLIC;
-- good: taken away
REVOKE ALL ON users FROM PUBLIC;
