-- Before it runs, a dry run says what it will lock, and what lint finds is in its rows.
SET client_min_messages = error;
CREATE EXTENSION safemig;
RESET client_min_messages;
\set VERBOSITY terse
CREATE TABLE users (id int PRIMARY KEY, email text);
INSERT INTO users SELECT i, 'x' FROM generate_series(1, 100) i;
CREATE TABLE orders (id int PRIMARY KEY, user_id int);
INSERT INTO orders VALUES (1, 1);
ANALYZE;
CREATE FUNCTION ids(findings text[]) RETURNS text[] LANGUAGE sql AS $$
	SELECT array_agg(split_part(f, ':', 1) ORDER BY 1) FROM unnest(findings) f WHERE f !~ '^require-.*timeout'
$$;

SELECT statement, command, ids(findings) FROM safemig.dry_run($$
ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users;
CREATE INDEX ON users (email);
UPDATE users SET email = 'y' WHERE id = 3;
$$);

-- nothing that anybody could wait for
SELECT statement, command, ids(findings) FROM safemig.dry_run($$
CREATE TABLE fresh (id bigint PRIMARY KEY);
CREATE INDEX ON fresh (id);
INSERT INTO fresh SELECT id FROM users;
$$);

-- many of them
SELECT format('CREATE TABLE t%s (id bigint)', i) FROM generate_series(1, 12) i \gexec
SELECT count(*) FROM safemig.dry_run((SELECT string_agg(format('ALTER TABLE t%s ADD COLUMN c int', i), '; ') FROM generate_series(1, 12) i));

-- the gate wants a script without errors of lint
SELECT safemig.set('require_clean_lint', 'on');
SELECT safemig.apply('1', 'index', 'CREATE INDEX ON users (email)');
\set VERBOSITY default
SELECT safemig.apply('1', 'index', 'CREATE INDEX ON users (email)');
\set VERBOSITY terse
SELECT safemig.apply('1', 'index', '-- safemig-ignore require-concurrent-index-creation: a hundred rows
CREATE INDEX ON users (email)');
SELECT safemig.apply('2', 'language', 'ALTER TABLE users ADD COLUMN language text');
SELECT safemig.set('require_clean_lint', 'off');
SELECT safemig.apply('3', 'index', 'CREATE INDEX ON orders (user_id)');

-- a rule of lint can be made milder
SELECT safemig.set('require_clean_lint', 'on');
SELECT safemig.set_rule('lint require-concurrent-index-creation', 'warn', object => 'public.orders') > 0 AS set;
SELECT safemig.apply('4', 'index', 'CREATE INDEX ON orders (id, user_id)');
SELECT safemig.apply('5', 'index', 'CREATE INDEX ON users (id, email)');
SELECT safemig.set_rule('lint no-such-rule', 'warn');
SELECT safemig.set_rule('lint ban-drop-table', 'warn', role => 'postgres');

SET safemig.enforce = off;
DROP TABLE users, orders, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12;
DROP FUNCTION ids;
DROP EXTENSION safemig;
