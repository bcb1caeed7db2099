import Big from 'big.js'
import { acceptPayment, createInvoice, readJob } from './billing.ts'
import { NUMBER, type Params, currencyOf, customerOf, line, only, priceOf, text } from './parts.ts'
import { type Record_, Refusal, type Store, type Table } from './store.ts'

function has(row: Record_, search: string): boolean {
  const { text: name, contact } = row as { text?: { de: string }; contact?: { mail?: string } }
  const all = [row.no, row.name1, name?.de, contact?.mail]
  return all.some((one) => typeof one === 'string' && one.toLowerCase().includes(search.toLowerCase()))
}

const FILTERS: Record<string, (row: Record_, wanted: string) => boolean> = {
  id: (row, wanted) => wanted.split(',').includes(String(row.id)),
  no: (row, wanted) => wanted.split(',').includes(String(row.no)),
  q: has,
  email: (row, wanted) => (row.contact as { mail?: string } | undefined)?.mail === wanted,
  vat: (row, wanted) => row.vat === wanted,
  extRef: (row, wanted) => row.extRef === wanted,
  job: (row, wanted) => row.job === wanted,
  customer: (row, wanted) => String(row.customer ?? row.cust) === wanted,
}

function list(table: Table, params: Params): object {
  only(params, 'id no q email vat extRef job customer changedAfter after limit')
  const limit = Number(text(params, 'limit') ?? 100)
  if (!Number.isInteger(limit) || limit < 1 || limit > 500)
    throw new Refusal(400, 'INVALID', 'limit is 1 to 500', 'limit')
  const after = Number(text(params, 'after') ?? 0)
  const since = text(params, 'changedAfter')
  if (!Number.isInteger(after)) throw new Refusal(400, 'INVALID', 'after is no cursor', 'after')
  if (since !== null && Number.isNaN(Date.parse(since)))
    throw new Refusal(400, 'INVALID', 'changedAfter is no time', 'changedAfter')
  const filters = Object.entries(FILTERS).flatMap(([name, fits]) => {
    const wanted = text(params, name)
    return wanted === null ? [] : [(row: Record_) => fits(row, wanted)]
  })
  const data: Record_[] = []
  let next: string | null = null
  for (const row of table.rows.values()) {
    if (row.id <= after || (row.deleted && since === null) || (since !== null && row.changed <= since))
      continue
    if (!filters.every((fits) => fits(row))) continue
    if (data.length === limit) {
      next = String(data.at(-1)?.id)
      break
    }
    data.push(row)
  }
  return { data, meta: { next } }
}

function stock(store: Store, params: Params): object {
  only(params, 'articles warehouses')
  const places = params.warehouses as string[] | null | undefined
  const articles = params.articles
  if (!Array.isArray(articles)) throw new Refusal(422, 'REQUIRED', 'articles is missing', 'articles')
  const rows = articles.flatMap((no) => {
    const article = store.article(String(no))
    const levels = store.stock.get(String(no)) ?? []
    return (article ? levels : [])
      .filter(({ wh }) => !places || places.includes(wh))
      .map((level) => ({
        article: no,
        ...level,
        avail: new Big(level.qty).minus(level.res).toFixed(),
        uom: article?.uom,
      }))
  })
  return { asOf: new Date().toISOString(), rows }
}

function simulate(store: Store, params: Params): object {
  only(params, 'customer currency date lines')
  const { customer, lines } = params
  const owner = customer === undefined || customer === null ? null : customerOf(store, customer, 'customer')
  const cur = currencyOf(store, params.currency, owner, 'currency')
  if (!Array.isArray(lines)) throw new Refusal(422, 'REQUIRED', 'lines is missing', 'lines')
  const known = (lines as { article: string; qty: string }[]).filter(({ article }) => store.article(article))
  return {
    currency: cur,
    lines: known.map(({ article, qty }) => {
      if (!NUMBER.test(String(qty))) throw new Refusal(422, 'INVALID', 'qty is no number', 'lines.qty')
      const { gross, ...price } = priceOf(store, owner, article, qty, cur)
      return { article, qty, cur, ...price, gross_list: gross }
    }),
  }
}

const TERMS = ['14N', '30N', '60N']

function terms(value: unknown, otherwise: unknown): unknown {
  if (value === undefined || value === null) return otherwise
  if (!TERMS.includes(String(value)))
    throw new Refusal(422, 'INVALID', `Terms ${String(value).slice(0, 60)} unknown`, 'terms')
  return value
}

