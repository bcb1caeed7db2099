import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { CustomAttribute } from '../../schema/index.ts'
import type { FieldKind, NativeField } from '../connector.ts'
import { ownValues } from '../custom.ts'
import { type Json, exactNumber } from '../json.ts'
import { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import { type Client, filtersOf } from './client.ts'
import { code, text, yes } from './shapes.ts'

/** A user-defined field as the metadata tells it; its property is U_ and its name. */
const definition = z.object({
  TableName: code,
  Name: code,
  Description: text,
  Type: z.string(),
  SubType: z.string(),
  Mandatory: yes,
  ValidValuesMD: z.array(z.object({ Value: text, Description: text })).nullable(),
})
type Definition = z.output<typeof definition>

/** A user-defined field, and how its values stand in a row. */
export interface OwnField extends NativeField {
  native: Pick<Definition, 'Type' | 'SubType'>
}

/** Table, set and key of a kind of record. */
const PLACES: Record<FieldKind, { table: string; set: string; key: string }> = {
  item: { table: 'OITM', set: 'Items', key: 'ItemCode' },
  customer: { table: 'OCRD', set: 'BusinessPartners', key: 'CardCode' },
  order: { table: 'ORDR', set: 'Orders', key: 'DocEntry' },
}
const KINDS: FieldKind[] = ['item', 'customer', 'order']
const NUMBERS = new Set(['db_Numeric', 'db_Float'])

function typeOf({ Type, SubType, ValidValuesMD }: Definition): NativeField['type'] {
  if (SubType === 'st_Checkbox') return 'BOOLEAN'
  if (ValidValuesMD?.length) return 'PICKLIST'
  if (NUMBERS.has(Type)) return 'NUMBER'
  return Type === 'db_Date' && SubType !== 'st_Time' ? 'DATE' : 'TEXT'
}

function toField(row: Definition): OwnField {
  const type = typeOf(row)
  const values = (row.ValidValuesMD ?? []).flatMap(({ Value: value, Description: label }) =>
    value === null ? [] : [{ value, label: label ?? value }],
  )
  return {
    name: `U_${row.Name}`,
    label: row.Description ?? row.Name,
    type,
    required: row.Mandatory,
    custom: true,
    options: type === 'PICKLIST' ? values : null,
    native: row,
  }
}

/** The user-defined fields of a company, read when first needed and kept. */
export class OwnFields {
  readonly #client: Client
  readonly #kept = new Kept(() => this.#load())

  constructor(client: Client) {
    this.#client = client
  }

  /** The fields of a kind of record without the one that holds our reference. */
  async of(kind: FieldKind): Promise<OwnField[]> {
    return (await this.#kept.get())[kind]
  }

  /** The fields that reads ask for; none where the user may not see which there are. */
  async ofReads(kind: FieldKind | undefined): Promise<OwnField[]> {
    try {
      return kind ? await this.of(kind) : []
    } catch (error) {
      if (error instanceof ErpError && error.code === 'PERMISSION_DENIED') return []
      throw error
    }
  }

  /** Fields to be written. Throws ErpError VALIDATION for one that the kind of record does not have. */
  async body(kind: FieldKind, attributes: CustomAttribute[] | null | undefined): Promise<object> {
    if (!attributes?.length) return {}
    const known = await this.of(kind)
    return Object.fromEntries(
      ownValues('SAP Business One', known, attributes).map(({ field: { name, type }, value }) => {
        const native = known.find((field) => field.name === name)?.native
        if (type === 'BOOLEAN') return [name, value === 'true' ? 'Y' : 'N']
        if (value === null) return [name, type === 'TEXT' ? '' : null]
        if (type === 'DATE') return [name, value.slice(0, 10)]
        return [name, NUMBERS.has(native?.Type ?? '') ? exactNumber(value) : value]
      }),
    )
  }

  async #load(): Promise<Record<FieldKind, OwnField[]>> {
    const { config } = this.#client
    const select = Object.keys(definition.shape)
    const tables = KINDS.map((kind) => PLACES[kind].table)
    const [filter] = filtersOf('TableName', tables)
    const [rows = []] = await this.#client.read([['UserFieldsMD', { filter, select }]])
    const all = rows.map((row) => shaped(definition, row, 'A row of UserFieldsMD'))
    const ours = [config.orderReference, config.customerReference]
    const fields = await Promise.all(
      KINDS.map(async (kind): Promise<[FieldKind, OwnField[]]> => {
        const own = all.filter(({ TableName }) => TableName === PLACES[kind].table).map(toField)
        const others = own.filter(({ name }) => !ours.includes(name))
        return [kind, await this.#loaded(kind, others)]
      }),
    )
    return Object.fromEntries(fields) as Record<FieldKind, OwnField[]>
  }

  /** A field that is new stays an invalid property until the Service Layer restarts (guide, user-defined fields). */
  async #loaded(kind: FieldKind, fields: OwnField[]): Promise<OwnField[]> {
    if (fields.length === 0) return []
    const { set, key } = PLACES[kind]
    const select = [key, ...fields.map(({ name }) => name)]
    try {
      await this.#client.page([set, { select, orderby: key }], 1)
      return fields
    } catch (error) {
      const said = error instanceof ErpError && error.code === 'VALIDATION' ? (error.said ?? '') : ''
      const [, strange] = /'(U_\w+)'/.exec(said) ?? []
      const rest = fields.filter(({ name }) => name !== strange)
      if (rest.length === fields.length) throw error
      return this.#loaded(kind, rest)
    }
  }
}

function asText(value: string, { type, native }: OwnField): string {
  if (type === 'BOOLEAN') return String(value === 'Y')
  if (type === 'DATE') return value.slice(0, 10)
  const numeric = NUMBERS.has(native.Type) && /^-?\d+(\.\d+)?([eE][+-]?\d{1,2})?$/.test(value)
  return numeric ? new Big(value).toFixed() : value
}

/** The user-defined fields of a row as text. */
export function customOf(row: Json, fields: OwnField[]): CustomAttribute[] {
  const cells = row !== null && typeof row === 'object' && !Array.isArray(row) ? row : {}
  return fields.map((field) => {
    const value = cells[field.name]
    return { key: field.name, value: typeof value === 'string' && value ? asText(value, field) : null }
  })
}
