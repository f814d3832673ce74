-- setup
CREATE SEQUENCE invoice_number;
SELECT nextval('invoice_number');
CREATE TABLE users (id serial PRIMARY KEY);
-- bad
DROP SEQUENCE invoice_number;
-- good: not there
DROP SEQUENCE IF EXISTS nothing_of_the_kind;
-- good: it goes with the column that owns it, which has a finding of its own
DROP TABLE users;
-- good: made by the script
CREATE SEQUENCE scratch;
DROP SEQUENCE scratch;
