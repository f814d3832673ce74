BEGIN;
SELECT id, email, score FROM users WHERE false;
SELECT id, user_id, total FROM orders WHERE false;
ROLLBACK;
