import type { Demo } from '../../demo.ts'
import { exactNumber } from '../../json.ts'
import type { SandboxAnswer } from '../../sandbox.ts'
import { complaint, give, isText, mayBeText, refuse } from './answers.ts'

const CREATED = '2026-02-01T09:00:00Z'
const TOUCHED = '2026-11-18T10:20:30Z'
const POSITIVE = /^\d{1,6}$/

interface Row {
  id: string
  sku: string
  name: string
  description: string
  active: boolean
  price: string
  usd: string
  category: string
  touched: string
}

/** Products and prices of the workspace. */
export interface Catalogue {
  rows: Row[]
  get(path: string, query: URLSearchParams): SandboxAnswer | null
  create(body: Record<string, unknown>): SandboxAnswer
  changePrice(id: string, body: Record<string, unknown>): SandboxAnswer
  add(sku: string, name: string, price: string): void
}

function decimals(value: number): string {
  return value.toFixed(2)
}

/** Where the SKU stands differs: the last product has it only as the ERP's id, one only as a reference. */
function places(row: Row, at: number) {
  if (at === 199) return { reference: null, inventory: { sku: null }, erp: row.sku }
  if (at === 179) return { reference: row.sku, inventory: {}, erp: null }
  return { reference: row.sku, inventory: { sku: row.sku }, erp: at % 2 === 0 ? String(at + 1) : null }
}

function product(row: Row, at: number): object {
  const { reference, inventory, erp } = places(row, at)
  return {
    id: row.id,
    product_parent_id: `ppr_${row.category}`,
    name: row.name,
    api_name: row.sku.toLowerCase().replace(/\W+/g, '_'),
    reference,
    description: row.description,
    is_active: row.active,
    is_default: true,
    catalog_ids: ['cat_1'],
    category_ids: ['ctg_1'],
    settings: { unit_per_pack: 1 },
    shipping: {},
    inventory,
    identifiers: { crm: null, erp, accounting: null },
    accounting: { ledger_account: '701000' },
    options: [],
    prices: [
      { id: `prc_${at + 1}`, pricebook_id: 'pbk_1', pricebook_api_name: 'standard' },
      { id: `prc_usd_${at + 1}`, pricebook_id: 'pbk_2', pricebook_api_name: 'us' },
    ],
    created_at: CREATED,
    updated_at: row.touched,
  }
}

function priceRow(row: Row, at: number, currency: 'eur' | 'usd'): object {
  const tiered = at % 50 === 7
  return {
    id: currency === 'eur' ? `prc_${at + 1}` : `prc_usd_${at + 1}`,
    product_variant_id: row.id,
    pricebook_id: currency === 'eur' ? 'pbk_1' : 'pbk_2',
    currency_api_name: currency,
    pricing_model: tiered ? 'volume' : 'flat',
    amount: tiered ? null : exactNumber(currency === 'eur' ? row.price : row.usd),
    volume_tiers: tiered ? [{ up_to: 10, amount: exactNumber(row.price) }] : [],
    graduated_tiers: [],
    cost: null,
    floor_price: null,
    default_tax_id: null,
    billing_frequency_interval: null,
    billing_frequency_interval_count: null,
    identifiers: { erp: null },
  }
}

function numberOf(query: URLSearchParams, name: string, otherwise: number): number | null {
  const text = query.get(name)
  if (text === null) return otherwise
  return POSITIVE.test(text) ? Number(text) : null
}

/** Lists with `next` as an absolute address. */
function paged(rows: object[], query: URLSearchParams, address: string): SandboxAnswer {
  const [limit, page] = [numberOf(query, 'limit', 30), numberOf(query, 'page', 1)]
  if (!limit || !page || limit > 100) return refuse(400, 'limit or page is invalid')
  const end = limit * page
  const next = end < rows.length ? `${address}?limit=${limit}&page=${page + 1}` : null
  return { status: 200, body: { total: rows.length, next, data: rows.slice(end - limit, end) } }
}

/** Lists with limit and offset. */
function offset(rows: object[], query: URLSearchParams): SandboxAnswer {
  const [limit, from] = [numberOf(query, 'limit', 100), numberOf(query, 'offset', 0)]
  if (!limit || from === null || limit > 100) return refuse(400, 'limit or offset is invalid')
  const data = rows.slice(from, from + limit)
  return { status: 200, body: { success: true, total: rows.length, limit, offset: from, data } }
}

const NEW_PRODUCT = {
  api_name: isText,
  name: isText,
  description: mayBeText,
  recurrence_type: (value: unknown) => value === 'one_off' || value === 'recurring',
  'inventory[sku]': mayBeText,
  'identifiers[erp]': mayBeText,
  'settings[unit_per_pack]': (value: unknown) => typeof value === 'number',
}

function firstRows(demo: Demo): Row[] {
  return demo.products.map((item, at) => ({
    id: `prd_${at + 1}`,
    sku: item.sku,
    name: item.name,
    description: item.description,
    active: true,
    price: item.listPrice,
    usd: decimals(Number(item.listPrice) * Number(demo.usdRate)),
    category: item.category,
    touched: TOUCHED,
  }))
}

/** The rows under a path: a list, or one of them by its id; null where there is no such path. */
function look(rows: Row[], path: string, query: URLSearchParams, url: string): SandboxAnswer | null {
  const [, list, id] = path.split('/').map(decodeURIComponent)
  const prices = () => [
    ...rows.map((row, at) => priceRow(row, at, 'eur')),
    ...rows.map((row, at) => priceRow(row, at, 'usd')),
  ]
  if (list === 'products' && id === undefined) return paged(rows.map(product), query, `${url}/products`)
  if (list === 'prices' && id === undefined) return offset(prices(), query)
  if (list === 'product-parents' && id === undefined) {
    const names = [...new Set(rows.map(({ category }) => category))]
    return give(names.map((name) => ({ id: `ppr_${name}`, name })))
  }
  const found = { products: rows.map(product), prices: prices() }[list ?? '']
  if (!found) return null
  const row = found.find((one) => 'id' in one && one.id === id)
  return row ? give(row) : refuse(404, `${list === 'products' ? 'Product' : 'Price'} not found`)
}

/** The demo company's products, in the words of Qwoty. */
export function catalogue(demo: Demo, url: () => string): Catalogue {
  const rows = firstRows(demo)
  const made: Catalogue = {
    rows,
    add(sku, name, price) {
      const id = `prd_${rows.length + 1}`
      rows.push({
        id,
        sku,
        name,
        description: name,
        active: true,
        price,
        usd: price,
        category: 'new',
        touched: TOUCHED,
      })
    },
    get: (path, query) => look(rows, path, query, url()),
    create(body) {
      const wrong = complaint(body, NEW_PRODUCT)
      if (wrong) return refuse(422, wrong)
      for (const name of ['api_name', 'recurrence_type'])
        if (!body[name]) return refuse(422, `${name} is required`)
      made.add(String(body['inventory[sku]'] ?? body.api_name), String(body.name ?? body.api_name), '0')
      return give(product(rows.at(-1) as Row, rows.length - 1), 201)
    },
    changePrice(id, body) {
      const at = rows.findIndex((_, index) => id === `prc_${index + 1}`)
      const row = rows[at]
      if (!row) return refuse(404, 'Price not found')
      if (typeof body.amount === 'number') row.price = String(body.amount)
      return give(priceRow(row, at, 'eur'))
    },
  }
  return made
}
