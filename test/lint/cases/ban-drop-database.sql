-- bad
DROP DATABASE postgres;
-- good: not there
DROP DATABASE IF EXISTS nothing_of_the_kind;
-- good: a schema of that name
CREATE SCHEMA postgres;
DROP SCHEMA postgres;
