// A refactoring that went wrong: order_items got lost on the way to a new file,
// and users.phone was "not used anywhere". A push of this file drops both.
import { bigint, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

export { invoiceNumber, monthlySales, orders, orderStatus, products, productSales, reviews } from './full';

export const users = pgTable('users', {
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  email: text().notNull().unique('users_email_unique'),
  name: text().notNull(),
  created_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
});
