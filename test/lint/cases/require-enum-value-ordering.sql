-- setup
CREATE TYPE mood AS ENUM ('good', 'bad');
-- bad
ALTER TYPE mood ADD VALUE 'fair';
-- good: placed
ALTER TYPE mood ADD VALUE 'fair' AFTER 'good';
