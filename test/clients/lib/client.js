/*
 * What does a test of a real client look like?
 *
 *     client('knex', async (t) => {
 *       await t.guarded();                       // a database of its own, CREATE EXTENSION safemig
 *       await t.ordinary('what it does every day', async () => { ... });
 *       await t.refused('what it must not do', 'drop table public.users', async () => { ... });
 *     });
 *
 * Work is a function that calls the client's library and may throw, or that
 * returns what t.run() returned of its command line. The verdicts are read from
 * the server, in safemig.incidents, never from what the client says: several
 * clients say that all went well.
 */
'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const util = require('util');
const { Client } = require('pg');

const host = process.env.PGHOST || '/var/run/postgresql';
const port = process.env.PGPORT || '5432';
const superuser = process.env.PGUSER || os.userInfo().username;
const patience = 60_000; // ms for one command line

// Where the tools keep what they did: these tables change without losing data.
const bookkeeping = /^(drizzle\.__drizzle_migrations|public\.(_prisma_migrations|SequelizeMeta|migrations|typeorm_metadata|knex_migrations(_lock)?|pgmigrations|schema_migrations|alembic_version)|(sqitch|graphile_migrate)\..*)$/;

// Rows and columns of every table that is not a tool's own: what must be the
// same after a refusal.
const inventory = `
  SELECT n.nspname || '.' || c.relname AS name,
         (SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
            FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
         array_to_string(xpath('/row/*/text()', query_to_xml(
           format('SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM %s t', c.oid::regclass),
           true, true, '')), ' rows, ') AS rows
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'safemig')
   ORDER BY 1`;

const incidents = `
  SELECT verdict || ': ' || array_to_string(effects, ', ') AS what, sum(times)::int AS times
    FROM safemig.incidents GROUP BY 1`;

class Test {
  constructor(name) {
    this.name = name;
    this.database = `client_${name.replace(/\W/g, '_')}`;
    this.role = this.database; // owns the database, and is no superuser
    this.number = 0;
    this.failed = 0;
    this.connections = [];
  }

  // --- TAP

  ok(holds, title, why) {
    this.number += 1;
    if (!holds) this.failed += 1;
    console.log(`${holds ? 'ok' : 'not ok'} ${this.number} - ${title}`);
    if (!holds && why !== undefined) {
      const text = typeof why === 'string' ? why : util.inspect(why, { depth: 4 });
      console.log(text.replace(/^/gm, '# '));
    }
  }

  is(found, expected, title) {
    this.ok(util.isDeepStrictEqual(found, expected), title, { found, expected });
  }

  // --- databases

