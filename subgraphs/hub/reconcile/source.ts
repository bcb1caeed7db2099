import { ErpError } from '../../../schema/errors.ts'
import type { Records } from '../../connector.ts'
import type { Kind } from '../../records.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { matchKeys } from '../identity.ts'
import { kindOf, readOf } from '../kinds.ts'
import type { OperationObject } from '../tables.ts'

/** What is compared: products, customers and documents. */
export type Compared = Exclude<OperationObject, 'QUOTE'>

/** The fields that are held against each other. */
export const FIELDS: Record<Compared, string[]> = {
  PRODUCT: ['name', 'unit'],
  CUSTOMER: ['name', 'email', 'phone', 'taxId', 'country', 'currency'],
  ORDER: ['state', 'currency', 'total'],
  INVOICE: ['type', 'state', 'payment', 'currency', 'total', 'balance', 'dueOn'],
  PAYMENT: ['amount', 'paidOn'],
}
/** What is kept beside them, for the mutation that mends. */
const BESIDE: Record<Compared, string[]> = {
  PRODUCT: ['sku'],
  CUSTOMER: ['number', 'addresses'],
  ORDER: ['number', 'customer', 'purchaseOrderNumber', 'lines'],
  INVOICE: ['number', 'customer', 'lines'],
  PAYMENT: ['number', 'customer'],
}

/** A record as it is compared. */
export interface Staged {
  id: string
  /** The golden record, where the source itself is the hub. */
  hub: string | null
  keys: Record<string, string>
  content: Record<string, unknown>
}

/** A page of a side and where it goes on. */
export interface SourcePage {
  rows: Staged[]
  next: string | null
}

/** Which records of a side are read. */
export interface Source {
  tenant: string
  /** The connection that is read, or for the hub the one that it is held against. */
  connection: string
  isHub: boolean
  /** Live from the ERP; else as the hub last saw them. */
  fresh: boolean
}

const AT_ONCE = 500

/** Reads one page of a side, so that memory holds no more. Throws what the ERP answers, NOT_SUPPORTED, NOT_FOUND. */
export function pageOfSource(
  hub: Hub,
  source: Source,
  object: Compared,
  after: string | null,
): Promise<SourcePage> {
  if (source.isHub) return goldenPage(hub.db.em(), source, object, after)
  return source.fresh ? livePage(hub, source, object, after) : mirrorPage(hub.db.em(), source, object, after)
}

async function livePage(
  hub: Hub,
  { tenant, connection }: Source,
  object: Compared,
  after: string | null,
): Promise<SourcePage> {
  const open = hub.directory.find(tenant, connection)
  if (!open) throw new ErpError('UNAVAILABLE', `${connection} is paused or not connected.`, { connection })
  const read = readOf(open.erp, kindOf(object))
  if (!read) {
    throw new ErpError('NOT_SUPPORTED', `${open.connector.name} cannot list them.`, {
      connection,
      field: object,
    })
  }
  const page = await read.list({ first: Math.min(AT_ONCE, open.limits.batch), after })
  return { rows: page.rows.map((record) => stagedOf(object, record)), next: page.next }
}

const MIRROR = `select native_id as id, content from mirror where connection = ? and kind = ? and not deleted
  and native_id > ? order by native_id limit ${AT_ONCE}`

async function mirrorPage(
  em: Manager,
  { connection }: Source,
  object: Compared,
  after: string | null,
): Promise<SourcePage> {
  const values = [connection, kindOf(object), after ?? '']
  const found = await rows<{ id: string; content: object }>(em, MIRROR, values)
  return {
    rows: found.map(({ id, content }) => stagedOf(object, { id, ...content })),
    next: found.length < AT_ONCE ? null : (found.at(-1)?.id ?? null),
  }
}

const KNOWN = (
  kind: Kind,
) => `join lateral (select native_id from external_ref r where r.hub_id = g.id and r.kind = '${kind}'
  and r.connection = ? and not r.deleted order by native_id limit 1) k on true where g.tenant = ?`
