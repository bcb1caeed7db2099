import { ErpError } from '../../../schema/errors.ts'
import { type Caller, reaches } from '../../caller.ts'
import { seesCustomer } from '../customer.ts'
import { type Manager, iso, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../identity.ts'
import { enqueue, jobHandler } from '../jobs.ts'
import { keyed } from '../request.ts'
import { lockCustomers } from '../twins.ts'
import { keepMarks, marksOf } from './marks.ts'
import { type Place, scrub } from './scrub.ts'
import { type ErasureMode, type ErasureResult, eraseThere } from './there.ts'

/** An erasure as its row says. */
export interface ErasureRow {
  id: string
  tenant: string
  customer: string
  mode: ErasureMode
  state: 'RUNNING' | 'DONE'
  results: ErasureResult[]
  requestedBy: string
  createdAt: Date | string
  finishedAt: Date | string | null
}

const COLUMNS = `id, tenant, customer, mode, state, results, requested_by as "requestedBy", created_at as "createdAt",
  finished_at as "finishedAt"`
const JOB = 'erasure'
const AGAIN_MS = 60_000

/** One erasure of a tenant, by its id or by the key of its request. */
export async function erasureBy(
  em: Manager,
  tenant: string,
  by: { id: string } | { key: string },
): Promise<ErasureRow | null> {
  const [column, value] = 'id' in by ? ['id', by.id] : ['idempotency_key', by.key]
  const sql = `select ${COLUMNS} from erasure where tenant = ? and ${column} = ?`
  return (await rows<ErasureRow>(em, sql, [tenant, value]))[0] ?? null
}

/** The erasures of a tenant before a moment, newest first. */
export function erasuresOf(
  em: Manager,
  tenant: string,
  after: [at: string, id: string] | null,
  limit: number,
): Promise<ErasureRow[]> {
  const sql = `select ${COLUMNS} from erasure where tenant = ?
    and (?::text is null or (created_at, id) < (?::timestamptz, ?)) order by created_at desc, id desc limit ?`
  const [at, id] = after ?? [null, null]
  return rows<ErasureRow>(em, sql, [tenant, at, at, id, limit])
}

const PLACES = `select connection, native_id as id from external_ref where hub_id = ? and kind = 'customer' order by 1, 2`
const OPEN = `select count(*)::int as n from operation where customer = ? and direction = 'OUT'
  and status in ('ACCEPTED', 'RUNNING', 'WAITING', 'UNCERTAIN')`

/**
 * Accepts an erasure: the person leaves the hub at once, the connected systems follow. The same key gives the first
 * erasure for ever. Throws NOT_FOUND, FORBIDDEN, CONFLICT while something is on its way to an ERP.
 */
export async function acceptErasure(
  hub: Hub,
  caller: Caller,
  customer: string,
  mode: ErasureMode,
  key: string,
): Promise<string> {
  keyed('eraseCustomer', {}, key)
  const first = await erasureBy(hub.db.em(), caller.tenant, { key })
  if (first) return sameOf(first, customer, mode)
  const [known] = await hub.catalogue.customers(caller.tenant, [customer])
  if (!known || !seesCustomer(caller, known))
    throw new ErpError('NOT_FOUND', 'There is no such customer.', { field: 'id' })
  const id = newId('ers')
  await hub.db.em().transactional(async (em) => {
    await lockCustomers(em, caller.tenant)
    const places = await rows<Place>(em, PLACES, [customer])
    if (places.some(({ connection }) => !reaches(caller, connection)))
      throw new ErpError('FORBIDDEN', 'The customer is also known where this key may not look.')
    const [open] = await rows<{ n: number }>(em, OPEN, [customer])
    if (Number(open?.n) > 0) {
      const why = `${open?.n} operations of the customer are on their way; let them end, or cancel them.`
      throw new ErpError('CONFLICT', why, { field: 'id' })
    }
    const { email, taxId } = known.row
    await insert(em, { id, caller, key, customer, mode, results: places.map(waiting) })
    const traits = { records: places, email, taxId }
    await keepMarks(em, caller.tenant, id, marksOf(hub.safe, caller.tenant, traits))
    await scrub(em, caller.tenant, customer, places)
    await enqueue(em, [{ tenant: caller.tenant, kind: JOB, subject: id }])
  })
  forget(hub, customer)
  hub.db.bus.tell('job', id)
  return id
}

function sameOf({ id, customer, mode }: ErasureRow, asked: string, how: ErasureMode): string {
  if (customer === asked && mode === how) return id
  const why = 'This idempotency key was used for another request.'
  throw new ErpError('IDEMPOTENCY_MISMATCH', why, { field: 'idempotencyKey' })
}

function waiting({ connection, id }: Place): ErasureResult {
  return { connection, object: 'CUSTOMER', record: id, outcome: 'WAITING', how: null, reason: null }
}

async function insert(
  em: Manager,
  given: Pick<ErasureRow, 'id' | 'customer' | 'mode' | 'results'> & { caller: Caller; key: string },
): Promise<void> {
  const { id, caller, key, customer, mode, results } = given
  const sql = `insert into erasure (id, tenant, idempotency_key, customer, mode, results, requested_by)
    values (?, ?, ?, ?, ?, ?::jsonb, ?)`
  await em.execute(sql, [id, caller.tenant, key, customer, mode, JSON.stringify(results), caller.name])
}

/** Every process drops what it remembers of the customer and of the keys that were theirs. */
function forget({ db }: Hub, customer: string): void {
  db.bus.tell('catalogue', customer)
  db.bus.tell('key', customer)
}

const KEEP = 'update erasure set results = ?::jsonb where id = ?'
const END = "update erasure set state = 'DONE', finished_at = now() where id = ?"

/** Carries an erasure into every connected system, and clears up in the hub what came in between. */
export const erasureJob = jobHandler({
  kind: JOB,
  parallel: 4,
  async work(hub, { subject, tenant }, { signal }) {
    const row = await erasureBy(hub.db.em(), tenant, { id: subject })
    if (!row || row.state === 'DONE') return
    const results = [...row.results]
    for (const [index, result] of row.results.entries()) {
      if (result.outcome !== 'WAITING' || signal.aborted) continue
      results[index] = await carry(hub, row, result)
      if (results[index].outcome !== 'WAITING') results.push(...(await kept(hub, row, result)))
      await hub.db.em().execute(KEEP, [JSON.stringify(results), row.id])
      hub.db.bus.tell('changed', `${result.connection}\ncustomer\n${result.record}`)
    }
    const isOpen = results.some(({ outcome }) => outcome === 'WAITING')
    if (isOpen) return { againInMs: AGAIN_MS }
    const places = row.results.map(({ connection, record: id }) => ({ connection, id }))
    await hub.db.em().transactional(async (em) => {
      await scrub(em, tenant, row.customer, places)
      if (row.mode === 'DELETE') await remove(em, row.customer)
      await em.execute(END, [row.id])
    })
    forget(hub, row.customer)
  },
})

/** The outcome in one system; WAITING with the reason while it cannot be reached. */
async function carry(hub: Hub, row: ErasureRow, result: ErasureResult): Promise<ErasureResult> {
  const open = hub.directory.find(row.tenant, result.connection)
  if (!open) return { ...result, reason: 'The connection is paused.' }
  const documents = await documentsOf(hub.db.em(), row.customer, result.connection)
  const hasDocuments = documents.invoices + documents.orders > 0
  try {
    return { ...result, ...(await eraseThere(open, result.record, row.mode, hasDocuments)) }
  } catch (error) {
    const code = error instanceof ErpError ? error.code : 'INTERNAL'
    return { ...result, reason: `${result.connection} did not answer (${code}); it is tried again.` }
  }
}

interface Documents {
  invoices: number
  orders: number
}

async function documentsOf(em: Manager, customer: string, connection: string): Promise<Documents> {
  const sql = `select (select count(*) from invoice where customer = ? and connection = ?)::int as invoices,
    (select count(*) from sales_order where customer = ? and connection = ?)::int as orders`
  const at = [customer, connection]
  const [row] = await rows<Documents>(em, sql, [...at, ...at])
  return { invoices: Number(row?.invoices ?? 0), orders: Number(row?.orders ?? 0) }
}

/** What must stay in a system although the person leaves. */
async function kept(
  hub: Hub,
  row: ErasureRow,
  { connection, record }: ErasureResult,
): Promise<ErasureResult[]> {
  const { invoices, orders } = await documentsOf(hub.db.em(), row.customer, connection)
  const stays = (object: string, n: number, why: string): ErasureResult[] =>
    n > 0 ? [{ connection, object, record, outcome: 'KEPT', how: null, reason: `${n} ${why}` }] : []
  return [
    ...stays('INVOICE', invoices, 'issued invoices stay as they are for the retention period of tax law.'),
    ...stays('ORDER', orders, 'orders stay as business letters for the retention period of commercial law.'),
  ]
}

const UNUSED = `not exists (select from sales_order where customer = c.id) and not exists (select from invoice where customer = c.id)
  and not exists (select from payment where customer = c.id)`

/** Removes the golden record itself where no document hangs on it; the log keeps its number only. */
async function remove(em: Manager, customer: string): Promise<void> {
  const gone = await rows(em, `delete from customer c where c.id = ? and ${UNUSED} returning id`, [customer])
  if (gone.length === 0) return
  await em.execute("delete from external_ref where hub_id = ? and kind = 'customer'", [customer])
}

/** When an erasure began and ended, as text. */
export function timesOf({ createdAt, finishedAt }: ErasureRow) {
  return { createdAt: iso(createdAt), finishedAt: iso(finishedAt) }
}
