import { z } from 'zod'
import type { SandboxAnswer } from '../../sandbox.ts'
import { uuid } from './columns.ts'
import type { Company } from './company.ts'
import { type Model, TABLES } from './model.ts'
import type { Column } from './query.ts'
import type { Records, Stored } from './records.ts'
import { refuse } from './refusal.ts'

const ref = z.strictObject({ typeId: z.uuid(), recordId: z.uuid() })
const scalar = z.strictObject({
  kind: z.string(),
  value: z.union([z.string(), z.boolean()]).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .nullable()
    .optional(),
})
const input = z.strictObject({
  expectedRevision: z.int(),
  idempotencyKey: z.string().min(8).max(200),
  mutation: z.strictObject({
    action: z.literal('update'),
    ref,
    expectedVersion: z.int().positive(),
    fields: z.array(z.strictObject({ fieldId: z.uuid(), value: scalar.nullable() })).max(250),
  }),
})
type Input = z.output<typeof input>
type Assigned = Input['mutation']['fields'][number]
const KINDS: Record<string, string> = {
  email: 'text',
  phone: 'text',
  url: 'text',
  number: 'decimal',
  currency: 'decimal',
}

/** What is kept of a value: the text that stands in the column. */
function textOf({ value }: Assigned, column: Column, model: Model): string | null {
  if (value === null) return null
  const options = column.options?.options ?? []
  if (value.kind === 'select')
    return options.find((option) => model.optionId(column, option.value) === value.value)?.value ?? null
  return `${String(value.value)}${value.currency ? ` ${value.currency}` : ''}`
}

/** Writes of the second generation: by version and revision, each key once, some put off. */
export class Mutations {
  readonly #company: Company
  readonly #model: Model
  readonly #records: Records
  readonly #isHidden: (one: Stored, fieldId: string) => boolean
  readonly #done = new Map<string, { body: string; answer: SandboxAnswer }>()
  readonly #looks = new Map<string, number>()

  constructor(
    company: Company,
    model: Model,
    records: Records,
    isHidden: (one: Stored, fieldId: string) => boolean,
  ) {
    this.#company = company
    this.#model = model
    this.#records = records
    this.#isHidden = isHidden
  }

  mutate(body: unknown): SandboxAnswer {
    const parsed = input.safeParse(body)
    if (!parsed.success) return refuse(400, z.prettifyError(parsed.error))
    const { idempotencyKey: key } = parsed.data
    const known = this.#done.get(key)
    const text = JSON.stringify(parsed.data.mutation)
    if (known)
      return known.body === text ? known.answer : refuse(409, 'The key was used', [], 'idempotencyKeyReused')
    const answer = this.#write(parsed.data)
    if (answer.status === 200) this.#done.set(key, { body: text, answer })
    return answer
  }

  #write({ expectedRevision, mutation, idempotencyKey }: Input): SandboxAnswer {
    const { typeId, recordId } = mutation.ref
    const type = this.#model.typeOf(typeId)
    const one = type && this.#records.find(type, recordId)
    if (!one || type === 'lineItem') return refuse(404, 'Record not found', [], 'recordNotFound')
    if (expectedRevision !== this.#model.revision)
      return refuse(409, 'The model has changed', ['expectedRevision'], 'recordSchemaChanged')
    if (mutation.expectedVersion !== one.version)
      return refuse(409, 'The record has changed', ['mutation', 'expectedVersion'], 'recordVersionChanged')
    const { columns } = this.#company.tables.all[TABLES[type]]
    for (const [at, assigned] of mutation.fields.entries()) {
      const wrong = this.#wrong(one, assigned)
      if (wrong) return refuse(wrong, 'Invalid value', ['mutation', 'fields', at])
    }
    for (const assigned of mutation.fields) {
      const column = columns.find((found) => this.#model.fieldId(found) === assigned.fieldId)
      if (column) this.#company.tables.putInto(one.row, column.id, textOf(assigned, column, this.#model))
    }
    if (mutation.fields.length > 0) this.#company.changed(TABLES[type], one.row)
    return this.#answer(one, mutation.ref, idempotencyKey)
  }

  /** What is written into one large deal takes a while. */
  #answer({ row }: Stored, done: z.output<typeof ref>, key: string): SandboxAnswer {
    const schemaRevision = this.#model.revision
    if (row.name !== 'Großauftrag')
      return { status: 200, body: { status: 'completed', refs: [done], schemaRevision } }
    const operationId = uuid(this.#company.company, `operation ${key}`)
    this.#looks.set(operationId, 0)
    return { status: 200, body: { status: 'pending', operationId, schemaRevision } }
  }

  #wrong(one: Stored, { fieldId, value }: Assigned): number | null {
    if (this.#isHidden(one, fieldId)) return 403
    const field = this.#model.fields.find(({ id }) => id === fieldId)
    if (!field || field.typeId !== this.#model.id(one.type) || field.behavior.kind !== 'input') return 400
    if (value === null) return null
    if (value.kind !== (KINDS[field.valueType] ?? field.valueType)) return 400
    const isOption = field.options.some(({ id }) => id === value.value)
    return field.valueType === 'select' && !isOption ? 400 : null
  }

  /** The first look at a write that was put off finds it under way. */
  status(body: unknown): SandboxAnswer {
    const { operationId: id = '' } = (body ?? {}) as { operationId?: string }
    const looks = this.#looks.get(id)
    if (looks === undefined) return refuse(404, 'Not found')
    this.#looks.set(id, looks + 1)
    const state = looks === 0 ? 'staging' : 'completed'
    return { status: 200, body: { id, state, processed: looks, total: 1, errorCode: null, result: null } }
  }
}
