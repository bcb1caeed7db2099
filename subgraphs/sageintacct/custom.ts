import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { CustomAttribute } from '../../schema/index.ts'
import type { FieldKind, NativeField } from '../connector.ts'
import { type OwnValue, ownValues } from '../custom.ts'
import { exactNumber } from '../json.ts'
import { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import type { Client, Row } from './client.ts'
import type { Source } from './read.ts'

/** REST puts this before the integration name of a custom field. */
const SPACE = 'nsp::'

const field = z.object({
  type: z.string(),
  format: z.string().nullish(),
  enum: z.array(z.string().nullable()).nullish(),
  required: z.boolean().nullish(),
  readOnly: z.boolean().nullish(),
})
const model = z.object({ 'ia::result': z.object({ fields: z.record(z.string(), z.unknown()) }) })

function typeOf({ type, format, enum: values }: z.output<typeof field>): NativeField['type'] | null {
  if (type === 'boolean') return 'BOOLEAN'
  if (type === 'number' || type === 'integer') return 'NUMBER'
  if (type !== 'string') return null
  if (format === 'date' || format === 'date-time') return 'DATE'
  return values?.some((value) => value !== null) ? 'PICKLIST' : 'TEXT'
}

function toField(path: string, told: unknown): NativeField[] {
  const { data } = field.safeParse(told)
  const type = data ? typeOf(data) : null
  const custom = path.startsWith(SPACE)
  // Others may be read, but a field that nobody can fill in is nothing to map on.
  if (!data || !type || data.readOnly) return []
  const name = custom ? path.slice(SPACE.length) : path
  const values = (data.enum ?? []).flatMap((value) => (value === null || value === '' ? [] : [value]))
  const options = type === 'PICKLIST' ? [...new Set(values)].map((value) => ({ value, label: value })) : null
  return [{ name, label: name, type, required: data.required ?? false, custom, options }]
}

/**
 * The fields of a company's objects, by the model service: custom ones are ordinary properties whose names begin with
 * nsp::. Labels are not told. https://developer.sage.com/intacct/docs/developer-portal/guides/custom-fields
 */
export class OwnFields {
  readonly #client: Client
  readonly #kept: Record<FieldKind, Kept<NativeField[]>>

  constructor(client: Client) {
    this.#client = client
    const keep = (object: string) => new Kept(() => this.#load(object))
    this.#kept = {
      item: keep('inventory-control/item'),
      customer: keep('accounts-receivable/customer'),
      order: keep(`order-entry/document::${client.config.orderDefinition}`),
    }
  }

  /** The fields of a kind; a custom one goes by its integration name, without the prefix of REST. */
  of(kind: FieldKind): Promise<NativeField[]> {
    return this.#kept[kind].get()
  }

  /** What is to be written. Throws ErpError VALIDATION for a field that the company does not have. */
  async values(kind: FieldKind, attributes: CustomAttribute[] | null | undefined): Promise<OwnValue[]> {
    return attributes?.length ? ownValues('Sage Intacct', await this.of(kind), attributes) : []
  }

  /** The same as properties of REST. */
  async body(
    kind: FieldKind,
    attributes: CustomAttribute[] | null | undefined,
  ): Promise<Record<string, unknown>> {
    const all = await this.values(kind, attributes)
    return Object.fromEntries(
      all.map(({ field: { name, type }, value }) => [SPACE + name, sent(type, value)]),
    )
  }

  async #load(object: string): Promise<NativeField[]> {
    const answer = await this.#client.model(object)
    const { fields } = shaped(model, answer, `The model of ${object}`)['ia::result']
    const all = Object.entries(fields).flatMap(([path, told]) => toField(path, told))
    const own = new Set(all.flatMap(({ name, custom }) => (custom ? name : [])))
    return all.filter(({ name, custom }) => custom || !own.has(name))
  }
}

function sent(type: NativeField['type'], value: string | null): unknown {
  if (type === 'BOOLEAN') return value === 'true'
  if (value === null) return null
  if (type === 'NUMBER') return exactNumber(value)
  return type === 'DATE' ? value.slice(0, 10) : value
}

function asText(value: unknown): string | null {
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

/** The source with the custom fields of its kind, which a query has to name. */
export function withOwn<T>(source: Source<T>, kind: FieldKind, own: OwnFields): () => Promise<Source<T>> {
  return async () => {
    const custom = (await own.of(kind)).filter((one) => one.custom)
    if (custom.length === 0) return source
    const read = (row: Row): CustomAttribute[] =>
      custom.map(({ name }) => ({ key: name, value: asText(row[SPACE + name]) }))
    return {
      ...source,
      fields: [...source.fields, ...custom.map(({ name }) => SPACE + name)],
      async finish(rows) {
        const map = await source.finish(rows)
        return (row: Row): T | ErpError => {
          const record = map(row)
          return record instanceof ErpError ? record : { ...record, customAttributes: read(row) }
        }
      },
    }
  }
}
