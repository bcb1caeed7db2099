import Big from 'big.js'
import type { DemoCustomer, DemoDocument, DemoProduct } from '../../demo.ts'
import { ABC_CLASSES, CHANNELS, channelOf, customerExtras, productExtras } from '../../extras.ts'
import { type Members, invalidReference, isMembers, numberOf, textOf } from './fields.ts'
import type { Value } from './suiteql/tree.ts'

type Form = 'text' | 'day' | 'flag' | 'whole' | readonly string[]

/** The fields that the demo company added, by record type; a list stands for a custom list of its values. */
const ADDED: Record<string, Record<string, [label: string, form: Form]>> = {
  inventoryItem: { custitem_hazardous: ['Hazardous', 'flag'], custitem_tariff: ['Customs Tariff', 'text'] },
  customer: {
    custentity_crm_id: ['CRM Id', 'text'],
    custentity_route: ['Route', 'text'],
    custentity_abc_class: ['ABC Class', ABC_CLASSES.map(({ value }) => value)],
    custentity_since: ['Customer Since', 'day'],
    custentity_visit_days: ['Visit Days', 'whole'],
  },
  salesOrder: {
    custbody_ext_ref: ['External Reference', 'text'],
    custbody_channel: ['Channel', 'text'],
    custbody_source: ['Source', CHANNELS],
  },
}

/** The names of the added fields of a record type. */
export function addedTo(type: string): string[] {
  return Object.keys(ADDED[type] ?? {})
}

function schemaOf(label: string, form: Form): object {
  const custom = { title: label, 'x-ns-custom-field': true, nullable: true }
  if (form === 'day') return { ...custom, type: 'string', format: 'date' }
  if (form === 'flag') return { ...custom, type: 'boolean' }
  if (form === 'whole') return { ...custom, type: 'integer', format: 'int64' }
  if (form === 'text') return { ...custom, type: 'string' }
  const id = { title: 'Internal identifier', type: 'string', enum: form }
  return { ...custom, type: 'object', properties: { id, refName: { type: 'string' } } }
}

const PLAIN: Record<string, object> = {
  inventoryItem: { itemId: { title: 'Item Name/Number', type: 'string' } },
  customer: {
    companyName: { title: 'Company Name', type: 'string', 'x-ns-filterable': true },
    addressBook: { type: 'object', properties: { items: { type: 'array' } } },
  },
  salesOrder: { otherRefNum: { title: 'PO #', type: 'string' }, memo: { title: 'Memo', type: 'string' } },
}

/** GET metadata-catalog/<type>: the JSON Schema of a record type; null where there is none. */
export function catalogOf(type: string): object | null {
  const own = ADDED[type]
  if (!own) return null
  const added = Object.entries(own).map(([name, [label, form]]) => [name, schemaOf(label, form)])
  return {
    type: 'object',
    properties: {
      id: { title: 'Internal ID', type: 'string' },
      ...PLAIN[type],
      ...Object.fromEntries(added),
    },
    $schema: 'http://json-schema.org/draft-06/hyper-schema#',
    'x-ns-filterable': ['id'],
  }
}

/** The added fields that a body names, as they are kept: decimals and ids as text, "T" and "F" for flags. */
export function ownOf(type: string, body: Members): Record<string, string | null> {
  const named = Object.entries(ADDED[type] ?? {}).filter(([name]) => body[name] !== undefined)
  return Object.fromEntries(named.map(([name, [, form]]) => [name, kept(body, name, form)]))
}

function kept(body: Members, name: string, form: Form): string | null {
  const value = body[name]
  if (value === null) return null
  if (form === 'flag') return value === true ? 'T' : 'F'
  if (form === 'whole') return numberOf(body, name)?.toFixed() ?? null
  if (typeof form === 'string') return textOf(body, name) ?? null
  const id = isMembers(value) ? value.id : value
  if (typeof id === 'string' && form.includes(id)) return id
  throw invalidReference(String(id), name)
}

/** The added fields as SuiteQL has them: days are dates, numbers are numbers. */
export function columnsOf(type: string, custom: Record<string, string | null>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(ADDED[type] ?? {}).map(([name, [, form]]) => {
      const value = custom[name] ?? null
      if (value === null) return [name, null]
      if (form === 'day') return [name, new Date(`${value}T00:00:00Z`)]
      return [name, form === 'whole' ? new Big(value) : value]
    }),
  )
}

/** The added fields of a demo customer. */
export function customerFields(customer: DemoCustomer): Record<string, string> {
  const { route, abcClass, customerSince } = customerExtras(customer)
  return { custentity_route: route, custentity_abc_class: abcClass, custentity_since: customerSince }
}

/** The added fields of a demo product. */
export function itemFields(product: DemoProduct): Record<string, string | null> {
  const { hazardous, customsTariff } = productExtras(product)
  return { custitem_hazardous: hazardous ? 'T' : 'F', custitem_tariff: customsTariff }
}

/** The added fields of a demo order. */
export function orderFields(document: Pick<DemoDocument, 'number'>): Record<string, string> {
  return { custbody_source: channelOf(document) }
}

/** The added fields as the record API shows them: references, true and false, numbers. */
export function shownOf(type: string, custom: Record<string, string | null>): Record<string, unknown> {
  const own = ADDED[type] ?? {}
  const filled = Object.entries(custom).filter(([name, value]) => value !== null && own[name])
  return Object.fromEntries(
    filled.map(([name, value]) => {
      const form = own[name]?.[1]
      if (form === 'flag') return [name, value === 'T']
      if (form === 'whole') return [name, Number(value)]
      return [name, typeof form === 'string' ? value : { links: [], id: value, refName: value }]
    }),
  )
}
