exports.up = (pgm) => {
  pgm.createTable('users', {
    id: 'id',
    email: { type: 'text', notNull: true },
    phone: { type: 'varchar(40)' },
    score: { type: 'numeric(10,2)', notNull: true },
  });
  pgm.createTable('orders', {
    id: 'id',
    user_id: { type: 'integer', notNull: true, references: 'users', onDelete: 'CASCADE' },
    total: { type: 'numeric(10,2)' },
  });
  pgm.createIndex('orders', 'user_id');
};
