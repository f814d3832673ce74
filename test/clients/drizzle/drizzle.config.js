// The test says in the environment where migrations lie; schema.js reads there
// which release of the application it is.
module.exports = {
  dialect: 'postgresql',
  schema: './schema.js',
  out: process.env.OUT || './migrations',
  dbCredentials: { url: process.env.DATABASE_URL },
};
