import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { CustomAttribute } from '../../schema/index.ts'
import type { FieldKind, NativeField } from '../connector.ts'
import { ownValues } from '../custom.ts'
import { exactNumber } from '../json.ts'
import { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import type { Client, Row } from './client.ts'

/** A property of a record as its JSON Schema tells it; references and sublists are objects. */
const property = z.object({
  title: z.string().optional().catch(undefined),
  type: z.string().optional().catch(undefined),
  format: z.string().optional().catch(undefined),
  enum: z.array(z.string()).optional().catch(undefined),
  properties: z.record(z.string(), z.unknown()).optional().catch(undefined),
  'x-ns-custom-field': z.boolean().optional().catch(undefined),
})
const schema = z.object({
  properties: z.record(z.string(), z.unknown()),
  required: z.array(z.string()).optional().catch(undefined),
})

/** A field, and whether its values are records of a list: {"id": "1"} when written, the bare id in SuiteQL. */
export interface OwnField extends NativeField {
  listed: boolean
}

const RECORDS: Record<FieldKind, string> = {
  item: 'inventoryItem',
  customer: 'customer',
  order: 'salesOrder',
}
const TABLES: Record<FieldKind, string> = { item: 'item', customer: 'customer', order: 'transaction' }
const PREFIXES: Record<FieldKind, string> = { item: 'custitem', customer: 'custentity', order: 'custbody' }
const WORDS: Record<string, NativeField['type']> = {
  string: 'TEXT',
  boolean: 'BOOLEAN',
  number: 'NUMBER',
  integer: 'NUMBER',
}
const TIMED = /^date(-time)?$/

function toField(kind: FieldKind, name: string, facts: unknown, required: boolean): OwnField[] {
  const { data: native } = property.safeParse(facts)
  if (!native) return []
  const custom = native['x-ns-custom-field'] ?? name.startsWith(PREFIXES[kind])
  const id = z
    .object({ enum: z.array(z.string()).optional().catch(undefined) })
    .safeParse(native.properties?.id)
  // A sublist is an object too, and has no id of its own.
  const listed = native.type === 'object' && id.success
  const type = listed ? 'PICKLIST' : TIMED.test(native.format ?? '') ? 'DATE' : WORDS[native.type ?? '']
  if (!type || (listed && !custom)) return []
  const values = listed ? id.data?.enum : undefined
  const options = values ? values.map((value) => ({ value, label: value })) : null
  return [{ name, label: native.title || name, type, required, custom, options, listed }]
}

/** The fields of an account's records, from its own metadata catalogue; read when first needed and kept. */
export class OwnFields {
  readonly #client: Client
  readonly #kept: Record<FieldKind, Kept<OwnField[]>>
  readonly #readable: Record<FieldKind, Kept<OwnField[]>>

  constructor(client: Client) {
    this.#client = client
    const keep = (kind: FieldKind) => new Kept(() => this.#load(kind))
    this.#kept = { item: keep('item'), customer: keep('customer'), order: keep('order') }
    const probe = (kind: FieldKind) => new Kept(() => this.#probe(kind))
    this.#readable = { item: probe('item'), customer: probe('customer'), order: probe('order') }
  }

  /** The fields of a kind of record that hold one plain value. */
  async of(kind: FieldKind): Promise<OwnField[]> {
    return this.#kept[kind].get()
  }

  /** The custom fields; those that an operator named where the catalogue is shut to us. */
  async custom(kind: FieldKind): Promise<OwnField[]> {
    try {
      return (await this.of(kind)).filter(({ custom }) => custom)
    } catch (error) {
      const shut = error instanceof ErpError && ['PERMISSION_DENIED', 'NOT_FOUND'].includes(error.code)
      if (!shut) throw error
      return this.#named(kind)
    }
  }

  /** The custom fields that SuiteQL knows too: its catalogue is another one, and one strange column spoils a read. */
  ofReads(kind: FieldKind): Promise<OwnField[]> {
    return this.#readable[kind].get()
  }

  /** Fields to be written. Throws ErpError VALIDATION for one that the kind of record does not have. */
  async body(kind: FieldKind, attributes: CustomAttribute[] | null | undefined): Promise<object> {
    if (!attributes?.length) return {}
    const known = await this.custom(kind)
    return Object.fromEntries(
      ownValues('NetSuite', known, attributes).map(({ field: { name, type }, value }) => {
        if (value === null) return [name, type === 'BOOLEAN' ? false : null]
        if (type === 'BOOLEAN') return [name, value === 'true']
        if (type === 'NUMBER') return [name, exactNumber(value)]
        const listed = known.some((field) => field.name === name && field.listed)
        return [name, listed ? { id: value } : value]
      }),
    )
  }

  /** What an operator named by hand, as texts. */
  #named(kind: FieldKind): OwnField[] {
    const { itemFields, customerFields, orderFields } = this.#client.config
    const names = { item: itemFields, customer: customerFields, order: orderFields }[kind]
    return names.map((name) => ({
      ...{ name: name.toLowerCase(), label: name, type: 'TEXT', required: false, custom: true },
      ...{ options: null, listed: false },
    }))
  }

  async #probe(kind: FieldKind): Promise<OwnField[]> {
    const fields = await this.custom(kind)
    if (fields.length === 0) return []
    const columns = columnsOf('r', fields).join(', ')
    try {
      await this.#client.rows(`SELECT ${columns} FROM ${TABLES[kind]} r WHERE r.id = 0 ORDER BY r.id`)
      return fields
    } catch (error) {
      if (error instanceof ErpError && error.code === 'VALIDATION') return this.#named(kind)
      throw error
    }
  }

  async #load(kind: FieldKind): Promise<OwnField[]> {
    const { properties, required = [] } = shaped(
      schema,
      await this.#client.catalogue(RECORDS[kind]),
      'A schema',
    )
    return Object.entries(properties).flatMap(([name, facts]) =>
      toField(kind, name, facts, required.includes(name)),
    )
  }
}

/** The columns that a statement adds for custom fields; days and texts in the form of ISO 8601. */
export function columnsOf(alias: string, fields: OwnField[]): string[] {
  return fields.map(({ name, type }) =>
    type === 'DATE' ? `TO_CHAR(${alias}.${name}, 'YYYY-MM-DD') AS ${name}` : `${alias}.${name}`,
  )
}

function asText(value: string, { type }: OwnField): string {
  if (type === 'BOOLEAN') return String(value === 'T')
  return type === 'NUMBER' && /^-?\d*\.?\d+([eE][+-]?\d+)?$/.test(value) ? new Big(value).toFixed() : value
}

/** The custom fields of a row as text; SuiteQL leaves out what is empty. */
export function customOf(row: Row, fields: OwnField[]): CustomAttribute[] {
  return fields.map((field) => {
    const value = row[field.name.toLowerCase()]
    return { key: field.name, value: typeof value === 'string' && value ? asText(value, field) : null }
  })
}
