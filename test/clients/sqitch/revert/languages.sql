BEGIN;
ALTER TABLE users DROP language;
ALTER TABLE users ALTER phone TYPE varchar(40);
COMMIT;
