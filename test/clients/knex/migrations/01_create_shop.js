exports.up = async (knex) => {
  await knex.schema.createTable('users', (table) => {
    table.increments();
    table.string('email').notNullable();
    table.string('phone', 40);
    table.decimal('score', 10, 2).notNullable();
  });
  await knex.schema.createTable('orders', (table) => {
    table.increments();
    table.integer('user_id').notNullable().references('users.id').onDelete('CASCADE').index();
    table.decimal('total', 10, 2);
  });
};

exports.down = (knex) => knex.schema.dropTable('orders').dropTable('users');
