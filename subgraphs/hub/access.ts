import { ErpError } from '../../schema/errors.ts'
import { LOW_STOCK_BELOW } from '../availability.ts'
import { type Caller, SCOPES, type StockView } from '../caller.ts'
import { type Database, rows } from './database.ts'
import type { Catalogue } from './catalogue.ts'
import { keyHash } from './vault.ts'
import { LRUCache } from 'lru-cache'

/** The tenant of a single installation. */
export const DEFAULT_TENANT = 'default'

/** Everyone, in the demo that only this machine can reach. */
export const ANONYMOUS: Caller = {
  tenant: DEFAULT_TENANT,
  name: 'anonymous',
  scopes: [...SCOPES],
  connections: null,
  customer: null,
}

interface KeyRow {
  tenant: string
  name: string
  scopes: Caller['scopes']
  connections: string[] | null
  customer: string | null
  stock_as: StockView['as']
  low_stock_below: string | null
}

const KEY_TTL_MS = 5_000

/** Turns the `Authorization` of a request into a caller. */
export class Access {
  readonly #db: Database
  readonly #catalogue: Catalogue
  readonly #anonymous: boolean
  readonly #known = new LRUCache<string, { row: KeyRow | null }>({ max: 10_000, ttl: KEY_TTL_MS })

  constructor(db: Database, catalogue: Catalogue, anonymous: boolean) {
    this.#db = db
    this.#catalogue = catalogue
    this.#anonymous = anonymous
    db.bus.on('key', () => this.#known.clear())
  }

  /** Throws UNAUTHENTICATED for a missing, unknown, expired or revoked key; all four look alike. */
  async caller(authorization: string | undefined): Promise<Caller> {
    if (!authorization && this.#anonymous) return ANONYMOUS
    const secret = /^Bearer ([\x21-\x7e]{1,500})$/i.exec(authorization ?? '')?.[1]
    const row = secret ? await this.#row(keyHash(secret)) : null
    if (!row) throw new ErpError('UNAUTHENTICATED', 'A valid API key is needed.')
    const { tenant, name, scopes, connections } = row
    const stock = { as: row.stock_as, lowBelow: row.low_stock_below ?? LOW_STOCK_BELOW }
    return {
      tenant,
      name,
      scopes,
      connections,
      customer: row.customer ? await this.#customer(tenant, row.customer) : null,
      stock,
    }
  }

  async #row(hash: string): Promise<KeyRow | null> {
    const known = this.#known.get(hash)
    if (known) return known.row
    const [row = null] = await rows<KeyRow>(this.#db.em(), FIND_KEY, [hash, hash])
    this.#known.set(hash, { row })
    return row
  }

  async #customer(tenant: string, id: string): Promise<NonNullable<Caller['customer']>> {
    const [known] = await this.#catalogue.customers(tenant, [id])
    if (!known) return { id, natives: {} }
    return { id: known.row.id, natives: known.natives, every: known.every }
  }
}

/** Finds a key by its secret or, for a while after a rotation, by the previous one; notes its use by the minute. */
const FIND_KEY = `
with found as (
  select * from api_key where (hash = ? or (previous_hash = ? and previous_until > now()))
    and revoked_at is null and (expires_at is null or expires_at > now())),
used as (
  update api_key set last_used_at = now() where id in (select id from found
    where last_used_at is null or last_used_at < now() - interval '1 minute'))
select tenant, name, scopes, connections, customer, stock_as, low_stock_below from found`

/** A key as an operator writes it into the config file. */
export interface GivenKey {
  name: string
  secret: string
  scopes: Caller['scopes']
  connections?: string[]
  customer?: string
  stockAs?: StockView['as']
  lowStockBelow?: string
}

/**
 * Writes the keys of the config file; only their hashes are kept. A key that was taken out of the file is good no
 * more; a file without keys, as of a part that needs none, changes nothing.
 */
export async function saveKeys(db: Database, keys: GivenKey[]): Promise<void> {
  const sql = `insert into api_key (id, tenant, name, hash, scopes, connections, customer, stock_as, low_stock_below) values (?, ?, ?, ?,
    array(select jsonb_array_elements_text(?::jsonb)), case when ?::jsonb = 'null' then null else array(select jsonb_array_elements_text(?::jsonb)) end, ?, ?, ?)
    on conflict (hash) do update set id = excluded.id, name = excluded.name, scopes = excluded.scopes,
      connections = excluded.connections, customer = excluded.customer, stock_as = excluded.stock_as,
      low_stock_below = excluded.low_stock_below, revoked_at = null, expires_at = null`
  for (const key of keys) {
    const connections = JSON.stringify(key.connections ?? null)
    const list = JSON.stringify(key.connections ?? [])
    const values = [
      CONFIGURED + keyHash(key.secret),
      DEFAULT_TENANT,
      key.name,
      keyHash(key.secret),
      JSON.stringify(key.scopes),
      connections,
      list,
      key.customer ?? null,
      key.stockAs ?? 'EXACT',
      key.lowStockBelow ?? null,
    ]
    await db.em().execute(sql, values)
  }
  if (keys.length === 0) return
  const listed = JSON.stringify(keys.map(({ secret }) => CONFIGURED + keyHash(secret)))
  await db.em().execute(TAKEN_OUT, [DEFAULT_TENANT, `${CONFIGURED}%`, listed])
}

/** How the ids of keys begin that a config file brought. */
export const CONFIGURED = 'config:'
const TAKEN_OUT = `update api_key set revoked_at = now() where tenant = ? and id like ? and revoked_at is null
  and id not in (select jsonb_array_elements_text(?::jsonb))`
