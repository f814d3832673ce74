// A migration that nobody looked at.
module.exports = {
  async up(queryInterface) {
    await queryInterface.removeColumn('teams', 'name');
  },
  async down() {},
};
