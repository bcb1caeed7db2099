import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Migrator } from '@mikro-orm/migrations'
import { MikroORM as Embedded } from '@mikro-orm/pglite'
import { MikroORM as Server } from '@mikro-orm/postgresql'
import pg from 'pg'
import { Bus } from './bus.ts'
import { Care } from './migrations/care.ts'
import { Delivery } from './migrations/delivery.ts'
import { Conflicts } from './migrations/conflicts.ts'
import { First } from './migrations/first.ts'
import { Flows } from './migrations/flows.ts'
import { Imports } from './migrations/imports.ts'
import { Inbox } from './migrations/inbox.ts'
import { Mends } from './migrations/mends.ts'
import { Matches } from './migrations/matches.ts'
import { Meter } from './migrations/meter.ts'
import { Mirror } from './migrations/mirror.ts'
import { Mappings } from './migrations/mappings.ts'
import { Metrics } from './migrations/metrics.ts'
import { Settings } from './migrations/settings.ts'
import { Switched } from './migrations/switched.ts'
import { Trust } from './migrations/trust.ts'
import { tables } from './tables.ts'

/** The entity manager of either driver; fork it for each unit of work. */
export type Manager = Embedded['em'] | Server['em']

/** Where the hub keeps its rows. */
export interface DatabaseOptions {
  /** postgres://…; the embedded database when left out. */
  url?: string | null
  /** Folder of the embedded database; in memory when left out. */
  dataDir?: string | null
  /** What an embedded database in memory begins with: a dump of a data folder, instead of nothing. */
  dump?: Blob
  /** Connections in the pool of a server database. */
  pool?: number
}

/** An open database with its event bus. */
export interface Database {
  em(): Manager
  bus: Bus
  /** True when other processes may share it. */
  shared: boolean
  close(): Promise<void>
}

function common() {
  return {
    entities: tables,
    extensions: [Migrator],
    migrations: {
      migrationsList: [
        { name: '001-first', class: First },
        { name: '002-inbox', class: Inbox },
        { name: '003-meter', class: Meter },
        { name: '004-mirror', class: Mirror },
        { name: '005-metrics', class: Metrics },
        { name: '007-delivery', class: Delivery },
        { name: '008-settings', class: Settings },
        { name: '009-conflicts', class: Conflicts },
        { name: '010-flows', class: Flows },
        { name: '011-imports', class: Imports },
        { name: '012-mappings', class: Mappings },
        { name: '013-mends', class: Mends },
        { name: '014-care', class: Care },
        { name: '015-trust', class: Trust },
        { name: '016-matches', class: Matches },
        { name: '017-switched', class: Switched },
      ],
      tableName: 'migration',
      snapshot: false,
      allOrNothing: true,
    },
    logger: () => {},
  }
}

/** Opens the database, waits for it, and brings its tables up to date. Throws when it cannot be reached. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const orm = options.url
    ? await server(options.url, options.pool ?? 10)
    : await embedded(options.dataDir ?? null, options.dump)
  await alone(options.url ?? null, () => orm.migrator.up())
  const bus = new Bus(options.url ?? null)
  await bus.open()
  return {
    em: (): Manager => orm.em.fork(),
    bus,
    shared: Boolean(options.url),
    async close() {
      await bus.close()
      await orm.close(true)
    },
  }
}

/** Parts that start at the same moment bring the tables up to date one after the other. */
async function alone(url: string | null, work: () => Promise<unknown>): Promise<void> {
  if (!url) return void (await work())
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query("select pg_advisory_lock(hashtextextended('erp-supergraph migrations', 0))")
    await work()
  } finally {
    // The end of the session gives the lock back.
    await client.end()
  }
}

function server(url: string, max: number) {
  return Server.init({ ...common(), clientUrl: url, pool: { min: 0, max } })
}

/** What the driver reads of a dump. It copies its options, and a copy of a Blob is none. */
function copyable(blob: Blob) {
  const { size, type } = blob
  return { size, type, arrayBuffer: () => blob.arrayBuffer(), stream: () => blob.stream() }
}

async function embedded(dataDir: string | null, dump?: Blob) {
  const driverOptions = dump ? { loadDataDir: copyable(dump) } : {}
  if (!dataDir) return Embedded.init({ ...common(), dbName: 'memory://', driverOptions })
  const folder = join(dataDir, 'postgres')
  await mkdir(folder, { recursive: true })
  return Embedded.init({ ...common(), dbName: folder })
}

/** Rows of a plain SQL statement; `?` are the parameters. */
export function rows<T extends object>(em: Manager, sql: string, parameters: unknown[] = []): Promise<T[]> {
  return em.execute<T[]>(sql, parameters)
}

/** An instant as ISO text in UTC, whichever driver it came from. */
export function iso(value: Date | string): string
export function iso(value: Date | string | null | undefined): string | null
export function iso(value: Date | string | null | undefined): string | null {
  if (value === null || value === undefined) return null
  return (value instanceof Date ? value : new Date(value)).toISOString()
}
