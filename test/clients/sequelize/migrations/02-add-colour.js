module.exports = {
  async up(queryInterface, { STRING }) {
    await queryInterface.addColumn('teams', 'colour', STRING(20));
    await queryInterface.addIndex('teams', ['colour']);
  },
  async down(queryInterface) {
    await queryInterface.removeColumn('teams', 'colour');
  },
};
