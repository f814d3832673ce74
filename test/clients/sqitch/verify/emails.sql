BEGIN;
SELECT 1 / count(*) FROM pg_index WHERE indexrelid = 'users_email'::regclass AND indisvalid;
ROLLBACK;
