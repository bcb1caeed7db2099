import { createHash, randomBytes } from 'node:crypto'
import { ErpError } from '../../../schema/errors.ts'
import { LOW_STOCK_BELOW } from '../../availability.ts'
import type { Caller, Scope, StockView } from '../../caller.ts'
import { CONFIGURED } from '../access.ts'
import { type Database, iso, rows } from '../database.ts'
import { newId } from '../identity.ts'
import { keyHash } from '../vault.ts'
import { type Grant, isWithin } from './rights.ts'

type Instant = Date | string

/** A key as its row says. */
export interface KeyRow {
  id: string
  name: string
  scopes: Scope[]
  connections: string[] | null
  customer: string | null
  stock: StockView
  configured: boolean
  createdAt: string
  createdBy: string | null
  rotatedAt: string | null
  previousUntil: string | null
  expiresAt: string | null
  revokedAt: string | null
  lastUsedAt: string | null
}

/** A new secret; 256 random bits. */
export function newSecret(): string {
  return `erp_${randomBytes(32).toString('base64url')}`
}

const COLUMNS = `id, name, scopes, connections, customer, stock_as, low_stock_below, created_at, created_by,
  rotated_at, case when previous_until > now() then previous_until end as previous_until, expires_at, revoked_at,
  last_used_at`

interface Stored {
  id: string
  name: string
  scopes: Scope[]
  connections: string[] | null
  customer: string | null
  stock_as: StockView['as']
  low_stock_below: string | null
  created_at: Instant
  created_by: string | null
  rotated_at: Instant | null
  previous_until: Instant | null
  expires_at: Instant | null
  revoked_at: Instant | null
  last_used_at: Instant | null
}

function toRow(row: Stored): KeyRow {
  const { name, scopes, connections, customer } = row
  const configured = row.id.startsWith(CONFIGURED)
  return {
    ...{ name, scopes, connections, customer, configured },
    // The id of a key of the config file is made of its hash, which is nobody's business.
    id: configured ? CONFIGURED + createHash('sha256').update(row.id).digest('hex').slice(0, 24) : row.id,
    stock: { as: row.stock_as, lowBelow: row.low_stock_below ?? LOW_STOCK_BELOW },
    createdAt: iso(row.created_at),
    createdBy: row.created_by,
    rotatedAt: iso(row.rotated_at),
    previousUntil: iso(row.previous_until),
    expiresAt: iso(row.expires_at),
    revokedAt: iso(row.revoked_at),
    lastUsedAt: iso(row.last_used_at),
  }
}

/** The keys that a caller may see: of its tenant, and giving no more than it has. Newest first. */
export async function keysOf(db: Database, caller: Caller): Promise<KeyRow[]> {
  const sql = `select ${COLUMNS} from api_key where tenant = ? order by created_at desc, id`
  const found = await rows<Stored>(db.em(), sql, [caller.tenant])
  return found.map(toRow).filter((key) => isWithin(caller, key))
}

/** A key that may be changed here. Throws NOT_FOUND, VALIDATION for one of the config file, CONFLICT for a revoked one. */
export async function keyOf(db: Database, caller: Caller, id: string): Promise<KeyRow> {
  const key = (await keysOf(db, caller)).find((one) => one.id === id)
  if (!key) throw new ErpError('NOT_FOUND', 'There is no such key.', { field: 'id' })
  if (key.configured)
    throw new ErpError('VALIDATION', 'This key stands in the config file; change it there.', { field: 'id' })
  if (key.revokedAt) throw new ErpError('CONFLICT', 'This key is revoked.', { field: 'id', retryable: false })
  return key
}

/** Writes a new key and gives its id. */
export async function insertKey(
  db: Database,
  maker: Caller,
  { name, expiresAt, secret }: { name: string; expiresAt: string | null; secret: string },
  { scopes, connections, customer, stock }: Grant,
): Promise<string> {
  const id = newId('key')
  const sql = `insert into api_key (id, tenant, name, hash, scopes, connections, customer, stock_as, low_stock_below,
      expires_at, created_by)
    values (?, ?, ?, ?, array(select jsonb_array_elements_text(?::jsonb)),
      case when ?::jsonb = 'null' then null else array(select jsonb_array_elements_text(?::jsonb)) end, ?, ?, ?,
      ?::timestamptz, ?)`
  const lists = [JSON.stringify(scopes), JSON.stringify(connections), JSON.stringify(connections ?? [])]
  const rest = [customer, stock.as, stock.lowBelow, expiresAt, maker.name]
  await db.em().execute(sql, [id, maker.tenant, name, keyHash(secret), ...lists, ...rest])
  return id
}

const ROTATE = `
update api_key set previous_hash = hash, previous_until = now() + ? * interval '1 hour', hash = ?,
  -- As exact as it is shown, so that it can be compared.
  rotated_at = date_trunc('milliseconds', now()),
  expires_at = coalesce(?::timestamptz, expires_at)
where id = ? and revoked_at is null and rotated_at is not distinct from ?::timestamptz returning id`

/** Gives a key a new secret; the one until now is good for so many hours more. Throws CONFLICT. */
export async function rotate(
  db: Database,
  { id, rotatedAt }: KeyRow,
  { secret, overlapHours, expiresAt }: { secret: string; overlapHours: number; expiresAt: string | null },
): Promise<void> {
  const values = [overlapHours, keyHash(secret), expiresAt, id, rotatedAt]
  if ((await rows(db.em(), ROTATE, values)).length === 0)
    throw new ErpError('CONFLICT', 'The key was changed by somebody else at this moment.', { field: 'id' })
  db.bus.tell('key', id)
}

/** Ends a key with all its secrets, at once and in every process. */
export async function revoke(db: Database, { id }: KeyRow): Promise<void> {
  await db.em().execute('update api_key set revoked_at = now() where id = ? and revoked_at is null', [id])
  db.bus.tell('key', id)
}
