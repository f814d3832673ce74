exports.up = (pgm) => {
  pgm.alterColumn('users', 'phone', { type: 'varchar(80)' });
  pgm.addColumn('users', { language: { type: 'text' } });
};

exports.down = (pgm) => {
  pgm.dropColumn('users', 'language');
};
