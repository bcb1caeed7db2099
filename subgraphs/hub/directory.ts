import type { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { Outbound, type Vault } from '../http.ts'
import type { ConnectionSettings, Directory, OpenConnection } from '../connections.ts'
import type { Connector, Limits } from '../connector.ts'
import { connectorOf } from '../index.ts'
import type { Meter } from '../meter.ts'
import type { ConnectionPolicy } from '../policy.ts'
import { Readers } from '../readers.ts'
import { trustOf, way } from '../way.ts'
import type { Database } from './database.ts'
import { sharedMeter } from './meter.ts'
import { ConnectionTable } from './tables.ts'
import { type Safe, tokenVault } from './vault.ts'

/** A row of the connection table as it is needed to open it. */
export interface ConnectionRow {
  id: string
  tenant: string
  system: string
  position: number
  state: string
  settings: Record<string, unknown>
  policy?: ConnectionPolicy | null
  secrets: string
}

const DEFAULTS: ConnectionSettings = {
  createMissingCustomers: false,
  ttlMs: {},
  pollMs: 60_000,
  sweepMs: 900_000,
  standingMs: 300_000,
  requiredCustomerFields: ['name', 'email', 'country'],
  limits: {},
}

/** Checks what an operator filled in against the connector's config; throws VALIDATION naming the field. */
export function checkConfig(connector: Connector, config: Record<string, unknown>): unknown {
  const own = Object.entries(config).filter(([name]) => !Object.hasOwn(way.shape, name))
  return checked(connector, connector.config, Object.fromEntries(own))
}

function checked<S extends z.ZodType>(connector: Connector, schema: S, config: object): z.output<S> {
  const parsed = schema.safeParse(config)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue?.path.join('.') || 'config'
  throw new ErpError('VALIDATION', `${connector.name}: ${field}: ${issue?.message ?? 'is not valid'}.`, {
    field,
  })
}

/** Every text of the config whose field is marked secret, for redaction. */
export function secretsOf(schema: z.ZodType, value: unknown): string[] {
  if (schema.meta()?.secret && typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  const { def } = schema as z.ZodType & { def: SchemaParts }
  if (def.innerType) return secretsOf(def.innerType, value)
  const options = def.options ?? [schema]
  return options.flatMap((option) => {
    const shape = (option as z.ZodType & { def: SchemaParts }).def.shape ?? {}
    return Object.entries(shape).flatMap(([key, field]) =>
      secretsOf(field, (value as Record<string, unknown>)[key]),
    )
  })
}
interface SchemaParts {
  innerType?: z.ZodType
  options?: z.ZodType[]
  shape?: Record<string, z.ZodType>
}

/** What an operator set for a connection; what was changed here counts more than the config file. */
export function settingsOf({
  settings,
  policy,
}: Pick<ConnectionRow, 'settings' | 'policy'>): ConnectionSettings {
  const given = { ...DEFAULTS, ...settings } as ConnectionSettings
  return { ...given, ...policy, checks: { ...given.checks, ...policy?.checks } }
}

/** Opens a connection: its way out, its connector, its readers. */
export function openConnection(
  row: Pick<ConnectionRow, 'id' | 'tenant' | 'settings' | 'policy'>,
  connector: Connector,
  config: Record<string, unknown>,
  vault: Vault,
  allowHosts: string[],
  meterOf: (limits: Limits) => Meter | null = () => null,
): OpenConnection {
  const own = checkConfig(connector, config)
  const beside = checked(connector, way, config)
  const secrets = [...secretsOf(connector.config, own), ...secretsOf(way, beside)]
  const settings = settingsOf(row)
  const pace = connector.paceOf?.(own)
  const limits = { ...connector.limits, ...pace?.limits, ...settings.limits }
  const http = new Outbound({
    connection: row.id,
    limits,
    vault,
    allowHosts,
    secrets,
    trust: trustOf(beside),
    meter: meterOf(limits),
  })
  const erp = connector.connect(own, http)
  const readers = new Readers(row.id, erp, limits, { ...pace?.ttlMs, ...settings.ttlMs })
  return {
    id: row.id,
    tenant: row.tenant,
    connector,
    erp,
    http,
    readers,
    settings,
    limits,
    webhookSecret: beside.webhookSecret ?? null,
    signIn: connector.signIn?.(own) ?? null,
  }
}

/** Opens a stored connection apart from the directory, whatever its state; end it afterwards. */
export async function openStored(
  { db, safe, directory }: { db: Database; safe: Safe; directory: StoredDirectory },
  tenant: string,
  id: string,
): Promise<(OpenConnection & { end(): Promise<void> }) | null> {
  const row = await db.em().findOne(ConnectionTable, { tenant, id })
  const connector = row && connectorOf(row.system)
  if (!row || !connector) return null
  const config = safe.open<Record<string, unknown>>(row.secrets, tenant, id)
  const open = openConnection(row, connector, config, tokenVault(db, safe, tenant, id), directory.allowHosts)
  return { ...open, end: () => end(open) }
}

/** All connections of the database, opened, kept in memory and kept up to date over the bus. */
export class StoredDirectory implements Directory {
  readonly #db: Database
  readonly #safe: Safe
  readonly allowHosts: string[]
  readonly #open = new Map<string, OpenConnection>()
  #order: string[] = []
  #stop: (() => void) | null = null

  constructor(db: Database, safe: Safe, allowHosts: string[]) {
    this.#db = db
    this.#safe = safe
    this.allowHosts = allowHosts
  }

  /** Reads all connections and listens for changes. */
  async start(): Promise<void> {
    await this.refresh()
    const stops = [
      this.#db.bus.on('connection', () => void this.refresh()),
      this.#db.bus.on('changed', (text) => this.#changed(text)),
    ]
    this.#stop = () => stops.forEach((stop) => stop())
  }

  find(tenant: string, id: string): OpenConnection | null {
    const open = this.#open.get(id)
    return open?.tenant === tenant ? open : null
  }

  all(tenant: string): OpenConnection[] {
    return this.#order.flatMap((id) => this.find(tenant, id) ?? [])
  }

  /** Every open connection of every tenant, for the worker. */
  every(): OpenConnection[] {
    return this.#order.flatMap((id) => this.#open.get(id) ?? [])
  }

  async refresh(): Promise<void> {
    const found = await this.#db
      .em()
      .find(
        ConnectionTable,
        { state: { $nin: ['PAUSED', 'DISCONNECTED'] } },
        { orderBy: { position: 'asc', id: 'asc' } },
      )
    const stale = new Set(this.#open.keys())
    for (const row of found) {
      const known = this.#open.get(row.id)
      stale.delete(row.id)
      // A changed policy needs no new way out, so what is under way goes on.
      if (known) known.settings = settingsOf(row)
      if (known && this.#same.get(row.id) === fingerprint(row)) continue
      const connector = connectorOf(row.system)
      if (!connector) continue
      const config = this.#safe.open<Record<string, unknown>>(row.secrets, row.tenant, row.id)
      const vault = tokenVault(this.#db, this.#safe, row.tenant, row.id)
      const meterOf = (limits: Limits) => (this.#db.shared ? sharedMeter(this.#db, row.id, limits) : null)
      this.#open.set(row.id, openConnection(row, connector, config, vault, this.allowHosts, meterOf))
      this.#same.set(row.id, fingerprint(row))
      if (known) void end(known)
    }
    for (const id of stale) {
      const gone = this.#open.get(id)
      if (gone) void end(gone)
      this.#open.delete(id)
    }
    this.#order = found.map((row) => row.id)
  }

  async close(): Promise<void> {
    this.#stop?.()
    // A sign-in that is not ended takes a licence, or waits for its own end in the ERP.
    await Promise.allSettled([...this.#open.values()].map(end))
  }

  readonly #same = new Map<string, string>()

  /** Drops what a change touched from the caches; told as "connection\nkind\nid". */
  #changed(text: string): void {
    const [connection = '', kind, id = ''] = text.split('\n')
    this.#open.get(connection)?.readers.changed(kind as 'item', id)
  }
}

/** Ends a connection that is no more: first what the ERP keeps open for it, then the way out. */
export async function end({ erp, http }: Pick<OpenConnection, 'erp' | 'http'>): Promise<void> {
  await erp.close?.()
  await http.close()
}

function fingerprint(row: ConnectionRow): string {
  return JSON.stringify([row.system, row.secrets, row.settings])
}
