import { ErpError } from '../../schema/errors.ts'
import type { FieldKind, NativeField } from '../connector.ts'
import type { Config } from './config.ts'
import type { Column, Entity, Port } from './port.ts'

type Wanted = Config['columns']

/** The columns of an entity: those that an operator named, by our name, and those that people added. */
export interface Columns<K extends string = string> {
  by: Partial<Record<K, Column>>
  /** Custom columns that hold something of the CRM's own: not those that we write into. */
  own: Column[]
}

/** Our names of the columns that ERPs' news are written into, by entity. */
export const TOLD = {
  deals: ['orderNumber', 'orderState', 'failure', 'syncStatus', 'invoiceNumber', 'paymentStatus'] as const,
  organizations: ['balance', 'overdue', 'creditLimit', 'onHold', 'dunningLevel'] as const,
}

function pick<E extends keyof Wanted>(all: Column[], wanted: Wanted[E]) {
  const by: Partial<Record<keyof Wanted[E] & string, Column>> = {}
  const missing: { name: string; text: string }[] = []
  for (const [name, text] of Object.entries(wanted) as [keyof Wanted[E] & string, string | undefined][]) {
    if (text === undefined) continue
    const column = all.find(({ id }) => id === text) ?? all.find(({ label }) => label === text)
    if (column) by[name] = column
    else missing.push({ name, text })
  }
  return { by, missing }
}

/** The columns of an entity; MAPPING_MISSING where one that an operator named does not exist. */
export async function columnsOf<E extends keyof Wanted>(
  port: Port,
  config: Config,
  entity: E,
): Promise<Columns<keyof Wanted[E] & string>> {
  const wanted = config.columns[entity]
  let all = await port.columns(entity)
  if (pick(all, wanted).missing.length > 0) all = await port.columns(entity, true)
  const { by, missing } = pick<E>(all, wanted)
  const [first] = missing
  if (first)
    throw new ErpError(
      'MAPPING_MISSING',
      `Customermates has no custom column "${first.text}" for ${entity}.`,
      { field: `columns.${entity}.${first.name}` },
    )
  const named: Partial<Record<string, Column>> = by
  const told = (entity === 'services' ? [] : TOLD[entity as keyof typeof TOLD]).map((name) => named[name])
  return { by, own: all.filter((column) => column.custom && !told.includes(column)) }
}

/** The name under which a column's value is an attribute: its label, or its id where several share the label. */
export function nameOf(column: Column, all: Column[]): string {
  const isAlone = all.filter(({ label }) => label === column.label).length === 1
  return (isAlone && column.label) || column.id
}

const ENTITIES: Partial<Record<FieldKind, Entity & keyof Wanted>> = {
  item: 'services',
  customer: 'organizations',
}

/** The custom fields of items and customers; orders are none of this system's records. */
export async function fieldsOf(port: Port, config: Config, kind: FieldKind): Promise<NativeField[]> {
  const entity = ENTITIES[kind]
  if (!entity) return []
  const { own } = await columnsOf(port, config, entity)
  return own.map((column) => ({
    name: nameOf(column, own),
    label: column.label ?? column.id,
    type: column.type,
    required: column.required,
    custom: true,
    options:
      column.type === 'PICKLIST'
        ? column.options.map(({ value, label }) => ({ value, label: label ?? value }))
        : null,
  }))
}
