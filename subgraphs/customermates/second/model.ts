import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ErpError } from '../../../schema/errors.ts'
import { shaped } from '../../shape.ts'
import type { Config } from '../config.ts'
import type { Column, Entity } from '../port.ts'
import type { Wire } from '../wire.ts'

/** A whole number, written with or without quotes. */
export const whole = z.string().regex(/^\d+$/, 'is no whole number').transform(Number)
const id = z.string().min(1)
const label = z.string()
const archived = z.boolean().nullish()

const field = z.object({
  id,
  typeId: id,
  label,
  valueType: z.string(),
  required: z.boolean().nullish(),
  multiple: z.boolean().nullish(),
  behavior: z.object({ kind: z.string() }).nullish(),
  options: z.array(z.object({ id, label })).nullish(),
  archived,
})
const discovered = z.object({
  revision: whole,
  types: z.array(z.object({ id, label, primaryFieldId: id.nullish(), archived })),
  fields: z.array(field),
  relationships: z.array(z.object({ id, sourceTypeId: id, targetTypeId: id, archived })),
})
type Field = z.output<typeof field>

/** The built-in types, and the word for the table of each. */
const TYPES = {
  contact: 'Contact',
  organization: 'Organization',
  deal: 'Deal',
  service: 'Service',
  lineItem: 'Line item',
}
/** A built-in type. */
export type Preset = keyof typeof TYPES
/** The type of each table. */
export const TYPE_OF: Record<Entity, Preset> = {
  services: 'service',
  organizations: 'organization',
  contacts: 'contact',
  deals: 'deal',
}
/** Built-in fields and their labels; every type has a name and notes besides. */
const FIELDS = {
  'contact.firstName': 'First name',
  'contact.lastName': 'Last name',
  'contact.avatarUrl': 'Avatar',
  'service.amount': 'Price',
  'deal.notes': 'Notes',
  'deal.stage': 'Stage',
  'deal.totalValue': 'Value',
  'deal.totalQuantity': 'Quantity',
  'deal.weightedValue': 'Weighted value',
  'lineItem.quantity': 'Quantity',
  'lineItem.effectivePrice': 'Unit price',
}
/** A built-in field that is read. */
export type FieldKey = keyof typeof FIELDS

const RELATIONS = {
  'contact.organizations': ['contact', 'organization'],
  'deal.contacts': ['deal', 'contact'],
  'deal.organizations': ['deal', 'organization'],
  'lineItem.deal': ['lineItem', 'deal'],
  'lineItem.service': ['lineItem', 'service'],
} satisfies Record<string, [Preset, Preset]>
/** A built-in relation; its first type is the source. */
export type RelationKey = keyof typeof RELATIONS

/** What a tenant's records are made of, at one revision. */
export interface Model {
  revision: number
  types: Record<Preset, { id: string; name: string | null }>
  columns: Record<Entity, Column[]>
  /** Ids of built-in fields; absent where the tenant has taken one away. */
  fields: Partial<Record<FieldKey, string>>
  relations: Record<RelationKey, string>
}

/**
 * The id of something built in, as the vendor computes it from the company's: a hint that discovery must confirm.
 * https://github.com/customermates/customermates
 */
function computedId(company: string, key: string): string {
  const hash = createHash('sha256').update(`customermates:records:v2:${company}:${key}`).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

/** By what an operator said, else by the computed id, else by the label that it has from the start. */
function finder({ model, company }: Config) {
  return <T extends { id: string; label?: string }>(all: T[], key: string, usual?: string): T | undefined => {
    const said = model[key]
    const hint = company && computedId(company, key)
    if (said) return all.find((one) => one.id === said) ?? all.find((one) => one.label === said)
    return all.find((one) => one.id === hint) ?? all.find((one) => usual !== undefined && one.label === usual)
  }
}

const KINDS: Record<string, Column['type']> = {
  number: 'NUMBER',
  currency: 'NUMBER',
  boolean: 'BOOLEAN',
  date: 'DATE',
  dateTime: 'DATE',
  select: 'PICKLIST',
}

function columnOf(one: Field, custom: boolean): Column {
  const multiple = one.multiple ?? false
  return {
    id: one.id,
    label: one.label,
    type: multiple ? 'TEXT' : (KINDS[one.valueType] ?? 'TEXT'),
    kind: one.valueType,
    options: (one.options ?? []).map((option) => ({ value: option.id, label: option.label })),
    required: one.required ?? false,
    custom,
    writable: (one.behavior?.kind ?? 'input') === 'input',
    multiple,
  }
}

function missing(key: string): ErpError {
  return new ErpError(
    'MAPPING_MISSING',
    `The model of Customermates has no "${key}" that can be recognised.`,
    {
      field: `model.${key}`,
    },
  )
}

function keys<K extends string>(table: Record<K, unknown>): K[] {
  return Object.keys(table) as K[]
}

function toModel(body: z.output<typeof discovered>, config: Config): Model {
  const find = finder(config)
  const live = <T extends { archived?: boolean | null }>(rows: T[]) => rows.filter((row) => !row.archived)
  const [types, fields, relations] = [live(body.types), live(body.fields), live(body.relationships)]
  const typeOf = (key: Preset) => {
    const type = find(types, key, TYPES[key])
    if (!type) throw missing(key)
    return { id: type.id, name: type.primaryFieldId ?? null }
  }
  const known = Object.fromEntries(keys(TYPES).map((key) => [key, typeOf(key)])) as Model['types']
  const fieldsOf = (type: Preset) => fields.filter(({ typeId }) => typeId === known[type].id)
  const fieldId = (key: FieldKey) =>
    find(fieldsOf(key.replace(/\..*/, '') as Preset), key, FIELDS[key])?.id ?? undefined
  const built = Object.fromEntries(keys(FIELDS).map((key) => [key, fieldId(key)])) as Model['fields']
  const relationId = (key: RelationKey) => {
    const [source, target] = RELATIONS[key].map((type) => known[type as Preset].id)
    const all = relations.filter((one) => one.sourceTypeId === source && one.targetTypeId === target)
    const relation = find(all, key) ?? all[0]
    if (!relation) throw missing(key)
    return relation.id
  }
  const columnsOf = (type: Preset) => {
    const notes = find(fieldsOf(type), `${type}.notes`, 'Notes')?.id
    const own = new Set([known[type].name, notes, ...Object.values(built)])
    return fieldsOf(type)
      .filter(({ valueType }) => valueType !== 'channels')
      .map((one) => columnOf(one, !own.has(one.id)))
  }
  return {
    revision: body.revision,
    types: known,
    fields: built,
    relations: Object.fromEntries(keys(RELATIONS).map((key) => [key, relationId(key)])) as Model['relations'],
    columns: Object.fromEntries(
      keys(TYPE_OF).map((entity) => [entity, columnsOf(TYPE_OF[entity])]),
    ) as Model['columns'],
  }
}

/** Discovers the model; null where there is none to discover. https://customermates.com/docs */
export async function readModel(wire: Wire, config: Config, orNull: boolean): Promise<Model | null> {
  const body = await wire({ method: 'POST', path: 'model/discover', body: {} }, orNull)
  return body === null ? null : toModel(shaped(discovered, body, 'The model of Customermates'), config)
}
