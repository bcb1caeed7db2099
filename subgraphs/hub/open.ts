import { type Config, ConfigError } from '../../config.ts'
import { ErpError } from '../../schema/errors.ts'
import { Seal } from '../ids.ts'
import { connectorOf, connectors } from '../index.ts'
import { connectionPolicy } from '../policy.ts'
import { DEFAULT_TENANT, saveKeys } from './access.ts'
import { Catalogue } from './catalogue.ts'
import { saveConnection } from './connection.ts'
import { type Database, openDatabase } from './database.ts'
import { StoredDirectory, checkConfig } from './directory.ts'
import { handlers } from './handlers.ts'
import { type Hub, PUSH_SETTINGS, type PushSettings } from './hub.ts'
import { toSystem } from './system.ts'
import { Safe } from './vault.ts'

/** A connection as an operator lists it: id, system, settings, and the connector's own config. */
export interface GivenConnection {
  id: string
  system: string
  [field: string]: unknown
}

const SETTINGS = [
  ...[
    'createMissingCustomers',
    'pollMs',
    'sweepMs',
    'standingMs',
    'requiredCustomerFields',
    'ttlMs',
    'limits',
  ],
  ...Object.keys(connectionPolicy.shape),
]

/** Opens the hub: database, connections, identity map. Throws ConfigError when a setting does not fit. */
export async function openHub(
  config: Config,
  settings: Partial<PushSettings> = {},
  dump?: Blob,
): Promise<Hub> {
  const db = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, dump }).catch(
    (error: unknown) => {
      throw unreachable(config, error)
    },
  )
  try {
    return await furnish(db, config, settings)
  } catch (error) {
    await db.close()
    const isOtherKey = error instanceof ErpError && error.message.includes('SECRET_KEY')
    if (!isOtherKey) throw error
    throw new ConfigError(
      `SECRET_KEY: is not the one with which this database was written. Example: SECRET_KEY=<the one of the first start>`,
    )
  }
}

async function furnish(db: Database, config: Config, settings: Partial<PushSettings>): Promise<Hub> {
  const sql = 'insert into tenant (id, name) values (?, ?) on conflict do nothing'
  await db.em().execute(sql, [DEFAULT_TENANT, 'Default'])
  const safe = new Safe(config.secretKey)
  const directory = new StoredDirectory(db, safe, config.file.allowHosts)
  const catalogue = new Catalogue(db)
  await saveKeys(db, config.file.keys)
  await directory.start()
  return {
    db,
    directory,
    catalogue,
    seal: new Seal(config.secretKey),
    safe,
    settings: { ...PUSH_SETTINGS, ...settings },
    handlers,
    publicUrl: config.publicUrl,
    isPublic: config.isPublic,
    smtp: config.file.smtp ?? null,
  }
}

/** Why the database did not open, in words of the setting; without its password. */
function unreachable({ databaseUrl, dataDir }: Config, error: unknown): ConfigError {
  const code = codeIn(error)
  if (!databaseUrl) {
    const why = code ? ` (${code})` : ''
    return new ConfigError(
      `DATA_DIR: the database in ${dataDir} does not open${why}. Example: DATA_DIR=./data`,
    )
  }
  const { host, pathname, username } = new URL(databaseUrl)
  const why: Record<string, string> = {
    '3D000': `there is no database ${pathname.slice(1)} at ${host}`,
    '28P01': `${host} does not take the password of ${username}`,
    '28000': `${host} does not let ${username} in`,
  }
  const told = why[code ?? ''] ?? `${host} cannot be reached${code ? ` (${code})` : ''}`
  return new ConfigError(`DATABASE_URL: ${told}. Example: DATABASE_URL=postgres://user@localhost:5432/erp`)
}

/** The code of an error, of what caused it, or of the first of several. */
function codeIn(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if ('code' in error && typeof error.code === 'string') return error.code
  return codeIn(error.cause) ?? (error instanceof AggregateError ? codeIn(error.errors[0]) : null)
}

/**
 * Writes the connections that an operator listed; ones already there keep their state. Throws ConfigError, before
 * anything is written, for one that could not be opened.
 */
export async function saveConnections(hub: Hub, given: GivenConnection[]): Promise<void> {
  const split = given.map(({ id, system, ...rest }) => {
    const pick = (isSetting: boolean) =>
      Object.fromEntries(Object.entries(rest).filter(([name]) => SETTINGS.includes(name) === isSetting))
    return { id, system, config: pick(false), settings: pick(true) }
  })
  for (const one of split) checkGiven(one)
  for (const [position, one] of split.entries())
    await saveConnection(hub, { ...one, tenant: DEFAULT_TENANT, position })
}

function checkGiven({
  id,
  system,
  config,
}: {
  id: string
  system: string
  config: Record<string, unknown>
}): void {
  const connector = connectorOf(system)
  const known = connectors.map((one) => one.system).join(', ')
  if (!connector)
    throw new ConfigError(
      `connections: ${id}: there is no system ${system}. Example: system: odoo; known are ${known}`,
    )
  try {
    checkConfig(connector, config)
  } catch (error) {
    if (!(error instanceof ErpError)) throw error
    const { name, help } =
      toSystem(connector).configFields.find((field) => field.name === error.field?.split('.')[0]) ?? {}
    const example = name
      ? `${name}: … ${help ? `# ${help}` : ''}`
      : `see the fields of ${connector.name} in the systems query`
    throw new ConfigError(
      `connections: ${id}: ${error.message.replace(/\.$/, '')}. Example: ${example.trim()}`,
    )
  }
}

/** Closes what `openHub` opened. */
export async function closeHub(hub: Hub): Promise<void> {
  hub.catalogue.close()
  await hub.directory.close()
  await hub.db.close()
}

/** Whether the database answers. */
export async function isReady(db: Database): Promise<boolean> {
  await db.em().execute('select 1')
  return true
}
