import { z } from 'zod'
import { Refusal } from '../../refusal.ts'
import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { modelOf, ownOf } from './custom.ts'
import { fieldsOf, query } from './query.ts'
import { CUSTOMERS, addCustomer, contact } from './seed.ts'
import type { Row, Store } from './store.ts'

const reference = z.union([z.strictObject({ id: z.string() }), z.strictObject({ key: z.string() })])
const place = z.strictObject({
  printAs: z.string().max(200).optional(),
  companyName: z.string().max(200).optional(),
  email1: z.string().nullish(),
  phone1: z.string().nullish(),
  mailingAddress: z
    .strictObject({
      ...{
        addressLine1: z.string().nullish(),
        addressLine2: z.string().nullish(),
        addressLine3: z.string().nullish(),
      },
      ...{ city: z.string().nullish(), state: z.string().nullish(), postCode: z.string().nullish() },
      isoCountryCode: z
        .string()
        .regex(/^[a-z]{2}$/)
        .nullish(),
    })
    .optional(),
})
/** What a write may name and Intacct passes over in silence. */
const PASSED_OVER = ['totalDue', 'webUrl', 'entity', 'audit']
/** Custom fields of the company stand under nsp:: and must exist. */
const writable = z.strictObject({
  id: z.string().min(1).max(20).optional(),
  name: z.string().min(1).max(200),
  status: z.enum(['active', 'inactive']).optional(),
  taxId: z.string().nullish(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  creditLimit: z.string().optional(),
  isOnHold: z.boolean().optional(),
  customerType: reference.optional(),
  term: reference.optional(),
  contacts: z.strictObject({ default: place }).optional(),
})

const custom = z.strictObject(
  Object.fromEntries(
    Object.entries(ownOf(CUSTOMERS)).map(([name, told]) => {
      const form = told?.type === 'boolean' ? z.boolean() : told?.enum ? z.enum(told.enum) : z.string()
      return [name, form.nullish()]
    }),
  ),
)

/** What is written into custom fields, apart from everything else. */
function apart(body: unknown): { own: Record<string, unknown>; rest: unknown } {
  if (body === null || typeof body !== 'object') return { own: {}, rest: body }
  const [own, rest] = [true, false].map((wanted) =>
    Object.fromEntries(Object.entries(body).filter(([name]) => name.startsWith('nsp::') === wanted)),
  )
  return { own: checked(custom, own), rest }
}

/** The entities of the company; what is bought in dollars belongs to the second, all else to the first. */
export const ENTITIES = ['100-DE', '200-US']

/** What a request sees: with the header of an entity, the records of the other one are not there. */
function sightOf({ headers }: SandboxRequest): (row: Row) => boolean {
  const entity = headers['x-ia-api-param-entity']
  if (entity === undefined) return () => true
  if (!ENTITIES.includes(entity)) throw new Refusal(400, 'invalidRequest', `Entity ${entity} is not valid`)
  return ({ currency, txnCurrency }) =>
    [currency, txnCurrency].every(
      (code) => typeof code !== 'string' || (code === 'USD') === (entity === '200-US'),
    )
}

/** A refusal in the first of the three wrappings. */
export function refused(
  status: number,
  code: string,
  message: string,
  details: object[] = [],
): SandboxAnswer {
  return {
    status,
    body: {
      'ia::error': { code, message, supportId: 'kxi78%7EZuyXBDEGVHD2UmO1phYXDQAAAA8', details },
      'ia::meta': { totalCount: 1, totalSuccess: 0, totalError: 1 },
    },
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new Refusal(400, 'invalidRequest', 'The JSON of the request is malformed (REST-1030)')
  }
}

function checked<T extends z.ZodType>(form: T, body: unknown): z.output<T> {
  const result = form.safeParse(body)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field = issue?.path.join('.') ?? ''
  const missing = issue?.code === 'invalid_type' && issue.message.includes('undefined')
  throw new Refusal(422, 'operationFailed', missing ? `${field} is required` : `${field} ${issue?.message}`)
}

function done(table: string, { key, id }: Row, status: number): SandboxAnswer {
  const result = { key, id, href: `/objects/${table}/${key}` }
  return {
    status,
    body: { 'ia::result': result, 'ia::meta': { totalCount: 1, totalSuccess: 1, totalError: 0 } },
  }
}

/** The parts that refer to other records must exist. */
function properties(store: Store, body: Record<string, unknown>): Record<string, unknown> {
  const { term } = body as { term?: { id?: string } }
  if (term?.id !== undefined && !store.byId('accounts-receivable/term', term.id))
    throw new Refusal(422, 'operationFailed', `Term ${term.id} is not valid`)
  return body
}

function contactOf(
  old: unknown,
  next: z.output<typeof place> | undefined,
  name: string,
): Record<string, unknown> {
  const before = (old ?? contact(name, {})) as Record<string, unknown>
  const { mailingAddress, ...rest } = next ?? {}
  const at = { ...(before.mailingAddress as object), ...mailingAddress }
  return { ...before, ...rest, mailingAddress: at }
}

function createCustomer(store: Store, body: unknown): SandboxAnswer {
  const { own, rest } = apart(body)
  const { contacts, ...row } = checked(writable, rest)
  const id = row.id ?? `C-${20000 + store.all(CUSTOMERS).length}`
  if (store.all(CUSTOMERS).some((one) => String(one.id).toLowerCase() === id.toLowerCase()))
    throw new Refusal(422, 'operationFailed', `Another Customer with the given value(s) ${id} already exists`)
  const whole = {
    ...properties(store, row),
    ...own,
    id,
    contacts: { default: contactOf(null, contacts?.default, row.name) },
  }
  const made = addCustomer(store, whole)
  store.tell('customer', id)
  return done(CUSTOMERS, made, 201)
}

function patchCustomer(store: Store, key: string, body: unknown): SandboxAnswer {
  const row = store.table(CUSTOMERS).get(key)
  if (!row) throw new Refusal(404, 'notFound', `Customer ${key} not found`)
  const { own, rest: all } = apart(body)
  const said = all !== null && typeof all === 'object' ? Object.entries(all) : []
  const given = Object.fromEntries(said.filter(([name]) => !PASSED_OVER.includes(name)))
  const { contacts, ...rest } = checked(writable.omit({ id: true }).partial(), given)
  const old = (row.contacts as { default?: unknown } | undefined)?.default
  Object.assign(row, properties(store, rest), own)
  if (contacts) row.contacts = { default: contactOf(old, contacts.default, String(row.name)) }
  store.touch(row)
  store.tell('customer', String(row.id))
  return done(CUSTOMERS, row, 200)
}

/** One record, or several by a list of keys: then each part has a status of its own. */
function get(store: Store, object: string, keys: string[], sees: (row: Row) => boolean): SandboxAnswer {
  fieldsOf(store, object)
  const rows = keys
    .map((key) => store.table(object).get(key))
    .map((row) => (row && sees(row) ? row : undefined))
  const gone = (key: string) => ({
    'ia::error': { code: 'notFound', message: `The record ${key} does not exist` },
    'ia::status': 404,
  })
  if (rows.every((row) => row === undefined))
    return refused(404, 'notFound', `The record ${keys[0]} does not exist`)
  const result = rows.map((row, at) =>
    row ? { ...row, href: `/objects/${object}/${row.key}` } : gone(keys[at] ?? ''),
  )
  const totalError = rows.filter((row) => row === undefined).length
  return {
    status: totalError > 0 ? 207 : 200,
    body: {
      'ia::result': keys.length === 1 ? result[0] : result,
      'ia::meta': { totalCount: keys.length, totalSuccess: keys.length - totalError, totalError },
    },
  }
}

const part = z.strictObject({
  method: z.literal('POST'),
  path: z.literal('/services/core/query'),
  body: z.unknown(),
  resultReference: z.string().optional(),
})

/** Parts run one after the other until the first that fails. */
function composite(store: Store, body: unknown, sees: (row: Row) => boolean): SandboxAnswer {
  const parts = z.array(part).min(2).max(10).safeParse(body)
  if (!parts.success) throw new Refusal(400, 'invalidRequest', 'A composite has 2 to 10 sub-requests')
  const result: object[] = []
  for (const one of parts.data) {
    try {
      result.push({ ...query(store, one.body, sees), 'ia::status': 200 })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { code, message, status } = error
      result.push({ 'ia::error': { code, message, details: [] }, 'ia::status': status })
      break
    }
  }
  const totalError = result.filter((one) => 'ia::error' in one).length
  const meta = { totalCount: result.length, totalSuccess: result.length - totalError, totalError }
  return { status: totalError > 0 ? 207 : 200, body: { 'ia::result': result, 'ia::meta': meta } }
}

/** The REST API behind its version. */
export function rest(store: Store, request: SandboxRequest, path: string): SandboxAnswer {
  const { method } = request
  const sees = sightOf(request)
  if (method === 'POST' && path === '/services/core/query')
    return { status: 200, body: query(store, parsed(request.body), sees) }
  if (method === 'POST' && path === '/services/core/composite')
    return composite(store, parsed(request.body), sees)
  if (method === 'GET' && path === '/services/core/model') {
    const name = request.query.get('name') ?? ''
    const result = modelOf(name)
    if (!result) throw new Refusal(404, 'notFound', `Object definition ${name} not found`)
    return {
      status: 200,
      body: { 'ia::result': result, 'ia::meta': { totalCount: 1, totalSuccess: 1, totalError: 0 } },
    }
  }
  const [, app, object, keys] = /^\/objects\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? []
  const table = `${app}/${decodeURIComponent(object ?? '')}`
  if (method === 'GET' && keys !== undefined)
    return get(store, table, decodeURIComponent(keys).split(','), sees)
  if (method === 'POST' && table === CUSTOMERS) return createCustomer(store, parsed(request.body))
  if (method === 'PATCH' && table === CUSTOMERS && keys !== undefined)
    return patchCustomer(store, keys, parsed(request.body))
  throw new Refusal(404, 'invalidRequest', `The path ${path} is not valid (REST-1107)`)
}
