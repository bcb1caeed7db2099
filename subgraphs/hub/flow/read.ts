import type { Kind } from '../../records.ts'
import { type Manager, rows } from '../database.ts'

/** What a flow writes in its target. */
export type FlowObject = 'ORDER' | 'INVOICE' | 'PAYMENT'

/** How a flow goes about it. */
export interface FlowOptions {
  /** Whether a customer whom the target does not know is created there. */
  createCustomer: boolean
  /** Whether lines of one SKU, unit and price become one line. */
  aggregate: boolean
  /** By how much the totals of source and target may differ, in the currency of the document. */
  tolerance: string
  /** SKU of the target by SKU of the source, where they differ. */
  skus: Record<string, string>
  /** The SKU for a line that names none. */
  defaultSku: string | null
  /** The custom field of the source's document that gets the target's number. */
  writeBackField: string | null
  /** Whether an order that it makes becomes a project as well. */
  project: boolean
}

/** What counts where an operator said nothing. */
export const FLOW_OPTIONS: FlowOptions = {
  createCustomer: true,
  aggregate: false,
  tolerance: '0.01',
  skus: {},
  defaultSku: null,
  writeBackField: null,
  project: false,
}

/** A rule that makes a document in one connection of a record of another. */
export interface Flow {
  id: string
  tenant: string
  name: string
  /** The connection whose records start it. */
  source: string
  kind: Kind
  /** An expression over the record that must be true. */
  condition: string | null
  /** Null: where an order of the graph would go. */
  target: string | null
  object: FlowObject
  enabled: boolean
  options: FlowOptions
}

/** What a flow says of the orders that it makes of quotes. */
export function orderWishes({ target, options }: Flow): { connection?: string; project?: true } {
  return { ...(target && { connection: target }), ...(options.project && { project: true }) }
}

const COLUMNS = 'id, tenant, name, source, kind, condition, target, object, enabled, options'

function toFlow(row: Flow): Flow {
  return { ...row, options: { ...FLOW_OPTIONS, ...row.options } }
}

/** All flows of a tenant, by name. */
export async function flowsOf(em: Manager, tenant: string): Promise<Flow[]> {
  const sql = `select ${COLUMNS} from flow where tenant = ? order by name, id`
  return (await rows<Flow>(em, sql, [tenant])).map(toFlow)
}

/** The flows that records of one kind of a connection start, oldest first; also those that are switched off. */
export async function flowsFrom(em: Manager, source: string, kind: Kind): Promise<Flow[]> {
  const sql = `select ${COLUMNS} from flow where source = ? and kind = ? order by created_at, id`
  return (await rows<Flow>(em, sql, [source, kind])).map(toFlow)
}

/** One flow of a tenant, or null. */
export async function flowById(em: Manager, tenant: string, id: string): Promise<Flow | null> {
  const [row] = await rows<Flow>(em, `select ${COLUMNS} from flow where tenant = ? and id = ?`, [tenant, id])
  return row ? toFlow(row) : null
}
