-- A version runs once, and stays what it was when it ran.
SET client_min_messages = warning;
SET safemig.enforce = off;
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS regress_apply_once;
CREATE DATABASE regress_apply_once TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_apply_once
SET client_min_messages = warning;
CREATE EXTENSION safemig;
RESET client_min_messages;

SELECT safemig.apply('1.0', 'shop', $$
CREATE TABLE client (id int PRIMARY KEY, name text);
INSERT INTO client VALUES (1, 'Ann'), (2, 'Bob');
$$, down => 'DROP TABLE client');
SELECT count(*) FROM client;

-- the same text, also with other line ends and under another spelling of the version
SELECT safemig.apply('1.0', 'shop', $$
CREATE TABLE client (id int PRIMARY KEY, name text);
INSERT INTO client VALUES (1, 'Ann'), (2, 'Bob');
$$);
SELECT safemig.apply('v1.0.0', 'shop', chr(65279) || replace($$
CREATE TABLE client (id int PRIMARY KEY, name text);
INSERT INTO client VALUES (1, 'Ann'), (2, 'Bob');$$, E'\n', E'\r\n'));

-- the same words
SELECT safemig.apply('1.0', 'shop', $$-- the clients
create table client (id int primary key,
                     name text); /* and /* two */ of them */
INSERT INTO client VALUES (1, 'Ann'), (2, 'Bob');$$);

-- another name, another down script: said, and the record stays
SELECT safemig.apply('1.0', 'a shop', $$
CREATE TABLE client (id int PRIMARY KEY, name text);
INSERT INTO client VALUES (1, 'Ann'), (2, 'Bob');
$$, down => 'DROP TABLE client CASCADE');

-- other words: SM002, with the first difference
SELECT safemig.apply('1.0', 'shop', $$
CREATE TABLE client (id int PRIMARY KEY, name text);
INSERT INTO client VALUES (1, 'ann'), (2, 'Bob');
$$);
SELECT safemig.apply('1.0', 'shop', $$-- a new first line
CREATE TABLE client (id int PRIMARY KEY, name varchar);
INSERT INTO client VALUES (1, 'Ann'), (2, 'Bob');
$$);
SELECT safemig.apply('1.0', 'shop', $$
CREATE TABLE client (id int PRIMARY KEY, name text);
INSERT INTO client VALUES (1, 'Ann'), (2, 'Bob');
SELECT 1;
$$);
SELECT safemig.apply('1.0', 'shop', $$
CREATE TABLE client (id int PRIMARY KEY, name text);
$$);
-- the case of a quoted word counts
SELECT safemig.apply('1.0', 'shop', $$
CREATE TABLE client ("ID" int PRIMARY KEY, name text);
INSERT INTO client VALUES (1, 'Ann'), (2, 'Bob');
$$);
-- and so does what parts two words
SELECT safemig.apply('1.1', 'bits', $$SELECT b'1'$$);
SELECT safemig.apply('1.1', 'bits', $$SELECT b '1'$$);
SELECT count(*) FROM client;
SELECT version, name, state, statements, rows, checksum_state FROM safemig.status;
SELECT event, version, subject, left(detail, 5) AS detail FROM safemig.history ORDER BY at;

\c :home
SET safemig.enforce = off;
DROP DATABASE regress_apply_once;
