import type { Company, Connector, Erp, Item, Limits, Pace, Read, SignIn } from '../connector.ts'
import type { Http } from '../http.ts'
import { Kept } from '../kept.ts'
import { changes, tellsChanges } from './changes.ts'
import { type Row } from './answer.ts'
import { Client } from './client.ts'
import { type Config, config, filler } from './config.ts'
import { hook } from './hook.ts'
import { load } from './load.ts'
import type { CapabilityName, Manifest } from './manifest.ts'
import {
  type Words,
  good,
  toCredit,
  toCustomer,
  toInvoice,
  toItem,
  toOrder,
  toPayment,
  toQuote,
} from './map.ts'
import { listed, quoted } from './prices.ts'
import { reader, rowsByKey } from './read.ts'
import { rowOf } from '../shape.ts'
import { stock } from './stock.ts'
import { customers, invoices, orders, payments } from './documents.ts'

function wordsOf({ config: { units }, settings, loaded }: Client): Words {
  const currency = typeof settings.currency === 'string' ? settings.currency : null
  return { units, currency, statuses: loaded.manifest.statusMaps ?? {} }
}

/** Reads one kind where the manifest has its list; undefined where it has none. */
function readOf<T extends { id: string }>(
  client: Client,
  kind: string,
  toRecord: (row: Row) => T,
  bold: string[] = [],
  key = 'externalId',
): Read<T> | undefined {
  const of = (part: string) => client.loaded.operations.get(`${kind}.${part}` as CapabilityName)
  const list = of('list')
  if (!list) return undefined
  const listSearches = list.wording.names.has('search')
  const search = listSearches ? list : of('search')
  const searchInput = (text: string): Record<string, unknown> => {
    if (listSearches) return { search: text }
    return text.includes('@') && search?.wording.names.has('email') ? { email: text } : { name: text }
  }
  return reader(client, {
    list,
    get: of('get'),
    search,
    searchInput,
    key,
    bold: ['externalId', ...bold],
    toRecord,
  })
}

function items(client: Client, words: Words): Read<Item> | undefined {
  const key = client.operation('products.get')?.plan.batch?.over === 'ids' ? 'externalId' : 'sku'
  return readOf(client, 'products', (row) => toItem(row, words, key), ['sku'], key)
}

async function check(client: Client): Promise<Company> {
  const { manifest } = client.loaded
  const test = client.operation('connection.test')
  const first = test ?? [...client.loaded.operations.values()].find(({ name }) => name.endsWith('.list'))
  const input = { skus: [], ids: [] }
  const { document, rows } = first ? await client.rows(first, { input }) : { document: null, rows: [] }
  const said = test?.row ? good(rows[0] ?? {}) : {}
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
  const currency = text(said.currencyCode) ?? wordsOf(client).currency
  return {
    name: text(said.name) ?? `${manifest.name} at ${new URL(client.config.url).host}`,
    version: text(said.version) ?? document?.headers['x-version'] ?? null,
    currency: currency && /^[A-Z]{3}$/.test(currency) ? currency : null,
  }
}

/** Parts that are undefined are left out: what the manifest lacks the connection does not have. */
function present(erp: Erp): Erp {
  return Object.fromEntries(Object.entries(erp).filter(([, part]) => part !== undefined)) as Erp & object
}

/** What warehouses are called, where the manifest lists them. */
function warehouseNames(client: Client): Kept<Map<string, string>> | null {
  const places = client.operation('warehouses.list')
  if (!places) return null
  return new Kept(async () => {
    const { rows } = await client.rows(places, { input: {} })
    return new Map(rows.map(good).map((row) => [String(row.code), String(row.name)]))
  })
}

/** The credit of customers, where the manifest maps a limit of theirs. */
function creditOf(client: Client, words: Words): Erp['credit'] {
  const person = client.operation('customers.get')
  if (!person?.plan.fields?.creditLimit) return undefined
  return async (ids) => {
    const asks = ids.filter((id) => id !== '').map((id) => ({ key: id, ask: id }))
    const found = await rowsByKey(client, person, asks, {}, (row) => row.$key ?? row.externalId)
    return ids.map((id) => {
      const rows = found.get(id) ?? []
      const [row] = Array.isArray(rows) ? rows : [rows]
      return row ? rowOf(() => toCredit(row, words)) : null
    })
  }
}

