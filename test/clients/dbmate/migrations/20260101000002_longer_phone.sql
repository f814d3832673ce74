-- migrate:up
ALTER TABLE users ALTER phone TYPE varchar(80);
ALTER TABLE users ADD language text;

-- migrate:down
ALTER TABLE users DROP language;
ALTER TABLE users ALTER phone TYPE varchar(40);
