import { ErpError } from '../../schema/errors.ts'
import type { CustomAttribute } from '../../schema/index.ts'
import type { FieldKind, NativeField } from '../connector.ts'
import { ownValues } from '../custom.ts'
import { type Json, plain } from '../json.ts'
import { Kept } from '../kept.ts'
import { jsonDate, milliseconds } from '../odata2.ts'
import { type Element, at, childrenOf, readXml } from '../xml.ts'
import type { Client, Service } from './client.ts'
import type { Source } from './read.ts'

/** A field with the type that its service gives it: "Edm.DateTime". */
interface OwnField extends NativeField {
  edm: string
}

const TYPES: Record<string, NativeField['type']> = {
  'Edm.String': 'TEXT',
  'Edm.Boolean': 'BOOLEAN',
  'Edm.Decimal': 'NUMBER',
  'Edm.Int16': 'NUMBER',
  'Edm.Int32': 'NUMBER',
  'Edm.DateTime': 'DATE',
}
const PLACES: Record<FieldKind, [service: Service, type: string]> = {
  item: ['API_PRODUCT_SRV', 'A_ProductType'],
  customer: ['API_BUSINESS_PARTNER', 'A_BusinessPartnerType'],
  order: ['API_SALES_ORDER_SRV', 'A_SalesOrderType'],
}

function toField({ attributes }: Element): OwnField[] {
  const { Name: name = '', Type: edm = '', Nullable: nullable } = attributes
  const type = TYPES[edm]
  if (!name || !type) return []
  const label = attributes.label?.trim() || name
  return [
    {
      name,
      label,
      type,
      required: nullable === 'false',
      custom: name.startsWith('YY1_'),
      options: null,
      edm,
    },
  ]
}

function typesOf(metadata: Element): Element[] {
  const services = at(metadata, 'DataServices')
  return childrenOf(services, 'Schema').flatMap((schema) => childrenOf(schema, 'EntityType'))
}

/** The fields of a tenant's services, from their metadata: custom ones are ordinary properties named YY1_… */
export class OwnFields {
  readonly #client: Client
  readonly #kept: Record<FieldKind, Kept<OwnField[]>>

  constructor(client: Client) {
    this.#client = client
    const keep = (kind: FieldKind) => new Kept(() => this.#load(kind))
    this.#kept = { item: keep('item'), customer: keep('customer'), order: keep('order') }
  }

  /** The fields of a kind without the one that holds our reference. */
  of(kind: FieldKind): Promise<OwnField[]> {
    return this.#kept[kind].get()
  }

  /** The custom fields of a row as text; the row holds all that the service has. */
  async read(kind: FieldKind | undefined): Promise<((row: Json) => CustomAttribute[]) | null> {
    const own = kind ? (await this.of(kind)).filter(({ custom }) => custom) : []
    return own.length === 0
      ? null
      : (row) => own.map((field) => ({ key: field.name, value: asText(row, field) }))
  }

  /** Fields to be written. Throws ErpError VALIDATION for one that the service does not have. */
  async body(
    kind: FieldKind,
    attributes: CustomAttribute[] | null | undefined,
  ): Promise<Record<string, unknown>> {
    if (!attributes?.length) return {}
    return Object.fromEntries(
      ownValues('SAP S/4HANA', await this.of(kind), attributes).map(({ field: { name, type }, value }) => {
        if (type === 'BOOLEAN') return [name, value === 'true']
        if (type === 'DATE') return [name, value === null ? null : jsonDate(value.slice(0, 10))]
        if (type === 'NUMBER') return [name, value === null ? '0' : plain(value)]
        return [name, value ?? '']
      }),
    )
  }

  async #load(kind: FieldKind): Promise<OwnField[]> {
    const [service, name] = PLACES[kind]
    const found = typesOf(readXml(await this.#client.metadata(service))).find(
      ({ attributes }) => attributes.Name === name,
    )
    if (!found)
      throw new ErpError('BAD_ANSWER', `The metadata of ${service} has no ${name}.`, { field: name })
    const { referenceField } = this.#client.config
    return childrenOf(found, 'Property')
      .flatMap(toField)
      .filter((field) => field.name !== referenceField)
  }
}

function asText(row: Json, { name, type }: OwnField): string | null {
  const value = row !== null && typeof row === 'object' && !Array.isArray(row) ? row[name] : null
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string' || value === '') return null
  if (type !== 'DATE') return value
  const day = milliseconds(value)
  return day === null ? null : new Date(day).toISOString().slice(0, 10)
}

/** The source with the custom fields that its service has. */
export async function withOwn<T>(source: Source<T>, own: OwnFields): Promise<Source<T>> {
  const read = await own.read(source.own)
  if (!read) return source
  const map = async (rows: Json[]) =>
    (await source.map(rows)).map((record, index) =>
      record instanceof ErpError ? record : { ...record, customAttributes: read(rows[index] ?? null) },
    )
  return { ...source, map }
}