  // As the client logs in: with the rights that an application mostly has.
  url(database = this.database) {
    return `postgresql://${this.role}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
  }

  // The same for libraries with a field for each part.
  address(database = this.database) {
    return { host, port: Number(port), user: this.role, database };
  }

  // A superuser's connection.
  async connect(database = this.database) {
    const connection = new Client({ ...this.address(database), user: superuser });
    connection.on('error', () => {}); // its database may be dropped under it
    await connection.connect();
    this.connections.push(connection);
    return connection;
  }

  // A new, empty database; at level 2 an earlier run's is guarded.
  async fresh(database) {
    if (!this.postgres) {
      this.postgres = await this.connect('postgres');
      await this.postgres.query(`DO $$ BEGIN CREATE ROLE "${this.role}" LOGIN CREATEDB;
        EXCEPTION WHEN duplicate_object THEN NULL; END $$; SET safemig.enforce = off`);
    }
    await this.postgres.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
    await this.postgres.query(`CREATE DATABASE "${database}" OWNER "${this.role}"`);
  }

  // The database under test. Its seed is there before the guard is.
  async guarded(seed = '') {
    await this.fresh(this.database);
    this.onlooker = await this.connect();
    if (seed) await this.onlooker.query(seed);
    await this.onlooker.query('CREATE EXTENSION safemig');
    await this.onlooker.query('SELECT safemig.adopt()');
  }

  // A database in which the client has already WORKed when guard and adoption come:
  // what it has run, as its TABLE has it by COLUMN, is a baseline. The questions after
  // this are about that database.
  async guardedLater(kind, table, column, work) {
    await this.onlooker.end();
    this.database += '_later';
    await this.fresh(this.database);
    this.onlooker = await this.connect();
    const { status, output } = await work();
    this.ok(status === 0, `${kind}: before it is adopted`, output);
    await this.onlooker.query('CREATE EXTENSION safemig');
    const own = await this.rows(`SELECT ${column}::text FROM ${table} ORDER BY 1`);
    this.is(await this.value('SELECT safemig.adopt()::int'), own.length, `${kind}: adopted with the versions it has`);
    this.is(await this.rows(`SELECT version FROM safemig.status WHERE kind = '${kind}' AND state = 'applied'
      AND applied_at IS NULL AND note LIKE 'baseline:%' ORDER BY 1`), own, `${kind}: which are a baseline`);
  }

  // While WORK is done, the database postgres has the library: from there DROP DATABASE
  // is sent. Its refusal goes to the server's log.
  async guardedInPostgres(work) {
    const setting = 'ALTER DATABASE postgres %s session_preload_libraries';
    await this.postgres.query(`${setting.replace('%s', 'SET')} = 'safemig'`);
    try {
      return await work();
    } finally {
      await this.postgres.query(setting.replace('%s', 'RESET'));
    }
  }

  // An unguarded one beside it, as a test run makes for itself.
  async beside(suffix) {
    await this.fresh(this.database + suffix);
    return this.database + suffix;
  }

  async rows(sql) {
    return (await this.onlooker.query({ text: sql, rowMode: 'array' })).rows;
  }

  async value(sql) {
    const [row] = await this.rows(sql);
    return row && row[0];
  }

  // --- the client's command line

  // A directory for the client's files: copies of those in test/clients/NAME,
  // beside the packages. The checkout stays as it is.
  workspace() {
    const own = path.join(__dirname, '..', this.name);
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), `${this.name}-`));
    fs.cpSync(own, this.directory, { recursive: true });
    fs.symlinkSync(path.join(__dirname, '..', 'node_modules'), path.join(this.directory, 'node_modules'));
    return this.directory;
  }

  // With an environment of its own: several tools behave otherwise when they
  // find signs of a pipeline or of an AI agent in it.
  environment(extra) {
    const { PATH, HOME, TMPDIR, LANG } = process.env;
    const bin = path.join(this.directory, 'node_modules', '.bin');
    const server = { PGHOST: host, PGPORT: port, PGUSER: this.role, PGDATABASE: this.database, DATABASE_URL: this.url() };
    return { PATH: `${bin}:${PATH}`, HOME, TMPDIR, LANG, NO_COLOR: '1', ...server, ...extra };
  }

  // Runs COMMAND and returns { status, output }.
  run(command, args, extra = {}) {
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: this.directory, env: this.environment(extra), stdio: ['ignore', 'pipe', 'pipe'], timeout: patience,
      });
      let output = '';
      child.stdout.on('data', (data) => { output += data; });
      child.stderr.on('data', (data) => { output += data; });
      child.on('error', reject);
      child.on('close', (status, signal) => {
        // eslint-disable-next-line no-control-regex
        output = output.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replace(/\r/g, '');
        if (process.env.VERBOSE) console.log(`$ ${command} ${args.join(' ')}\n${output}\n$? ${signal || status}`.replace(/^/gm, '# '));
        resolve({ status: signal || status, output });
      });
    });
  }

  // --- what is asked of every client

  // Does WORK, and tells what came of it: what the server noted, what the client
  // showed, and what it threw.
  async observe(work) {
    const before = new Map(await this.rows(incidents));
    let result;
    let error;

    try {
      result = await work();
    } catch (e) {
      error = e;
    }
    const noted = {};
    for (const [what, times] of await this.rows(incidents)) {
      const more = times - (before.get(what) || 0);
      if (more > 0) noted[what] = more;
    }
    const status = error ? 1 : result?.status ?? 0;
    const shown = error ? String(error.message) : result?.output ?? '';
    if (error && process.env.VERBOSE) console.log(util.inspect(error, { depth: 4 }).replace(/^/gm, '# '));
    return { status, shown, error, noted };
  }

  // Everyday work goes through, and leaves no incident but those WARNED of:
  // { 'drop column public.users.phone': 1 }.
  async ordinary(title, work, warned = {}) {
    const { status, shown, error, noted } = await this.observe(work);
    const expected = Object.fromEntries(Object.entries(warned).map(([what, n]) => [`warned: ${what}`, n]));

    this.ok(status === 0, title, error ? error.stack : shown);
    this.is(noted, expected, `${title}: ${Object.keys(warned).length ? 'warned of what it replaces' : 'without an incident'}`);
  }

  // What the tool's own TABLE says that it has run, by COLUMN, safemig's log says
  // too: written by the same transactions, with the DDL that led to it. What it took
  // back is there as such (TAKEN_BACK: it did so). BASELINE: so many came with adopt().
  async logged(kind, table, column, { condition = 'true', takenBack = false, baseline = 0 } = {}) {
    const log = `SELECT version FROM safemig.status WHERE kind = '${kind}' AND state = `;
    const own = await this.rows(`SELECT ${column}::text FROM ${table} WHERE ${condition} ORDER BY 1`);

    this.ok(own.length > 0, `${kind}: it keeps a log of its own`);
    this.is(await this.rows(`${log}'applied' ORDER BY 1`), own, `${kind}: each version is in safemig's log`);
    this.is(await this.value(`SELECT count(*)::int FROM safemig.tool_version v JOIN ${table} t ON t.${column}::text = v.version
      WHERE v.tool = '${kind}' AND v.state = 'applied' AND v.xid::text::numeric % 4294967296 = t.xmin::text::numeric
      AND v.applied_at IS NOT NULL`), own.length - baseline,
    `${kind}: in the transaction in which the tool writes it`);
    this.ok(await this.value(`SELECT bool_or(statements::text LIKE '%users%' OR statements::text LIKE '%teams%' OR statements::text LIKE '%User%')
      FROM safemig.tool_versions WHERE tool = '${kind}'`), `${kind}: with the DDL that led to it`);
    if (takenBack) this.ok((await this.rows(`${log}'rolled back'`)).length > 0
      || await this.value(`SELECT count(*)::int FROM safemig.history WHERE event = 'tool rollback'`) > 0, `${kind}: and what it took back`);
  }

