-- Constraints that read every row or build an index while others wait, or fail; and the way round each.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
-- sizes differ from machine to machine
CREATE FUNCTION found(script text, OUT rule text, OUT severity text, OUT object text, OUT message text)
RETURNS SETOF record LANGUAGE sql AS $$
  SELECT l.rule, l.severity, l.object, regexp_replace(l.message, '\d+ (bytes|kB|MB)', 'SIZE', 'g')
    FROM safemig.lint(script) l JOIN safemig.lint_rules r ON r.id = l.rule WHERE r.category = 'constraint' $$;
CREATE FUNCTION way(script text, of_rule text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT step FROM safemig.lint(script) l, regexp_split_to_table(l.suggestion, ';\n?(?=--|[A-Z]|$)') step
   WHERE l.rule = of_rule AND step <> '' $$;
CREATE TABLE users (id bigint, email text, age int, "order" int);
INSERT INTO users SELECT g, 'u' || g % 5, g, g FROM generate_series(1, 10) g;
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, during int4range);
INSERT INTO orders SELECT g, g, int4range(g, g + 1) FROM generate_series(1, 10) g;
CREATE TABLE drafts (id bigint, age int);
ANALYZE;
-- a primary key, and what it takes to have it online
SELECT * FROM found('ALTER TABLE users ADD PRIMARY KEY (id)');
SELECT * FROM way('ALTER TABLE users ADD PRIMARY KEY (id)', 'adding-serial-primary-key-field');
SELECT * FROM way('ALTER TABLE users ADD PRIMARY KEY (id)', 'adding-serial-primary-key-field') \gexec
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'users'::regclass AND contype = 'p';
SELECT * FROM found('ALTER TABLE drafts ADD PRIMARY KEY (id)');
-- unique, with the duplicates
SELECT * FROM found('ALTER TABLE users ADD UNIQUE (email)');
SELECT * FROM way('ALTER TABLE users ADD UNIQUE (email)', 'unique-has-duplicates') \gexec
SELECT * FROM found('ALTER TABLE users ADD CONSTRAINT one_order UNIQUE ("order")');
SELECT * FROM way('ALTER TABLE users ADD CONSTRAINT one_order UNIQUE ("order")', 'disallowed-unique-constraint') \gexec
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'one_order';
-- duplicates that the script itself takes away are not foretold
SELECT * FROM found($$DELETE FROM users WHERE id > 5; CREATE UNIQUE INDEX CONCURRENTLY ON users (email)$$);
-- CHECK
SELECT * FROM found('ALTER TABLE users ADD CHECK (age > 0)');
SELECT * FROM way('ALTER TABLE users ADD CHECK (age > 0)', 'constraint-missing-not-valid') \gexec
SELECT conname, convalidated FROM pg_constraint WHERE contype = 'c' AND conrelid = 'users'::regclass;
SELECT * FROM found('ALTER TABLE users ADD CHECK (age > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT users_age_check1');
SELECT * FROM found('ALTER TABLE users ADD CHECK (age > 0) NOT VALID');
SELECT * FROM found('ALTER TABLE drafts ADD CHECK (age > 0)');
-- NOT NULL
SELECT * FROM found('ALTER TABLE users ALTER age SET NOT NULL');
SELECT * FROM way('ALTER TABLE users ALTER age SET NOT NULL', 'adding-not-nullable-field');
SELECT * FROM way('ALTER TABLE users ALTER age SET NOT NULL', 'adding-not-nullable-field') \gexec
SELECT attnotnull FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'age';
SELECT * FROM found('ALTER TABLE users ALTER age SET NOT NULL');
SELECT * FROM found('ALTER TABLE users ADD COLUMN country text NOT NULL');
SELECT * FROM way('ALTER TABLE users ADD COLUMN country text NOT NULL', 'adding-required-field');
SELECT * FROM found($$ALTER TABLE users ADD COLUMN country text NOT NULL DEFAULT 'de'$$);
-- foreign keys
SELECT * FROM found('ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users');
SELECT * FROM way('ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users', 'adding-foreign-key-constraint') \gexec
SELECT conname, convalidated FROM pg_constraint WHERE contype = 'f' AND conrelid = 'orders'::regclass;
SELECT * FROM way('ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID', 'foreign-key-without-index') \gexec
SELECT * FROM found('ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID');
SELECT * FROM found('CREATE TABLE bills (user_id bigint PRIMARY KEY REFERENCES users)');
SELECT * FROM way('CREATE TABLE bills (user_id bigint PRIMARY KEY REFERENCES users)', 'foreign-key-to-busy-table');
SELECT * FROM found('CREATE TABLE bills (user_id bigint PRIMARY KEY REFERENCES drafts)');
ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey, ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE;
SELECT * FROM found('CREATE TABLE items (order_id bigint PRIMARY KEY REFERENCES orders ON DELETE CASCADE)');
SELECT * FROM way('ALTER TABLE orders ADD COLUMN owner bigint DEFAULT 1 REFERENCES users', 'adding-foreign-key-constraint');
-- EXCLUDE
SELECT * FROM found('ALTER TABLE orders ADD EXCLUDE USING gist (during WITH &&)');
-- a key on an index of columns that may hold null
CREATE TABLE keys (id bigint);
INSERT INTO keys SELECT generate_series(1, 10);
CREATE UNIQUE INDEX keys_id ON keys (id);
ANALYZE keys;
SELECT * FROM found('ALTER TABLE keys ADD PRIMARY KEY USING INDEX keys_id');
SELECT * FROM way('ALTER TABLE keys ADD PRIMARY KEY USING INDEX keys_id', 'nullable-primary-key-index') \gexec
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'keys_id';
-- dropped, and replaced
SELECT * FROM found('ALTER TABLE users DROP CONSTRAINT users_age_check');
SELECT * FROM found('ALTER TABLE users DROP CONSTRAINT users_age_check; ALTER TABLE users ADD CONSTRAINT grown_up CHECK (age > 1) NOT VALID');
SELECT * FROM found('ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE');
SELECT * FROM found('ALTER TABLE keys ALTER id DROP NOT NULL');
ALTER TABLE users DROP CONSTRAINT users_age_check;
SELECT * FROM way('ALTER TABLE keys DROP CONSTRAINT keys_id', 'dropping-primary-key') \gexec
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'keys'::regclass AND contype = 'p';
-- domains
CREATE DOMAIN size AS int CONSTRAINT over_zero CHECK (VALUE > 0);
CREATE TABLE boxes (s size);
INSERT INTO boxes SELECT generate_series(1, 10);
ANALYZE boxes;
SELECT * FROM found('ALTER DOMAIN size ADD CHECK (VALUE < 100)');
SELECT * FROM way('ALTER DOMAIN size ADD CHECK (VALUE < 100)', 'ban-alter-domain-with-add-constraint') \gexec
SELECT * FROM found('ALTER DOMAIN size SET NOT NULL');
SELECT * FROM found('ALTER DOMAIN size DROP CONSTRAINT over_zero');
SELECT * FROM way('ALTER DOMAIN size DROP CONSTRAINT over_zero', 'dropping-domain-constraint');
SELECT conname, convalidated FROM pg_constraint WHERE contypid = 'size'::regtype ORDER BY 1;
SELECT * FROM found('CREATE DOMAIN length AS int CHECK (VALUE > 0); CREATE DOMAIN width AS int');
SET safemig.enforce = off;
DROP TABLE users, orders, drafts, keys, boxes;
DROP DOMAIN size;
DROP FUNCTION found, way;
SET client_min_messages = error;
DROP EXTENSION safemig;