const OWN = 'where g.connection = ? and g.tenant = ? and g.native_id is not null'
const MONEY = (column: string) => `case when g.${column} is not null and g.currency is not null
  then jsonb_build_object('amount', g.${column}, 'currency', g.currency) end`

/** The golden records that the hub believes a connection to have. */
const GOLDEN: Record<Compared, string> = {
  PRODUCT: `select g.id, k.native_id as native, jsonb_build_object('sku', g.sku, 'name', g.name, 'unit', g.unit) as content
    from product g ${KNOWN('item')}`,
  CUSTOMER: `select g.id, k.native_id as native, jsonb_build_object('name', g.name, 'email', g.email, 'phone', g.phone,
    'taxId', g.tax_id, 'country', g.country, 'currency', g.currency) as content from customer g ${KNOWN('customer')}`,
  ORDER: `select g.id, g.native_id as native, jsonb_build_object('number', g.number, 'state', g.state) as content
    from sales_order g ${OWN}`,
  INVOICE: `select g.id, g.native_id as native, jsonb_build_object('number', g.number, 'type', g.type, 'state', g.state,
    'payment', g.payment, 'currency', g.currency, 'dueOn', g.due_on::text, 'total', ${MONEY('total')},
    'balance', ${MONEY('balance')}) as content from invoice g ${OWN}`,
  PAYMENT: `select g.id, g.native_id as native, jsonb_build_object('number', g.number, 'paidOn', g.paid_on::text,
    'amount', ${MONEY('amount')}) as content from payment g ${OWN}`,
}

async function goldenPage(
  em: Manager,
  { tenant, connection }: Source,
  object: Compared,
  after: string | null,
): Promise<SourcePage> {
  const sql = `${GOLDEN[object]} and g.id > ? order by g.id limit ${AT_ONCE}`
  type Row = { id: string; native: string; content: object }
  const found = await rows<Row>(em, sql, [connection, tenant, after ?? ''])
  const staged = found.map(({ id, native, content }) => {
    const one = stagedOf(object, { id, ...content })
    return { ...one, hub: id, keys: { ...one.keys, native } }
  })
  return { rows: staged, next: found.length < AT_ONCE ? null : (found.at(-1)?.id ?? null) }
}

/** A record with its keys; what is empty is left out, so that it shows which fields a side knows at all. */
function stagedOf(object: Compared, record: Partial<Records[Kind]> & { id: string }): Staged {
  const all = record as Record<string, unknown>
  const names = [...FIELDS[object], ...BESIDE[object]]
  const known = names.filter((name) => all[name] !== null && all[name] !== undefined && all[name] !== '')
  const content = Object.fromEntries(known.map((name) => [name, all[name]]))
  return { id: record.id, hub: null, keys: keysOf(object, all), content }
}

function keysOf(object: Compared, record: Record<string, unknown>): Record<string, string> {
  const text = (name: string) =>
    typeof record[name] === 'string' && record[name] !== '' ? record[name] : null
  const keys: Record<string, string | null> = {}
  if (object === 'PRODUCT') keys.sku = text('sku')
  if (object === 'CUSTOMER') {
    const { taxKey, emailKey, nameKey } = matchKeys({
      name: text('name'),
      email: text('email'),
      taxId: text('taxId'),
    })
    const number = text('number')
    // Two ERPs number their customers alike; only with the name is a number one.
    Object.assign(keys, { taxId: taxKey, email: emailKey, number: number && `${number} ${nameKey}` })
  }
  if (object === 'ORDER') Object.assign(keys, { reference: text('reference') })
  if (object === 'ORDER') Object.assign(keys, { purchaseOrderNumber: text('purchaseOrderNumber') })
  if (object !== 'PRODUCT' && object !== 'CUSTOMER') keys.number = text('number')
  return Object.fromEntries(Object.entries(keys).flatMap(([name, key]) => (key ? [[name, key]] : [])))
}