  // WHAT (as permits read) is refused, nothing is missing afterwards, and the
  // refusal can be read: where the client shows it (SHOWS 'message'; 'all' with
  // the hint; 'cause', the message of error.cause; 'nothing'), and in
  // safemig.incidents always. A list is for a client
  // whose order of tables is anybody's guess: one of these. EXIT is the status of
  // a command line that hides its failure.
  async refused(title, what, work, { shows = 'message', exit } = {}) {
    const before = await this.rows(inventory);
    const { status, shown, error, noted } = await this.observe(work);
    const refusals = Object.keys(noted).filter((key) => key.startsWith('refused: '));
    const whats = [].concat(what);
    const tells = (text) => text.includes('safemig refused to') && whats.some((w) => (
      text.includes(w.startsWith('disarm ') ? 'it protects this database' : `needs the permit '${w}'`)));
    let found = 'nothing';
    if (tells(shown)) found = shown.includes('permits => ARRAY[') ? 'all' : 'message';
    else if (tells(String(error?.cause?.message))) found = 'cause';

    this.ok(refusals.some((key) => key.split(/: |, /).some((w) => whats.includes(w))), `${title}: refused`, { noted, shown });
    this.is((await this.rows(inventory)).filter(isData), before.filter(isData), `${title}: not a row is missing`);
    this.ok(found === shows, `${title}: the client shows ${words[shows]}`, { found, shown });
    if (exit === undefined) this.ok(status !== 0, `${title}: it fails`, shown);
    else this.is(status, exit, `${title}: its exit status is ${exit} all the same`);
  }
}

const words = { message: 'the message', all: 'the message and the hint', cause: "it as the error's cause", nothing: 'nothing' };

function isData([name]) {
  return !bookkeeping.test(name);
}

async function client(name, story) {
  const t = new Test(name);

  try {
    await story(t);
  } catch (error) {
    t.ok(false, `${name} broke off`, error);
  }
  for (const connection of t.connections) await connection.end().catch(() => {});
  if (t.directory && !process.env.VERBOSE) fs.rmSync(t.directory, { recursive: true, force: true });
  console.log(`1..${t.number}`);
  process.exit(t.failed ? 1 : 0);
}

module.exports = { client };
