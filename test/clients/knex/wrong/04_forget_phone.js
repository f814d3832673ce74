exports.up = (knex) => knex.schema.alterTable('users', (table) => table.dropColumn('phone'));
exports.down = () => {};
