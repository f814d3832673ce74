-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
INSERT INTO users SELECT g, g FROM generate_series(1, 1000) g;
-- bad: nothing to hide
-- safemig-ignore ban-drop-column: nobody reads it
ALTER TABLE users ADD COLUMN phone text;
-- bad: no such rule
-- safemig-ignore ban-fun: always
ALTER TABLE users ADD COLUMN phone text;
-- good: it hides something
-- safemig-ignore ban-drop-column: nobody reads it
ALTER TABLE users DROP COLUMN email;
-- good: only words
-- nobody reads it
ALTER TABLE users ADD COLUMN phone text;
