// .alter() writes ALTER COLUMN ... TYPE ... USING (phone::varchar(80)).
exports.up = (knex) => knex.schema.alterTable('users', (table) => {
  table.string('phone', 80).alter();
  table.string('language', 2);
});

exports.down = (knex) => knex.schema.alterTable('users', (table) => table.dropColumn('language'));
