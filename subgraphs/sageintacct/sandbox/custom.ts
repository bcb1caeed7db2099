import type { Demo } from '../../demo.ts'
import { ABC_CLASSES, CHANNELS, channelOf, customerExtras, productExtras } from '../../extras.ts'
import { FIELDS } from './fields.ts'

/** A field as the model service tells it. */
interface Told {
  type: string
  format?: string
  enum?: string[]
}

const [text, flag, day]: Told[] = [
  { type: 'string' },
  { type: 'boolean' },
  { type: 'string', format: 'date' },
]
const list = (values: readonly string[]): Told => ({ type: 'string', enum: [...values] })

/** The custom fields of the demo company, by object. */
const OWN: Record<string, Record<string, Told | undefined>> = {
  'inventory-control/item': { 'nsp::HAZARDOUS': flag, 'nsp::CUSTOMS_TARIFF': text },
  'accounts-receivable/customer': {
    'nsp::ROUTE': text,
    'nsp::ABC_CLASS': list(ABC_CLASSES.map(({ value }) => value)),
    'nsp::CUSTOMER_SINCE': day,
  },
  'order-entry/document': { 'nsp::CHANNEL': list(CHANNELS) },
}

/** The custom fields of an object; a definition of documents is part of its name. */
export function ownOf(object: string): Record<string, Told | undefined> {
  return OWN[object.replace(/::.*$/, '')] ?? {}
}

/** The answer of the model service: fields of its own, and references as groups of fields. */
export function modelOf(object: string): object | null {
  const standard = FIELDS[object.replace(/::.*$/, '')]
  if (!standard) return null
  const common = { readOnly: false, writeOnly: false, required: false, nullable: true, mutable: true }
  const plain = [...standard].filter((name) => !name.includes('.')).map((name) => [name, text] as const)
  const fields = [...plain, ...Object.entries(ownOf(object))].map(([name, told]) => [
    name,
    { ...common, ...told, ...(name === 'key' && { readOnly: true }) },
  ])
  return {
    fields: Object.fromEntries(fields) as Record<string, object>,
    httpMethods: 'OPTIONS,GET,POST,DELETE,PATCH',
    idempotenceSupported: true,
    type: 'rootObject',
  }
}

/** What stands in the custom fields of the demo's records. */
export const values = {
  item(product: Demo['products'][number]): Record<string, unknown> {
    const { hazardous, customsTariff } = productExtras(product)
    return { 'nsp::HAZARDOUS': hazardous, 'nsp::CUSTOMS_TARIFF': customsTariff }
  },
  customer(one: Demo['customers'][number]): Record<string, unknown> {
    const { route, abcClass, customerSince } = customerExtras(one)
    return { 'nsp::ROUTE': route, 'nsp::ABC_CLASS': abcClass, 'nsp::CUSTOMER_SINCE': customerSince }
  },
  order: (one: Demo['orders'][number]): Record<string, unknown> => ({ 'nsp::CHANNEL': channelOf(one) }),
}
