// Part of it would be harmless.
exports.up = (pgm) => {
  pgm.addColumn('orders', { note: { type: 'text' } });
  pgm.dropColumn('users', 'phone');
};
