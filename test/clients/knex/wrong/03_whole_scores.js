// "Nobody needs the cents."
exports.up = (knex) => knex.schema.alterTable('users', (table) => table.integer('score').alter());
exports.down = () => {};
