import { z } from 'zod'
import type { NativeError, Sandbox, SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { type Name, shownColumn } from './columns.ts'
import { Company, KEY, bodyOf } from './company.ts'
import { type Row, filterable, refuse, search } from './query.ts'

const ROUTE = /^\/v1\/(services|organizations|contacts|deals|tasks)(?:\/([^/]+))?$/
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const INVALID = '✖ Invalid input: expected string, received number\n  → at searchTerm'
const REQUIRED = '✖ Invalid input: expected string, received undefined\n  → at name'
const changes = z.object({
  name: z.string().min(1).optional(),
  customFieldValues: z
    .array(z.object({ columnId: z.uuid(), value: z.string().nullable() }))
    .nullable()
    .optional(),
})
const newTask = z.object({
  name: z.string().min(1),
  userIds: z.array(z.uuid()).default([]),
  dealIds: z.array(z.uuid()).default([]),
})

function onItems(code: NativeError['code'], status: number, said: string): NativeError {
  return { on: 'items', match: '/v1/services/', answer: refuse(status, said), code }
}

const ERRORS: Sandbox['errors'] = {
  invalid: onItems('VALIDATION', 400, INVALID),
  required: onItems('MISSING_REQUIRED_FIELD', 400, REQUIRED),
  unauthorized: onItems('AUTHENTICATION_FAILED', 401, 'Unauthorized'),
  forbidden: onItems('AUTHENTICATION_FAILED', 403, 'Forbidden'),
  newer: onItems('NOT_FOUND', 404, 'Not found'),
  limited: onItems('RATE_LIMITED', 429, 'Too many requests'),
  broken: onItems('UNAVAILABLE', 500, 'Internal server error'),
}

/** An installation of the older generation, which has addresses for contacts, organisations, deals and services. */
export class First extends Company {
  readonly errors = ERRORS

  handle({ method, path, headers, body }: SandboxRequest): SandboxAnswer {
    if (headers['x-api-key'] !== KEY) return refuse(401, 'Unauthorized')
    if (method === 'GET' && path === '/v1/users/me')
      return { status: 200, body: { firstName: 'ERP', lastName: 'Brücke', country: 'de', avatarUrl: null } }
    const [, name, what = ''] = ROUTE.exec(path) ?? []
    if (!name) return refuse(404, 'Not found')
    const entity = name as Name
    if (method === 'POST' && what === 'search') return search(this.#table(entity), bodyOf(body))
    if (method === 'POST' && what === '' && entity === 'tasks') return this.#task(bodyOf(body))
    if (method === 'PUT') return this.asIntegration(() => this.#put(entity, what, bodyOf(body)))
    return method === 'GET' && what ? this.#get(entity, what) : refuse(404, 'Not found')
  }

  #get(entity: Name, what: string): SandboxAnswer {
    const table = this.#table(entity)
    const customColumns = table.columns.map(shownColumn)
    if (what === 'configuration') {
      const sortableFields = ['name', 'createdAt', 'updatedAt']
      return { status: 200, body: { customColumns, filterableFields: filterable(table), sortableFields } }
    }
    if (!UUID.test(what)) return refuse(400, '✖ Invalid UUID\n  → at id')
    const row = table.rows.find(({ id }) => id === what) ?? null
    return { status: 200, body: { [entity.slice(0, -1)]: row, customColumns } }
  }

  #task(body: unknown): SandboxAnswer {
    const parsed = newTask.safeParse(body)
    if (!parsed.success) return refuse(400, z.prettifyError(parsed.error))
    const { name, userIds, dealIds } = parsed.data
    return { status: 201, body: this.tables.addTask(name, userIds, dealIds) }
  }

  /** What is left out stays; custom columns are merged, null for all of them clears all. */
  #put(entity: Name, id: string, body: unknown): SandboxAnswer {
    const parsed = changes.safeParse(body)
    if (!parsed.success) return refuse(400, z.prettifyError(parsed.error))
    const row = this.tables.all[entity].rows.find((one) => one.id === id)
    if (!row) return refuse(404, 'Not found')
    const { name, customFieldValues: values } = parsed.data
    const { columns } = this.tables.all[entity]
    for (const [at, { columnId, value }] of (values ?? []).entries()) {
      const column = columns.find((one) => one.id === columnId)
      const options = column?.options?.options
      const isKnown = !value || !options || options.some((option) => option.value === value)
      if (!column || !isKnown) return refuse(400, `✖ Invalid input\n  → at customFieldValues[${at}].value`)
    }
    const before = JSON.stringify(row)
    if (values === null) row.customFieldValues = []
    for (const { columnId, value } of values ?? []) this.tables.putInto(row, columnId, value || null)
    if (name) row.name = name
    if (JSON.stringify(row) !== before) this.changed(entity, row)
    return { status: 200, body: this.#shown(entity, row) }
  }

  #shown(entity: Name, row: Row): Row {
    return entity === 'deals' ? this.tables.shownDeal(row) : row
  }

  #table(entity: Name) {
    const table = this.tables.all[entity]
    return entity === 'deals' ? { ...table, rows: table.rows.map((row) => this.#shown(entity, row)) } : table
  }

  payload(name: Name, id: string, what: string) {
    const entity = name.slice(0, -1)
    const row = this.#table(name).rows.find((one) => one.id === id)
    return { event: `${entity}.${what}`, payload: { [entity]: row, changes: {} } }
  }
}
