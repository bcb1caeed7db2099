import { z } from 'zod'
import type { Demo } from '../../demo.ts'
import type { NativeError, Sandbox, SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { type Name, uuid } from './columns.ts'
import { Company, KEY, bodyOf } from './company.ts'
import { Model, TABLES, type Type } from './model.ts'
import { Mutations } from './mutate.ts'
import { type Stored, Records } from './records.ts'
import { type Selection, find, query, read } from './select.ts'
import { refuse } from './refusal.ts'

function onItems(code: NativeError['code'], answer: SandboxAnswer): NativeError {
  return { on: 'items', match: '/v1/records/query', answer, code }
}

const ERRORS: Sandbox['errors'] = {
  invalid: onItems('VALIDATION', refuse(400, 'Invalid value', ['sort', 0, 'fieldId'])),
  required: onItems(
    'MISSING_REQUIRED_FIELD',
    refuse(400, 'Invalid input: expected string, received undefined'),
  ),
  unauthorized: onItems('AUTHENTICATION_FAILED', refuse(401, 'Not authenticated')),
  forbidden: onItems('AUTHENTICATION_FAILED', refuse(403, 'You do not have permission')),
  gone: onItems('NOT_FOUND', refuse(404, 'Record type not found')),
  conflict: onItems('CONFLICT', refuse(409, 'The model has changed', [], 'recordSchemaChanged')),
  limited: onItems('RATE_LIMITED', refuse(429, 'Too many requests')),
  broken: onItems('UNAVAILABLE', refuse(500, 'Unexpected error')),
}
const putField = z.object({
  expectedRevision: z.int(),
  idempotencyKey: z.string().min(8).max(200),
  operations: z.array(
    z.object({
      operation: z.literal('putField'),
      field: z.object({ id: z.uuid(), typeId: z.uuid(), label: z.string(), valueType: z.string() }),
    }),
  ),
})

/** An installation of the newer generation, which knows records of a model and none of the older addresses. */
export class Second extends Company {
  readonly errors = ERRORS
  readonly #model: Model
  readonly #records: Records
  readonly #mutations: Mutations

  constructor(demo: Demo) {
    super(demo)
    this.#model = new Model(this.company, this.tables)
    this.#records = new Records(this.company, this.tables, this.#model)
    this.#mutations = new Mutations(this, this.#model, this.#records, (one, id) => this.#isHidden(one, id))
  }

  handle({ method, path, headers, body }: SandboxRequest): SandboxAnswer {
    if (headers['x-api-key'] !== KEY) return refuse(401, 'Not authenticated')
    const route = method === 'POST' ? path.replace('/v1/', '') : ''
    const asked = bodyOf(body)
    if (route === 'model/discover') return this.#discover()
    if (route === 'model/apply') return this.#apply(asked)
    if (route === 'records/query') return this.#query(asked)
    if (route === 'records/read') return this.#read(asked)
    if (route === 'records/mutate') return this.asIntegration(() => this.#mutations.mutate(asked))
    if (route === 'operations/status') return this.#mutations.status(asked)
    return refuse(404, 'Not found')
  }

  /** Amounts carry their currency here. */
  override config(url: string): Record<string, unknown> {
    const { columns, ...config } = super.config(url)
    const { deals, ...others } = columns as { deals: Record<string, string> }
    const { currency: _currency, ...own } = deals
    return { ...config, columns: { ...others, deals: own } }
  }

  #discover(): SandboxAnswer {
    const { revision, types, fields, relationships } = this.#model
    return { status: 200, body: { revision, types, fields, relationships, capabilities: [] } }
  }

  /** People change the model, such as by a new field. */
  #apply(body: unknown): SandboxAnswer {
    const parsed = putField.safeParse(body)
    if (!parsed.success) return refuse(400, z.prettifyError(parsed.error))
    if (parsed.data.expectedRevision !== this.#model.revision)
      return refuse(409, 'The model has changed', ['expectedRevision'], 'recordSchemaChanged')
    for (const { field } of parsed.data.operations) {
      const rest = { behavior: { kind: 'input' }, required: false, archived: false, options: [], position: 9 }
      this.#model.fields.push({ ...field, ...rest })
    }
    this.#model.revision += 1
    return { status: 200, body: { status: 'completed', refs: [], schemaRevision: this.#model.revision } }
  }

  #query(body: unknown): SandboxAnswer {
    const parsed = query.safeParse(body)
    if (!parsed.success) return refuse(400, z.prettifyError(parsed.error))
    const { typeId, page, pageSize, includeRelationships } = parsed.data
    const type = this.#model.typeOf(typeId)
    if (!type) return refuse(404, 'Record type not found', ['typeId'])
    const found = find(this.#records.all(type), parsed.data, this.#model)
    if (typeof found === 'string') return refuse(400, 'Invalid value', [found])
    const shown = found.slice((page - 1) * pageSize, page * pageSize)
    const records = shown.map((one) => this.#shown(one, includeRelationships, parsed.data.includeIdentities))
    const schemaRevision = this.#model.revision
    return { status: 200, body: { records, total: found.length, page, pageSize, schemaRevision } }
  }

  #read(body: unknown): SandboxAnswer {
    const parsed = read.safeParse(body)
    if (!parsed.success) return refuse(400, z.prettifyError(parsed.error))
    const type = this.#model.typeOf(parsed.data.typeId)
    const one = type && this.#records.find(type, parsed.data.recordId)
    if (!one) return refuse(404, 'Record not found', [], 'recordNotFound')
    return { status: 200, body: this.#shown(one, parsed.data.includeRelationships, true) }
  }

  /** One organisation's credit limit and the margins of deals are not for the user of the integration. */
  #isHidden({ type, row }: Stored, fieldId: string): boolean {
    const { organizations } = this.tables.all
    if (type === 'organization')
      return row === organizations.rows[9] && fieldId === this.tables.column('organizations', 'Kreditlimit')
    return fieldId === this.tables.column('deals', 'Marge %')
  }

  /** The records to which one relation leads, as many as were asked for. */
  #linked({ links }: Stored, { relationId, direction, limit }: Selection): object {
    const linked = links.filter(({ key }) => this.#model.id(key) === relationId)
    const records = linked.slice(0, limit).map(({ type, id, title }) => ({
      ref: { typeId: this.#model.id(type), recordId: id },
      title: { state: 'value', value: { kind: 'text', value: title } },
    }))
    return { relationId, direction, records, readableCount: linked.length, hasMore: linked.length > limit }
  }

  #shown(one: Stored, selections: Selection[] = [], withIdentities = false): object {
    const typeId = this.#model.id(one.type)
    const fields = this.#model.fields.filter((field) => field.typeId === typeId)
    const resultOf = (id: string) => {
      if (this.#isHidden(one, id)) return { state: 'restricted' }
      const value = one.fields.get(id)
      return value ? { state: 'value', value } : { state: 'missing' }
    }
    const users = one.type === 'deal' ? [uuid(this.company, 'user seller')] : []
    const emails = (one.row.emails ?? []) as string[]
    return {
      ref: { typeId, recordId: one.id },
      version: one.version,
      schemaRevision: this.#model.revision,
      createdAt: one.createdAt,
      updatedAt: one.updatedAt,
      assignedUserIds: users,
      relationships: selections.map((selection) => this.#linked(one, selection)),
      fields: fields.map(({ id }) => ({ fieldId: id, result: resultOf(id) })),
      ...(withIdentities &&
        one.type === 'contact' && {
          identities: [
            { provider: 'whatsapp', value: '+49 170 0000000', channelClass: 'chat' },
            ...emails.map((value) => ({ provider: 'mail', value, channelClass: 'email' })),
          ],
        }),
    }
  }

  payload(name: Name, id: string, what: string) {
    const type = (Object.keys(TABLES) as (keyof typeof TABLES)[]).find((key) => TABLES[key] === name)
    const one = this.#records.find((type ?? 'deal') as Type, id)
    const afterVersion = one?.version ?? null
    const record = {
      ref: { typeId: this.#model.id(type ?? 'deal'), recordId: id },
      schemaRevision: this.#model.revision,
      beforeVersion: afterVersion === null ? 1 : afterVersion - 1,
      afterVersion,
      fields: [],
      links: [],
    }
    const event = `record.${what}`
    return { event, payload: { version: 2, event, record } }
  }
}
