BEGIN;
ALTER TABLE users ADD phone varchar(80);
ALTER TABLE orders DROP printed;
COMMIT;
