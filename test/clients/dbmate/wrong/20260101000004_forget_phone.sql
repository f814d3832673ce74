-- migrate:up
ALTER TABLE orders ADD note text;
ALTER TABLE users DROP phone;

-- migrate:down
ALTER TABLE users ADD phone varchar(80);
ALTER TABLE orders DROP note;
