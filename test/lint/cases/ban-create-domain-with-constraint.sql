-- bad
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
-- bad: NOT NULL
CREATE DOMAIN needed AS int NOT NULL;
-- good: no constraint
CREATE DOMAIN amount AS numeric(10,2) DEFAULT 0;
