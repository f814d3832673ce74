-- bad
CREATE TABLE orders (id bigserial PRIMARY KEY);
-- good: identity
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
