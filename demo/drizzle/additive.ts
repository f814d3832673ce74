// An everyday release: one nullable column and one table more, nothing less.
import { bigint, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

export {
  invoiceNumber, monthlySales, orderItems, orders, orderStatus, products, productSales, reviews,
} from './full';

export const users = pgTable('users', {
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  email: text().notNull().unique('users_email_unique'),
  name: text().notNull(),
  phone: text(),
  created_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
  language: text(),
});

export const wishes = pgTable('wishes', {
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  user_id: bigint({ mode: 'number' }).notNull().references(() => users.id),
  wish: text().notNull(),
});