function connect(values: Config, http: Http): Erp {
  const client = new Client(values, load(values.manifest, values.units), http)
  const words = wordsOf(client)
  const own = (name: CapabilityName) => client.operation(name)
  const [levels, quotePrices, listPrices] = [own('stock.get'), own('prices.quote'), own('prices.list')]
  const names = warehouseNames(client)
  const erp: Erp = {
    check: () => check(client),
    items: items(client, words),
    customers: readOf(client, 'customers', (row) => toCustomer(row, words), ['name']),
    orders: readOf(client, 'orders', (row) => toOrder(row, words)),
    invoices: readOf(client, 'invoices', (row) => toInvoice(row, words)),
    payments: readOf(client, 'payments', (row) => toPayment(row, words), ['amount']),
    quotes: readOf(client, 'quotes', (row) => toQuote(row, words)),
    stock: levels && ((asks) => stock(client, levels, names, words, asks)),
    prices: quotePrices
      ? (asks) => quoted(client, quotePrices, asks)
      : listPrices && ((asks) => listed(client, listPrices, asks, words.currency)),
    credit: creditOf(client, words),
    customer: customers(client),
    payment: payments(client),
    changes: tellsChanges(client) ? (kind, since) => changes(client, kind, since) : undefined,
    hook: hook(client),
    close: client.loaded.login?.logout ? () => client.close() : undefined,
  }
  erp.order = orders(client, erp)
  erp.invoice = invoices(client, erp)
  return present(erp)
}

function signIn(values: Config): SignIn | null {
  const loaded = load(values.manifest, values.units)
  const { auth } = loaded.manifest
  if (auth.kind !== 'oauth2AuthorizationCode') return null
  const fill = filler(values, loaded)
  const authorize = new URL(fill(auth.authorizeUrl))
  for (const [name, text] of Object.entries(auth.authorizeParams ?? {}))
    authorize.searchParams.set(name, fill(text))
  return {
    authorizeUrl: authorize.href,
    tokenUrl: fill(auth.tokenUrl),
    scopes: auth.scopes?.length ? [auth.scopes.join(auth.scopeSeparator ?? ' ')] : [],
    clientId: fill(auth.clientId),
    ...(auth.clientSecret && { clientSecret: fill(auth.clientSecret) }),
  }
}

/** Which capabilities answer a kind of read, the first that is there, and so how long its answers count as fresh. */
const READ_BY: Record<string, CapabilityName[]> = {
  item: ['products.get'],
  stock: ['stock.get'],
  price: ['prices.quote', 'prices.list'],
  customer: ['customers.get'],
  order: ['orders.get'],
  invoice: ['invoices.get'],
}
/** Requests per second, and at the same time, of a manifest that is silent about them. */
const SILENT = 2

/** What a manifest says of its limits. */
function limitsOf({ limits = {} }: Manifest): Partial<Limits> {
  const { perMinute, perDay, maxConcurrent: parallel = SILENT } = limits
  const perSecond = limits.requestsPerSecond ?? (perMinute ? undefined : SILENT)
  return Object.fromEntries(
    Object.entries({ perSecond, parallel, perMinute, perDay }).filter(([, limit]) => limit),
  )
}

/**
 * The manifest's own limits, which all processes keep together, and its times to live. A burst is never used: no
 * second sees more than `requestsPerSecond`.
 */
function paceOf({ manifest: source, units }: Config): Pace {
  const { manifest } = load(source, units)
  const ttlMs = Object.entries(READ_BY).flatMap(([kind, names]): [string, number][] => {
    const used = names.map((name) => manifest.capabilities[name]).find(Boolean)
    return used?.cacheTtlS === undefined ? [] : [[kind, used.cacheTtlS * 1000]]
  })
  return { limits: limitsOf(manifest), ttlMs: Object.fromEntries(ttlMs) }
}

/** Any ERP with JSON over HTTP, described by a manifest: data, no program code. */
export const customrest: Connector<typeof config> = {
  system: 'customrest',
  name: 'CustomRest',
  field: 'customrest',
  role: 'erp',
  config,
  // Each manifest may be stricter; nobody is asked more often than this.
  limits: { parallel: 8, perSecond: 20, batch: 200, timeoutMs: 30_000 },
  capabilities: [
    'items',
    'customers',
    'orders',
    'invoices',
    'payments',
    'quotes',
    'stock',
    'prices',
    'credit',
    'pushOrder',
    'cancelOrder',
    'upsertCustomer',
    'pushInvoice',
    'pushPayment',
    'changes',
    'webhooks',
  ],
  manual: {
    cancelOrder: 'Cancel the order in the ERP itself, where the manifest has no orders.cancel.',
    upsertCustomer: 'Block a customer that was made by mistake in the ERP itself.',
    pushInvoice: 'Void or credit the invoice in the ERP itself: a manifest has no request for it.',
    pushPayment: 'Void the payment in the ERP itself: a manifest has no request for it.',
  },
  paceOf,
  signIn,
  connect,
}
