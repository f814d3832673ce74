// sequelize-cli's default environment is "development": the name says nothing
// about the database behind it.
const { PGHOST, PGPORT, PGUSER, PGDATABASE } = process.env;

module.exports = {
  development: { dialect: 'postgres', host: PGHOST, port: PGPORT, username: PGUSER, database: PGDATABASE },
};
