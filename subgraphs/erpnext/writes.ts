import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Found, Ref, WireRequest, Write } from '../connector.ts'
import type { HttpRequest } from '../http.ts'
import type { Filter } from './client.ts'
import type { Connection } from './read.ts'
import * as shapes from './shapes.ts'

/** How a submittable document is written: https://docs.frappe.io/framework/user/en/basics/doctypes/docstatus */
interface Submittable<I> {
  doctype: string
  /** Field that keeps our reference; a custom one must exist, or the ERP would drop the reference in silence. */
  field: string
  custom: boolean
  /** What `find` must ask besides, so that a field which people use too is not mistaken. */
  filters?: Filter[]
  /** Builds the document; reads and checks, never writes. */
  body: (input: I, ref: string) => Promise<object>
  /** A further request before the document, whose id stands in it as {{1.id}}. */
  ahead?: (input: I, ref: string) => Promise<HttpRequest | null>
}

/** Says which custom field is missing, before anything is sent. */
export async function needReference({ setup, config }: Connection, doctype: string): Promise<void> {
  if (await setup.hasReference(doctype, true)) return
  const problem = `The site has no Custom Field "${config.referenceField}" on ${doctype}`
  throw new ErpError(
    'MAPPING_MISSING',
    `${problem}; add one (Data, unique, no copy), or name another in referenceField.`,
    { field: 'referenceField' },
  )
}

/** A request as the log shows it: the credentials are added on the way out and never seen. */
export function shown({ method, url, headers, body }: HttpRequest): WireRequest {
  return { method, url, headers: { ...headers, authorization: '•••' }, body: body ?? null }
}

/** Puts the id of the first request into the place that was kept for it. */
export function filled(request: HttpRequest, id: string): HttpRequest {
  const url = request.url.replaceAll('{{1.id}}', encodeURIComponent(id))
  return {
    ...request,
    url,
    body: request.body?.replaceAll('{{1.id}}', JSON.stringify(id).slice(1, -1)) ?? null,
  }
}

/** A connection and the kind of document that is written through it. */
interface Desk<I> extends Connection {
  kind: Submittable<I>
}

function refOf<I>({ client, kind }: Desk<I>, { name, modified }: { name: string; modified: string }): Ref {
  return { id: name, number: name, url: client.page(kind.doctype, name), version: modified }
}

/** The oldest document that fits; if several carry a reference, that is the one that counts. */
async function oldest<I>({ client, kind }: Desk<I>, filter: Filter) {
  const { doctype, filters = [] } = kind
  const listing = { fields: shapes.fieldsOf(shapes.written), filters: [filter, ...filters] }
  const found = await client.list(doctype, shapes.written, {
    ...listing,
    order: 'creation asc, name asc',
    limit: 1,
  })
  return found[0]
}

/** Everything that a push sends: perhaps an address, the insert, the submit. */
async function requestsOf<I>(desk: Desk<I>, input: I, ref: string) {
  const { client, kind } = desk
  if (kind.custom) await needReference(desk, kind.doctype)
  const ahead = (await kind.ahead?.(input, ref)) ?? null
  const insert = client.inserting(kind.doctype, await kind.body(input, ref))
  return {
    ahead,
    insert,
    submit: client.changing(kind.doctype, ahead ? '{{2.id}}' : '{{1.id}}', { docstatus: 1 }),
  }
}

async function submit<I>(desk: Desk<I>, name: string): Promise<Ref> {
  const { client, kind } = desk
  const done = await client.write(client.changing(kind.doctype, name, { docstatus: 1 }), shapes.written)
  if (done.docstatus === '1') return refOf(desk, done)
  const problem = `${kind.doctype} ${name} was sent to be submitted and is not.`
  throw new ErpError('CONFLICT', problem, { retryable: false })
}

async function create<I>(desk: Desk<I>, input: I, ref: string): Promise<Ref> {
  const { ahead, insert } = await requestsOf(desk, input, ref)
  const id = ahead ? (await desk.client.write(ahead, shapes.named)).name : ''
  const draft = await desk.client.write(filled(insert, id), shapes.written)
  return submit(desk, draft.name)
}

async function find<I>(desk: Desk<I>, ref: string): Promise<Found | null> {
  const { kind, setup } = desk
  if (kind.custom && !(await setup.hasReference(kind.doctype, true))) return null
  const row = await oldest(desk, [kind.field, '=', ref])
  if (!row) return null
  // A cancelled document was submitted once; to make another one is for a person to decide.
  const submitted = row.docstatus !== '0'
  return { ref: refOf(desk, row), step: submitted ? 2 : 1, done: submitted }
}

/** Cancels what is submitted and deletes a draft, which the ERP cannot cancel; looks afterwards. */
async function undo<I>(desk: Desk<I>, { id }: Ref): Promise<void> {
  const { client, kind } = desk
  const { doctype } = kind
  const state = async () => (await oldest(desk, ['name', '=', id]))?.docstatus
  const now = await state()
  if (now === '2') return
  if (now === undefined && (await wasDeleted(desk, doctype, id))) return
  if (now === undefined) throw new ErpError('NOT_FOUND', `ERPNext has no ${doctype} "${id}".`)
  await client.act(
    now === '0'
      ? client.deleting(doctype, id)
      : client.calling('frappe.client.cancel', { doctype, name: id }),
  )
  const after = await state()
  if (after === undefined || after === '2') return
  const problem = `${doctype} ${id} was sent to be cancelled and is not.`
  throw new ErpError('CONFLICT', problem, { retryable: false })
}

/** Insert, then submit: a draft is step 1, the submitted document step 2. A draft binds nobody. */
export function submitting<I>(connection: Connection, kind: Submittable<I>): Write<I> {
  const desk: Desk<I> = { ...connection, kind }
  return {
    proof: 'lookup',
    findLagMs: 0,
    maxPushMs: 120_000,
    async plan(input, ref) {
      const { ahead, insert, submit: last } = await requestsOf(desk, input, ref)
      return [...(ahead ? [ahead] : []), insert, last].map(shown)
    },
    find: (ref) => find(desk, ref),
    create: (input, ref) => create(desk, input, ref),
    resume: (found, step) => (step >= 2 ? Promise.resolve(found) : submit(desk, found.id)),
    undo: (ref) => undo(desk, ref),
  }
}

/** Whether the ERP's own list of deleted documents knows the name: then a draft was undone before. */
async function wasDeleted({ client }: Connection, doctype: string, name: string): Promise<boolean> {
  const filters: Filter[] = [
    ['deleted_doctype', '=', doctype],
    ['deleted_name', '=', name],
  ]
  try {
    return (
      (await client.list('Deleted Document', shapes.named, { fields: ['name'], filters, limit: 1 })).length >
      0
    )
  } catch (error) {
    if (error instanceof ErpError && error.code === 'PERMISSION_DENIED') return false
    throw error
  }
}

/** A decimal as it may stand in a document; VALIDATION with the field for anything else. */
export function decimal(text: string, field: string): Big {
  if (/^-?\d+(\.\d+)?$/.test(text)) return new Big(text)
  throw new ErpError('VALIDATION', `"${text.slice(0, 40)}" is no decimal number.`, { field })
}
