-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text, note text);
INSERT INTO users SELECT g, g, g FROM generate_series(1, 1000) g;
CREATE FUNCTION address(who bigint) RETURNS text LANGUAGE sql AS $$ SELECT email FROM users WHERE id = who $$;
CREATE FUNCTION forget(who bigint) RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE users SET email = NULL WHERE id = who; END $$;
CREATE VIEW addresses AS SELECT email FROM users;
-- bad: the column in a body
ALTER TABLE users RENAME COLUMN email TO mail;
-- bad: the table in a body
ALTER TABLE users RENAME TO people;
-- good: no function reads it, and a view follows the rename
ALTER TABLE users RENAME COLUMN note TO remark;
-- good: the functions change with it
ALTER TABLE users RENAME COLUMN email TO mail;
CREATE OR REPLACE FUNCTION address(who bigint) RETURNS text LANGUAGE sql AS $$ SELECT mail FROM users WHERE id = who $$;
CREATE OR REPLACE FUNCTION forget(who bigint) RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE users SET mail = NULL WHERE id = who; END $$;
