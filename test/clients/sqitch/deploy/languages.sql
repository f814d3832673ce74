BEGIN;
ALTER TABLE users ALTER phone TYPE varchar(80);
ALTER TABLE users ADD language text;
COMMIT;
