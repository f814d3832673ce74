-- setup
CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE users (id bigint PRIMARY KEY);
INSERT INTO users SELECT generate_series(1, 1000);
ANALYZE;
-- bad
ALTER TABLE users SET ACCESS METHOD heap_too;
-- good: as it is
ALTER TABLE users SET ACCESS METHOD heap;
