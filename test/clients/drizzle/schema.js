// The application's tables, as the release named in RELEASE has them.
const { index, integer, jsonb, numeric, pgEnum, pgTable, serial, varchar } = require('drizzle-orm/pg-core');

const release = process.env.RELEASE || 'second';

exports.role = pgEnum('role', release === 'first' ? ['reader', 'writer'] : ['reader', 'writer', 'admin']);

exports.users = pgTable('users', {
  id: serial().primaryKey(),
  email: varchar({ length: 255 }).notNull(),
  role: exports.role().notNull().default('reader'),
  settings: jsonb().default({}),
  tags: varchar({ length: 20 }).array(),
  ...(release !== 'cut' && { phone: varchar({ length: release === 'first' ? 40 : 80 }) }),
  score: release === 'rounded' ? integer().notNull() : numeric({ precision: 10, scale: 2 }).notNull(),
  ...(release !== 'first' && { language: varchar({ length: 2 }) }),
  ...(release === 'strict' && { birthday: varchar({ length: 10 }).notNull() }),
});

if (release !== 'lost') {
  exports.orders = pgTable('orders', {
    id: serial().primaryKey(),
    user_id: integer().notNull().references(() => exports.users.id, { onDelete: 'cascade' }),
    total: numeric({ precision: 10, scale: 2 }).notNull(),
  }, (t) => [index('orders_user_id_index').on(t.user_id)]);
}

if (release !== 'first') {
  exports.wishes = pgTable('wishes', {
    id: serial().primaryKey(),
    user_id: integer().notNull().references(() => exports.users.id),
    wish: varchar({ length: 200 }),
  });
}
