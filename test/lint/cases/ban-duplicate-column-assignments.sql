-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text, phones text[]);
-- bad
UPDATE users SET email = 'a', email = 'b' WHERE id = 1;
-- bad: INSERT
INSERT INTO users (id, email, email) VALUES (1, 'a', 'b');
-- bad: CREATE TABLE
CREATE TABLE orders (id bigint PRIMARY KEY, note text, note text);
-- good: parts of one column
UPDATE users SET phones[1] = 'a', phones[2] = 'b' WHERE id = 1;
-- good: each once
UPDATE users SET email = 'a', phones = NULL WHERE id = 1;
