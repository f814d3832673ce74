-- setup
CREATE TABLE a23456789012345678901234567890123456789012345678901234567890123 (id bigint PRIMARY KEY);
-- bad: with what is there
CREATE TABLE IF NOT EXISTS a234567890123456789012345678901234567890123456789012345678901234 (id bigint PRIMARY KEY);
-- bad: with another of the script
CREATE TABLE orders (id bigint PRIMARY KEY, note text, day date);
CREATE INDEX an_index_with_a_very_long_name_for_the_orders_of_the_shop_by_day_note ON orders (note);
CREATE INDEX an_index_with_a_very_long_name_for_the_orders_of_the_shop_by_day_date ON orders (day);
-- good: cut off, but it meets nothing
CREATE TABLE b234567890123456789012345678901234567890123456789012345678901234 (id bigint PRIMARY KEY);
