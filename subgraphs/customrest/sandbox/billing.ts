import Big from 'big.js'
import { NUMBER, type Params, currencyOf, customerOf, line, only } from './parts.ts'
import { type Record_, Refusal, type Store, type Table } from './store.ts'

function once(table: Table, extRef: unknown): void {
  if (extRef && table.find((row) => row.extRef === extRef))
    throw new Refusal(409, 'REF_EXISTS', `extRef ${String(extRef)} exists`, 'extRef')
}

function day(params: Params, name: string): unknown {
  const value = params[name]
  if (value !== undefined && !/^\d{4}-\d\d-\d\d$/.test(String(value)))
    throw new Refusal(422, 'INVALID', `${name} is no day`, name)
  return value
}

/** Writes an invoice, open at once. */
export function createInvoice(store: Store, params: Params): object {
  only(params, 'customer extRef order date due currency memo pos')
  const owner = customerOf(store, params.customer, 'customer')
  const { extRef, pos, order: asked, memo } = params
  if (!Array.isArray(pos) || pos.length === 0)
    throw new Refusal(422, 'REQUIRED', 'An invoice needs pos', 'pos')
  once(store.invoices, extRef)
  const order = asked === undefined ? null : store.orders.rows.get(Number(asked))
  if (order === undefined) throw new Refusal(422, 'INVALID', 'The order is unknown', 'order')
  const cur = currencyOf(store, params.currency, owner, 'currency')
  const lines = (pos as Params[]).map((one, index) => line(store, owner, cur, one, index))
  const sum = store.sum(lines, cur, String(owner.ctry))
  const date = day(params, 'date') ?? new Date().toISOString().slice(0, 10)
  const row = store.invoices.add({
    extRef,
    cust: owner.id,
    date,
    due: day(params, 'due') ?? date,
    state: 10,
    memo,
    sum,
    open: sum.gross,
    dun: 0,
    orders: order ? [order.no] : [],
  })
  row.no = `R-${row.id}`
  return { data: row }
}

function settled(store: Store, owner: Record_, cur: unknown, part: Params, index: number) {
  const at = `alloc[${index}]`
  only(part, 'inv amount', `${at}.`)
  const row = store.invoices.rows.get(Number(part.inv))
  if (!row || row.cust !== owner.id)
    throw new Refusal(422, 'INVALID', 'The invoice is not of this customer', at)
  if ((row.sum as { cur: string }).cur !== cur) throw new Refusal(422, 'INVALID', 'Another currency', at)
  if (!NUMBER.test(String(part.amount)) || new Big(String(part.amount)).gt(String(row.open)))
    throw new Refusal(422, 'INVALID', 'More than is open', `${at}.amount`)
  return { row, amount: String(part.amount) }
}

/** Books a payment and lowers what is open of its invoices. */
export function createPayment(store: Store, params: Params): object {
  only(params, 'customer extRef amount cur date method alloc')
  const owner = customerOf(store, params.customer, 'customer')
  const { extRef, amount, cur, method } = params
  once(store.payments, extRef)
  if (!NUMBER.test(String(amount))) throw new Refusal(422, 'INVALID', 'amount is no number', 'amount')
  const parts = ((params.alloc ?? []) as Params[]).map((part, index) =>
    settled(store, owner, cur, part, index),
  )
  for (const part of parts) {
    const open = new Big(String(part.row.open)).minus(part.amount)
    Object.assign(part.row, { open: open.toFixed(2), state: open.eq(0) ? 30 : 20 })
    store.invoices.touch(part.row)
  }
  const alloc = parts.map((part) => ({ inv: part.row.id, amount: part.amount }))
  const row = store.payments.add({
    extRef,
    cust: owner.id,
    date: day(params, 'date'),
    amount,
    cur,
    method,
    alloc,
  })
  row.no = `Z-${row.id}`
  return { data: row }
}

/** What became of a job: Nordwerk works payments off in jobs of their own. */
type Job = { job: string; state: 'OK' } | { job: string; state: 'BAD'; error: Refusal }

const jobs = new WeakMap<Store, Job[]>()

function jobsOf(store: Store): Job[] {
  const known = jobs.get(store) ?? []
  jobs.set(store, known)
  return known
}

/** Takes a payment in; the job tells what becomes of it. */
export function acceptPayment(store: Store, params: Params): object {
  const all = jobsOf(store)
  const job = `J-${all.length + 1}`
  try {
    const { data } = createPayment(store, params) as { data: Record_ }
    data.job = job
    all.push({ job, state: 'OK' })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    all.push({ job, state: 'BAD', error })
  }
  return { job }
}

/** How far a job came; a failed one says why. */
export function readJob(store: Store, params: Params): object {
  const found = jobsOf(store).find(({ job }) => job === params.id)
  if (!found) throw new Refusal(404, 'NOT_FOUND', 'There is no such job')
  if (found.state === 'OK') return { data: found }
  const { code, message: text, path } = found.error
  return { data: { job: found.job, state: found.state, why: { code, text, path } } }
}
