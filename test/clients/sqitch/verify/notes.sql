BEGIN;
SELECT order_id, note FROM notes WHERE false;
ROLLBACK;
