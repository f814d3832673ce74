module.exports = {
  async up(queryInterface, { INTEGER, STRING }) {
    await queryInterface.createTable('teams', {
      id: { type: INTEGER, primaryKey: true, autoIncrement: true },
      name: { type: STRING(40), allowNull: false },
    });
    await queryInterface.bulkInsert('teams', [{ name: 'red' }, { name: 'blue' }]);
  },
  async down(queryInterface) {
    await queryInterface.dropTable('teams');
  },
};
