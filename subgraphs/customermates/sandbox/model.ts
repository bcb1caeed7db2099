import { createHash } from 'node:crypto'
import { type Name, uuid } from './columns.ts'
import type { Column } from './query.ts'
import type { Tables } from './tables.ts'

/** A type of the second generation. */
export type Type = 'contact' | 'organization' | 'deal' | 'service' | 'task' | 'lineItem'
/** The table of a type; lines stand in no table, but in their deals. */
export const TABLES: Record<Exclude<Type, 'lineItem'>, Name> = {
  contact: 'contacts',
  organization: 'organizations',
  deal: 'deals',
  service: 'services',
  task: 'tasks',
}
const LABELS: Record<Type, [one: string, many: string]> = {
  contact: ['Contact', 'Contacts'],
  organization: ['Organization', 'Organizations'],
  deal: ['Deal', 'Deals'],
  service: ['Service', 'Services'],
  task: ['Task', 'Tasks'],
  lineItem: ['Line item', 'Line items'],
}
const BUILT: [key: string, label: string, valueType: string, behavior: string][] = [
  ['contact.firstName', 'First name', 'text', 'input'],
  ['contact.lastName', 'Last name', 'text', 'input'],
  ['service.amount', 'Price', 'currency', 'input'],
  ['deal.stage', 'Stage', 'select', 'input'],
  ['deal.totalValue', 'Value', 'currency', 'rollup'],
  ['deal.totalQuantity', 'Quantity', 'number', 'rollup'],
  ['lineItem.quantity', 'Quantity', 'number', 'input'],
  ['lineItem.pricingMode', 'Pricing', 'select', 'input'],
  ['lineItem.savedPrice', 'Saved unit price', 'currency', 'snapshot'],
  ['lineItem.effectivePrice', 'Unit price', 'currency', 'formula'],
  ['lineItem.amount', 'Amount', 'currency', 'formula'],
]
const RELATIONS: [key: string, source: Type, target: Type][] = [
  ['contact.organizations', 'contact', 'organization'],
  ['deal.contacts', 'deal', 'contact'],
  ['deal.organizations', 'deal', 'organization'],
  ['lineItem.deal', 'lineItem', 'deal'],
  ['lineItem.service', 'lineItem', 'service'],
]

/** A field of the model. */
export interface Field {
  id: string
  typeId: string
  label: string
  valueType: string
  behavior: { kind: string }
  required: boolean
  archived: boolean
  options: { id: string; label: string; color: null; attributes: object[] }[]
  position: number
}
/** A relation of the model. */
export interface Relation {
  id: string
  sourceTypeId: string
  targetTypeId: string
  archived: boolean
}

/** The model of one company, whose built-in ids are computed from the company's. */
export class Model {
  revision = 3
  readonly types
  readonly fields: Field[]
  readonly relationships: Relation[]
  readonly #company: string
  readonly #companyId: string

  constructor(company: string, tables: Tables) {
    this.#company = company
    this.#companyId = uuid(company, 'company')
    this.types = (Object.keys(LABELS) as Type[]).map((key) => ({
      id: this.id(key),
      label: LABELS[key][0],
      pluralLabel: LABELS[key][1],
      primaryFieldId: this.id(`${key}.name`),
      embedded: key === 'lineItem',
      archived: false,
    }))
    this.fields = (Object.keys(LABELS) as Type[]).flatMap((type) => this.#fieldsOf(type, tables))
    this.relationships = RELATIONS.map(([key, source, target]) => ({
      id: this.id(key),
      sourceTypeId: this.id(source),
      targetTypeId: this.id(target),
      archived: false,
    }))
  }

  /** The id of something built in. */
  id(key: string): string {
    const hash = createHash('sha256')
      .update(`customermates:records:v2:${this.#companyId}:${key}`)
      .digest('hex')
    return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
  }

  typeOf(typeId: string): Type | undefined {
    return (Object.keys(LABELS) as Type[]).find((key) => this.id(key) === typeId)
  }

  /** The option under which a stored value of a column is known here. */
  optionId(column: Column, value: string): string {
    const isKnown = column.options?.options.some((option) => option.value === value)
    if (!isKnown) return value
    return column.label === 'Stage'
      ? this.id(`deal.stage.${value}`)
      : uuid(this.#company, `option ${column.label} ${value}`)
  }

  /** The field of a column; the stage is built in. */
  fieldId(column: Column): string {
    return column.label === 'Stage' ? this.id('deal.stage') : column.id
  }

  #fieldsOf(type: Type, tables: Tables): Field[] {
    const columns = type === 'lineItem' ? [] : tables.all[TABLES[type]].columns
    const stage = columns.find(({ label }) => label === 'Stage')
    const field = (
      id: string,
      label: string,
      valueType: string,
      behavior = 'input',
      column?: Column,
    ): Field => ({
      id,
      typeId: this.id(type),
      label,
      valueType,
      behavior: { kind: behavior },
      required: label === 'Name',
      archived: false,
      options: (column?.options?.options ?? []).map((option) => ({
        id: column ? this.optionId(column, option.value) : '',
        label: option.label,
        color: null,
        attributes: [],
      })),
      position: 0,
    })
    return [
      field(this.id(`${type}.name`), 'Name', 'text', type === 'contact' ? 'formula' : 'input'),
      field(this.id(`${type}.notes`), 'Notes', 'richText'),
      ...BUILT.filter(([key]) => key.startsWith(`${type}.`)).map(([key, label, valueType, behavior]) =>
        field(this.id(key), label, valueType, behavior, key === 'deal.stage' ? stage : undefined),
      ),
      ...columns
        .filter((column) => column !== stage)
        .map((column) => field(column.id, column.label, column.kind, 'input', column)),
    ]
  }
}
