BEGIN;
ALTER TABLE orders ADD printed boolean;
ALTER TABLE users DROP phone;
COMMIT;
