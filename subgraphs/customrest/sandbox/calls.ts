import { BODIES, FIELDS } from './fields.ts'

/** A list's parameters as expressions: what each means to Nordwerk. */
type Params = Record<string, string>

/** One capability in both interfaces of Nordwerk. */
export interface Call {
  /** The method of the JSON-RPC interface. */
  rpc: string
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  /** Parameters of the query, or of the method. */
  params?: Params
  body?: string
  headers?: Record<string, string>
  /** Whether it is only accepted, and a job tells the end. */
  job?: boolean
  more: Record<string, unknown>
}

/** How every list goes on, and how it tells what changed. */
export const LIST = {
  paging: 'cursorPages',
  changedSince: {
    param: 'changedAfter',
    cursor: 'changed',
    format: 'iso',
    lookbackS: 120,
    deleted: 'deleted = true',
  },
}
const SINCE: Params = { changedAfter: 'input.since' }
const IDS: Params = { id: "$join($batch, ',')" }
const BY_ID = { batch: { over: 'ids', maxSize: 100, key: '$string(id)', missing: 'null' } }

function listing(kind: string, fields: object, more: Params = {}): Call {
  return {
    rpc: `${kind}.list`,
    method: 'GET',
    path: `/${kind}`,
    params: { ...SINCE, ...more },
    more: { ...LIST, records: 'data', fields },
  }
}

function getting(kind: string, fields: object): Call {
  return {
    rpc: `${kind}.list`,
    method: 'GET',
    path: `/${kind}`,
    params: { ...IDS, limit: "'100'" },
    more: { ...BY_ID, records: 'data', fields },
  }
}

const WRITTEN = { externalId: '$string(id)', number: 'no', status: 'state', version: '$string(rev)' }

/** Everything that Nordwerk can do, by capability. */
export const CALLS: Record<string, Call> = {
  'connection.test': {
    rpc: 'ping',
    method: 'GET',
    path: '/ping',
    more: { records: 'data', fields: { name: 'company', version: 'release', currencyCode: 'cur' } },
  },
  'products.get': {
    rpc: 'articles.list',
    method: 'GET',
    path: '/articles',
    params: { no: "$join($batch, ',')", limit: "'200'" },
    more: {
      batch: { over: 'skus', maxSize: 50, key: 'no', missing: 'notFound' },
      records: 'data',
      fields: FIELDS.articles,
      cacheTtlS: 300,
    },
  },
  'products.list': listing('articles', FIELDS.articles, { q: 'input.search' }),
  'warehouses.list': {
    rpc: 'warehouses.list',
    method: 'GET',
    path: '/warehouses',
    more: { records: 'data', fields: { code: 'wh', name: 'name' } },
  },
  'stock.get': {
    rpc: 'stock.query',
    method: 'POST',
    path: '/stock/query',
    body: BODIES.stock,
    more: {
      batch: { over: 'skus', maxSize: 200, key: 'article', missing: 'null' },
      records: 'rows',
      fields: FIELDS.stock,
      timeoutMs: 5000,
      cacheTtlS: 15,
    },
  },
  'prices.quote': {
    rpc: 'pricing.simulate',
    method: 'POST',
    path: '/pricing/simulate',
    body: BODIES.prices,
    more: {
      batch: { over: 'lines', maxSize: 100, key: 'article', groupBy: 'customerId' },
      records: 'lines',
      fields: FIELDS.prices,
      timeoutMs: 5000,
    },
  },
  'customers.get': getting('customers', FIELDS.customers),
  'customers.list': listing('customers', FIELDS.customers, { q: 'input.search' }),
  'customers.search': {
    rpc: 'customers.list',
    method: 'GET',
    path: '/customers',
    params: {
      email: 'input.email',
      vat: 'input.taxId',
      q: 'input.name',
      extRef: 'input.reference',
      limit: "'50'",
    },
    more: { records: 'data', fields: FIELDS.customers },
  },
  'customers.create': {
    rpc: 'customers.create',
    method: 'POST',
    path: '/customers',
    body: BODIES.customer,
    more: { idempotency: { kind: 'lookup', lookup: 'customers.search' }, records: 'data', fields: WRITTEN },
  },
  'customers.update': {
    rpc: 'customers.update',
    method: 'PATCH',
    path: '/customers/${input.externalId}',
    headers: { 'If-Match': '${input.version}' },
    body: BODIES.customer
      .replace(", 'extRef': input.reference", '')
      .replace(
        "'contact': {'mail': input.customer.email, 'tel': input.customer.phone}",
        "'contact': $merge([{'mail': input.customer.email}, {'tel': input.customer.phone}])",
      ),
    more: { idempotency: { kind: 'naturalKey' }, records: 'data', fields: WRITTEN },
  },
  'orders.get': getting('orders', FIELDS.orders),
  'orders.list': listing('orders', FIELDS.orders),
  'orders.findByReference': {
    rpc: 'orders.list',
    method: 'GET',
    path: '/orders',
    params: { extRef: 'input.reference', limit: "'2'" },
    more: { records: 'data', fields: { ...WRITTEN, reference: 'extRef' } },
  },
  'orders.create': {
    rpc: 'orders.create',
    method: 'POST',
    path: '/orders',
    body: BODIES.order,
    more: {
      idempotency: { kind: 'lookup', lookup: 'orders.findByReference' },
      records: 'data',
      fields: WRITTEN,
    },
  },
  'orders.cancel': {
    rpc: 'orders.cancel',
    method: 'POST',
    path: '/orders/${input.externalId}/cancel',
    body: "{'reason': input.reason ? input.reason : 'Cancelled by the shop'}",
    more: { idempotency: { kind: 'naturalKey' }, records: 'data', fields: WRITTEN },
  },
  'invoices.get': getting('invoices', FIELDS.invoices),
  'invoices.list': listing('invoices', FIELDS.invoices, { extRef: 'input.reference' }),
  'invoices.create': {
    rpc: 'invoices.create',
    method: 'POST',
    path: '/invoices',
    body: BODIES.invoice,
    more: {
      idempotency: { kind: 'lookup', lookup: 'invoices.list' },
      records: 'data',
      fields: { externalId: '$string(id)', number: 'no', version: '$string(rev)' },
    },
  },
  'payments.list': listing('payments', FIELDS.payments, { extRef: 'input.reference' }),
  'payments.create': {
    rpc: 'payments.create',
    method: 'POST',
    path: '/payments',
    body: BODIES.payment,
    job: true,
    more: {
      idempotency: { kind: 'lookup', lookup: 'payments.list' },
      records: 'data',
      fields: { externalId: '$string(id)', number: 'no', version: '$string(rev)' },
    },
  },
  'quotes.get': getting('quotes', { ...FIELDS.orders, expiryDate: 'validTo' }),
  'quotes.list': listing('quotes', { ...FIELDS.orders, expiryDate: 'validTo' }),
}
