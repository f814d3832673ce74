ALTER TABLE users ALTER phone TYPE varchar(80);
ALTER TABLE users ADD COLUMN IF NOT EXISTS language text;
