-- setup
CREATE TYPE mood AS ENUM ('good', 'bad', 'odd');
CREATE TABLE users (id bigint PRIMARY KEY, mood mood);
INSERT INTO users SELECT g, 'good' FROM generate_series(1, 1000) g;
-- bad: a name in quotes
CREATE TYPE "Mood_new" AS ENUM ('good', 'bad');
ALTER TABLE users ALTER COLUMN mood TYPE "Mood_new" USING (mood::text::"Mood_new");
ALTER TYPE mood RENAME TO "Mood_old";
ALTER TYPE "Mood_new" RENAME TO mood;
DROP TYPE "Mood_old";
-- bad
CREATE TYPE new_mood AS ENUM ('good', 'bad');
ALTER TABLE users ALTER COLUMN mood TYPE new_mood USING mood::text::new_mood;
DROP TYPE mood;
-- bad: the way an ORM writes it
ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('good', 'bad');
ALTER TABLE users ALTER COLUMN mood TYPE mood USING (mood::text::mood);
DROP TYPE mood_old;
-- good: one more, in another order
CREATE TYPE new_mood AS ENUM ('odd', 'good', 'bad', 'fair');
ALTER TABLE users ALTER COLUMN mood TYPE new_mood USING mood::text::new_mood;
DROP TYPE mood;
-- good: a value added
ALTER TYPE mood ADD VALUE 'fair' AFTER 'good';
