import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Found, Ref, WireRequest, Write } from '../connector.ts'
import type { HttpRequest } from '../http.ts'
import type { Filter } from './client.ts'
import type { Connection } from './read.ts'
import * as rows from './rows.ts'

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

/** Insert, then submit: a draft is step 1, the submitted document step 2. A draft binds nobody. */
export function submitting<I>(
  connection: Connection,
  kind: Submittable<I>,
): Write<I> & Required<Pick<Write<I>, 'find' | 'resume' | 'undo'>> {
  const { client, setup } = connection
  const { doctype, field, custom, filters = [], body, ahead } = kind
  const form = rows.written

  const refOf = ({ name, modified }: { name: string; modified: string }): Ref => ({
    id: name,
    number: name,
    url: client.page(doctype, name),
    version: modified,
  })
  const rowsWith = (filter: Filter) =>
    client.list(doctype, form, {
      fields: rows.fieldsOf(form),
      filters: [filter, ...filters],
      order: 'creation asc, name asc',
      limit: 5,
    })
  const requests = async (input: I, ref: string): Promise<HttpRequest[]> => {
    if (custom) await needReference(connection, doctype)
    const first = (await ahead?.(input, ref)) ?? null
    const insert = client.inserting(doctype, await body(input, ref))
    const id = first ? '{{2.id}}' : '{{1.id}}'
    return [...(first ? [first] : []), insert, client.changing(doctype, id, { docstatus: 1 })]
  }
  const submit = async (name: string): Promise<Ref> => {
    const done = await client.write(client.changing(doctype, name, { docstatus: 1 }), form)
    if (done.docstatus === '1') return refOf(done)
    throw new ErpError('CONFLICT', `${doctype} ${name} was sent to be submitted and is not.`, {
      retryable: false,
    })
  }
  return {
    proof: 'lookup',
    findLagMs: 0,
    maxPushMs: 120_000,
    plan: async (input, ref) => (await requests(input, ref)).map(shown),
    async find(ref): Promise<Found | null> {
      if (custom && !(await setup.hasReference(doctype, true))) return null
      const [row] = await rowsWith([field, '=', ref])
      if (!row) return null
      // A cancelled document was submitted once; to make another one is for a person to decide.
      const submitted = row.docstatus !== '0'
      return { ref: refOf(row), step: submitted ? 2 : 1, done: submitted }
    },
    async create(input, ref): Promise<Ref> {
      const all = await requests(input, ref)
      const first = all.length === 3 ? all[0] : undefined
      const insert = all.at(-2)
      if (!insert) throw new ErpError('INTERNAL', 'There is nothing to send.')
      const id = first ? (await client.write(first, rows.named)).name : ''
      const draft = await client.write(filled(insert, id), form)
      return submit(draft.name)
    },
    resume: (found, step) => (step >= 2 ? Promise.resolve(found) : submit(found.id)),
    async undo(ref): Promise<void> {
      const state = async () => (await rowsWith(['name', '=', ref.id]))[0]?.docstatus
      const now = await state()
      if (now === undefined && !(await wasDeleted(connection, doctype, ref.id))) {
        throw new ErpError('NOT_FOUND', `ERPNext has no ${doctype} "${ref.id}".`)
      }
      if (now === '0') await client.act(client.deleting(doctype, ref.id))
      if (now === '1') {
        await client.act(client.calling('frappe.client.cancel', { doctype, name: ref.id }))
      }
      const after = now === undefined || now === '2' ? now : await state()
      if (after === undefined || after === '2') return
      const problem = `${doctype} ${ref.id} was sent to be cancelled and is not.`
      throw new ErpError('CONFLICT', problem, { retryable: false })
    },
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
      (await client.list('Deleted Document', rows.named, { fields: ['name'], filters, limit: 1 })).length > 0
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
