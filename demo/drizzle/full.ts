// The shop as shop.sql made it: a push of this file finds nothing to do.
import { sql } from 'drizzle-orm';
import {
  bigint, index, integer, numeric, pgEnum, pgSequence, pgTable, pgView, smallint, text, timestamp,
} from 'drizzle-orm/pg-core';

const id = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();

export const orderStatus = pgEnum('order_status', ['new', 'paid', 'shipped', 'returned']);

export const invoiceNumber = pgSequence('invoice_number', { startWith: 100000 });

export const users = pgTable('users', {
  id: id(),
  email: text().notNull().unique('users_email_unique'),
  name: text().notNull(),
  phone: text(),
  created_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
});

export const products = pgTable('products', {
  id: id(),
  sku: text().notNull().unique('products_sku_unique'),
  title: text().notNull(),
  price: numeric({ precision: 10, scale: 2 }).notNull(),
  stock: integer().notNull().default(0),
});

export const orders = pgTable('orders', {
  id: id(),
  user_id: bigint({ mode: 'number' }).notNull().references(() => users.id),
  invoice: bigint({ mode: 'number' }).notNull().default(sql`nextval('invoice_number'::regclass)`),
  status: orderStatus().notNull().default('new'),
  total: numeric({ precision: 10, scale: 2 }).notNull(),
  ordered_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
}, (t) => [index('orders_user_id_index').on(t.user_id), index('orders_ordered_at_index').on(t.ordered_at)]);

export const orderItems = pgTable('order_items', {
  id: id(),
  order_id: bigint({ mode: 'number' }).notNull().references(() => orders.id, { onDelete: 'cascade' }),
  product_id: bigint({ mode: 'number' }).notNull().references(() => products.id),
  quantity: integer().notNull().default(1),
  price: numeric({ precision: 10, scale: 2 }).notNull(),
}, (t) => [index('order_items_order_id_index').on(t.order_id)]);

export const reviews = pgTable('reviews', {
  id: id(),
  product_id: bigint({ mode: 'number' }).notNull().references(() => products.id),
  user_id: bigint({ mode: 'number' }).notNull().references(() => users.id),
  stars: smallint().notNull(),
  body: text(),
}, (t) => [index('reviews_product_id_index').on(t.product_id)]);

// The views are the reporting team's: drizzle knows of them and leaves them alone.
export const monthlySales = pgView('monthly_sales', {}).existing();
export const productSales = pgView('product_sales', {}).existing();