function createOrder(store: Store, params: Params): object {
  only(params, 'customer extRef poNo date currency terms wishDate memo ship udf pos')
  const owner = customerOf(store, params.customer, 'customer')
  const { extRef, pos } = params
  if (!Array.isArray(pos) || pos.length === 0) throw new Refusal(422, 'REQUIRED', 'An order needs pos', 'pos')
  if (extRef && store.orders.find((row) => row.extRef === extRef))
    throw new Refusal(409, 'REF_EXISTS', `extRef ${String(extRef)} exists`, 'extRef')
  for (const name of ['date', 'wishDate'])
    if (params[name] !== undefined && !/^\d{4}-\d\d-\d\d$/.test(String(params[name])))
      throw new Refusal(422, 'INVALID', `${name} is no day`, name)
  const cur = currencyOf(store, params.currency, owner, 'currency')
  const lines = (pos as Params[]).map((one, index) => line(store, owner, cur, one, index))
  const fields = {
    extRef,
    poNo: params.poNo,
    customer: owner.id,
    custName: owner.name1,
    state: 'REL',
    date: params.date ?? new Date().toISOString().slice(0, 10),
    wishDate: params.wishDate,
    terms: terms(params.terms, owner.terms),
    memo: params.memo,
    ship: params.ship,
    udf: params.udf,
    pos: lines,
    sum: store.sum(lines, cur, String(owner.ctry)),
  }
  const row = store.orders.add(fields)
  row.no = `A-${row.id}`
  return { data: row }
}

function cancelOrder(store: Store, params: Params): object {
  only(params, 'id reason')
  const row = store.orders.rows.get(Number(params.id))
  if (!row) throw new Refusal(404, 'NOT_FOUND', `Order ${String(params.id).slice(0, 60)} not found`)
  if (row.state === 'STO' || row.state === 'INV') throw new Refusal(409, 'STATE', `Order is ${row.state}`)
  row.state = 'STO'
  store.orders.touch(row)
  return { data: row }
}

const PERSON = 'name1 vat contact ctry currency class terms extRef addr id rev'

function personFields(store: Store, params: Params, before: Partial<Record_>): Params {
  only(params, PERSON)
  const { id: _id, rev: _rev, currency, ...given } = params
  const contact = { ...(before.contact as object | undefined), ...(params.contact as object | undefined) }
  const limit = before.limit ?? { amount: '0', cur: currencyOf(store, currency, null, 'currency') }
  return { ...given, contact, limit, terms: terms(params.terms, before.terms ?? '30N') }
}

function createCustomer(store: Store, params: Params): object {
  if (!text(params, 'name1')) throw new Refusal(422, 'REQUIRED', 'name1 is missing', 'name1')
  if (params.extRef && store.customers.find((row) => row.extRef === params.extRef))
    throw new Refusal(409, 'REF_EXISTS', `extRef ${String(params.extRef)} exists`, 'extRef')
  const row = store.customers.add({ lock: '', class: 'retail', ...personFields(store, params, {}) })
  row.no = `C-${row.id}`
  return { data: row }
}

function updateCustomer(store: Store, params: Params): object {
  const row = store.customers.rows.get(Number(params.id))
  if (!row) throw new Refusal(404, 'NOT_FOUND', `Customer ${String(params.id).slice(0, 60)} not found`)
  if (params.rev !== undefined && String(params.rev) !== String(row.rev))
    throw new Refusal(412, 'REV', 'The customer was changed meanwhile')
  Object.assign(row, personFields(store, params, row))
  store.customers.touch(row)
  return { data: row }
}

type Method = (store: Store, params: Params) => object

/** Every method of Nordwerk, by the name that JSON-RPC uses. */
export const METHODS: Record<string, Method> = {
  ping: (store) => ({ data: { company: store.demo.company, release: '8.4', cur: store.demo.currency } }),
  'articles.list': (store, params) => list(store.articles, params),
  'warehouses.list': (store) => ({
    data: store.demo.warehouses.map(({ code, name }) => ({ wh: code, name })),
  }),
  'stock.query': stock,
  'pricing.simulate': simulate,
  'customers.list': (store, params) => list(store.customers, params),
  'customers.create': createCustomer,
  'customers.update': updateCustomer,
  'orders.list': (store, params) => list(store.orders, params),
  'orders.create': createOrder,
  'orders.cancel': cancelOrder,
  'invoices.list': (store, params) => list(store.invoices, params),
  'invoices.create': createInvoice,
  'payments.create': acceptPayment,
  'jobs.get': readJob,
  'payments.list': (store, params) => list(store.payments, params),
  'quotes.list': (store, params) => list(store.quotes, params),
}
