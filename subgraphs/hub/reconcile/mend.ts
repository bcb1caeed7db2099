import type { OpenConnection } from '../../connections.ts'
import type { Pair, Single } from './stage.ts'
import type { Compared } from './source.ts'

/** A mutation that mends a row, ready to be sent. */
export interface Mend {
  name: string
  variables: Record<string, unknown>
}

/** What a row says, and what mends it: null where a person has to act in the ERP. */
export interface Told {
  message: string
  mend: Mend | null
}

/** The two sides of a comparison; the right one is the hub where it has no connection. */
export interface Sides {
  reconcile: string
  left: OpenConnection
  right: OpenConnection | null
}

function keyed({ reconcile }: Sides, ...parts: string[]): string {
  return ['reconcile', reconcile, ...parts].join(' ').slice(0, 255)
}

/** Reads a record of an ERP into the hub. */
function resync(connection: string, object: Compared, id: string): Mend {
  return { name: 'resyncRecords', variables: { connection, object, filter: { ids: [id] } } }
}

function picked(content: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (name in content ? [[name, content[name]]] : [])))
}

const CUSTOMER = ['name', 'email', 'phone', 'taxId', 'country', 'currency', 'addresses']

/** A record that `from` has and `to` has not. `buyer` is the golden customer of a document. */
export function missing(
  sides: Sides,
  object: Compared,
  { from, to }: { from: OpenConnection; to: OpenConnection | null },
  record: Single,
  buyer: string | null,
): Told {
  if (!to) {
    return { message: `Reads it from ${from.id} into the hub.`, mend: resync(from.id, object, record.id) }
  }
  if (object === 'CUSTOMER' && to.erp.customer) {
    if (!record.hub) return unknown(from, object, record.id)
    const input = {
      id: record.hub,
      connections: [to.id],
      name: record.id,
      ...picked(record.content, CUSTOMER),
    }
    const variables = { input, idempotencyKey: keyed(sides, object, record.id, to.id) }
    return { message: `Creates it in ${to.id}.`, mend: { name: 'upsertCustomer', variables } }
  }
  const lines = linesOf(record.content)
  const can = object === 'ORDER' ? to.erp.order : object === 'INVOICE' ? to.erp.invoice : null
  if (can && buyer && lines) {
    const name = object === 'ORDER' ? 'pushOrder' : 'pushInvoice'
    const further = object === 'ORDER' ? ['currency', 'purchaseOrderNumber'] : ['currency', 'dueOn', 'number']
    const input = { connection: to.id, customer: buyer, ...picked(record.content, further), lines }
    const variables = { input, idempotencyKey: keyed(sides, object, record.id, to.id) }
    return { message: `Writes it to ${to.id}.`, mend: { name, variables } }
  }
  return { message: `Create it in ${to.connector.name} by hand.`, mend: null }
}

function unknown(from: OpenConnection, object: Compared, id: string): Told {
  const message = `The hub does not know it yet: reads it from ${from.id}; compare again afterwards.`
  return { message, mend: resync(from.id, object, id) }
}

interface Line {
  sku?: string | null
  quantity?: string | null
  unitPrice?: object | null
}

/** The lines of a document as they are pushed; null where one has no SKU or no quantity. */
function linesOf({ lines }: Record<string, unknown>): object[] | null {
  if (!Array.isArray(lines) || lines.length === 0) return null
  const all = (lines as Line[]).map(({ sku, quantity, unitPrice }) => ({
    ...{ sku, quantity },
    ...(unitPrice ? { unitPrice } : {}),
  }))
  return all.every(({ sku, quantity }) => sku && quantity) ? all : null
}

/** A record of the right side that the left one does not have. */
export function orphan(sides: Sides, object: Compared, record: Single, buyer: string | null): Told {
  const { left, right } = sides
  if (right) return missing(sides, object, { from: right, to: left }, record, buyer)
  const native = record.keys.native ?? record.id
  const variables = { connection: left.id, object, record: native }
  const message = `Notes that ${left.id} does not have it any more.`
  return { message, mend: { name: 'markGone', variables } }
}

/** A field that differs: the right side is made like the left one. */
export function different(sides: Sides, object: Compared, pair: Pair, field: string): Told {
  const { left, right } = sides
  const name = right?.connector.name ?? 'the hub'
  if (object === 'CUSTOMER') {
    if (!pair.hub) return unknown(left, object, pair.left)
    if (right && !right.erp.customer?.update) return { message: `Change it in ${name} by hand.`, mend: null }
    const own = pair.rightContent.name ?? pair.leftContent.name
    const input = {
      ...{ id: pair.hub, connections: right ? [right.id] : [], name: own },
      [field]: pair.leftContent[field] ?? null,
    }
    const variables = { input, idempotencyKey: keyed(sides, object, pair.left, field) }
    return {
      message: `Writes the value of ${left.id} to ${right?.id ?? name}.`,
      mend: { name: 'upsertCustomer', variables },
    }
  }
  if (!right && object !== 'PRODUCT') {
    return { message: `Reads it from ${left.id} into the hub.`, mend: resync(left.id, object, pair.left) }
  }
  const message = right
    ? `Change it in ${name} by hand.`
    : 'The hub keeps what the first ERP told of a product.'
  return { message, mend: null }
}

/** A record that its own side has twice. */
export function duplicate(side: OpenConnection | null, { twin }: Single): Told {
  const what = twin?.field === 'hub' ? 'is the same record of the hub' : `has the same ${twin?.field}`
  const where = side ? `Merge the two in ${side.connector.name}.` : 'Merge the two in the hub.'
  return { message: `It ${what} as ${twin?.of}. ${where}`, mend: null }
}
