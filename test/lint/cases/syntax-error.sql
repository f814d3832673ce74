-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
ALTER TABLE users ADD COLUM email text;
-- good: what the server understands
MERGE INTO users u USING (VALUES (1)) v (id) ON u.id = v.id WHEN NOT MATCHED THEN INSERT VALUES (v.id);
