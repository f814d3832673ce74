// Which schema goes into which database: the demo says so in the environment.
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: `./${process.env.SCHEMA}`,
  dbCredentials: { url: process.env.DATABASE_URL! },
});
