BEGIN;
CREATE TABLE notes AS SELECT id AS order_id, 'none'::text AS note FROM orders;
COMMIT;
