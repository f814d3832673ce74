BEGIN;
SELECT printed FROM orders WHERE false;
ROLLBACK;
