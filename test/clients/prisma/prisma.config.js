/*
 * Prisma without a native engine: nothing to download but the npm package. Its
 * schema engine runs as WASM, and talks to the server through node-postgres.
 */
const { PrismaPg } = require('@prisma/adapter-pg');

globalThis.crypto ??= require('crypto').webcrypto; // Node.js 18

// The engine never takes back the timers of its time limits (10 s, 60 s), and
// every command would wait for them before it ends.
const start = globalThis.setTimeout;

globalThis.setTimeout = (work, ms, ...args) => {
  const timer = start(work, ms, ...args);
  return ms >= 10_000 ? timer.unref() : timer;
};

const { PGHOST, PGPORT, PGUSER, PGDATABASE } = process.env;
const textual = [18, 19]; // "char" and name, as catalogs have them: adapter-pg 6 does not know these

// The adapter's queries read the catalogs too.
function teach(adapter) {
  const query = adapter.client.query.bind(adapter.client);

  adapter.client.query = async (...args) => {
    const result = await query(...args);
    for (const field of [].concat(result).flatMap((r) => r.fields ?? [])) {
      if (textual.includes(field.dataTypeID)) field.dataTypeID = 25;
    }
    return result;
  };
  return adapter;
}

class Adapter extends PrismaPg {
  async connect() {
    return teach(await super.connect());
  }

  async connectToShadowDb() {
    const shadow = teach(await super.connectToShadowDb());
    const drop = shadow.dispose.bind(shadow);

    // adapter-pg 6.19 drops the database while its own connections are still there.
    shadow.dispose = async () => {
      await shadow.client.end();
      shadow.client.end = async () => {};
      await drop();
    };
    return shadow;
  }
}

module.exports = {
  experimental: { adapter: true },
  engine: 'js',
  schema: process.env.SCHEMA || 'schema.prisma',
  // Not a connectionString: it would win over the name of the shadow database.
  adapter: async () => new Adapter({
    host: PGHOST, port: Number(PGPORT), user: PGUSER, database: PGDATABASE, allowExitOnIdle: true,
  }),
};
