import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { toCustomer } from '../../subgraphs/odoo/map/customer.ts'
import { toInvoice } from '../../subgraphs/odoo/map/invoice.ts'
import { toItem } from '../../subgraphs/odoo/map/item.ts'
import { toOrder } from '../../subgraphs/odoo/map/order.ts'
import { odoo } from '../../subgraphs/odoo/index.ts'
import { sandboxOf } from '../../subgraphs/odoo/sandbox.ts'
import type { Row } from '../../subgraphs/odoo/setup.ts'
import { type Json, parseExact } from '../../subgraphs/json.ts'
import type { SandboxFactory, SandboxRequest } from '../../subgraphs/sandbox.ts'
import { everything } from './everything.ts'
import { open, refusal } from './bench.ts'
import { FOLDER, calledBy, recorded, recordings } from './recordings.ts'

/** Arguments that the reference names and no recording happened to use. */
const REFERENCE = ['context', 'order', 'limit']

/** An Odoo that answers with a recording wherever `match` fits, and as the sandbox elsewhere. */
function playing(file: string, match: (request: SandboxRequest) => boolean): SandboxFactory {
  const recording = recordings().find((each) => each.file === file)
  return (demo, url) => {
    const sandbox = sandboxOf(19)(demo, url)
    return {
      ...sandbox,
      handle(request) {
        if (!match(request) || !recording) return sandbox.handle(request)
        const { status, json, text, headers } = recording.response
        return {
          status,
          headers: { 'content-type': headers['Content-Type'] ?? '' },
          body: text ?? JSON.stringify(json),
        }
      },
    }
  }
}

function resultOf(file: string): Row[] {
  const { response } = parseExact(readFileSync(new URL(file, FOLDER), 'utf8')) as {
    response: { json: { result: Json } }
  }
  return response.json.result as Row[]
}

const isRead = ({ body, path }: SandboxRequest) => (path + body).includes('product.product')

describe.skipIf(!recorded)('the connector and the recordings (skipped where they are absent)', () => {
  it('sends every JSON-RPC call in the form in which such a call was recorded', async () => {
    await using bench = await open(19, { api: 'jsonrpc' })
    await everything(bench.erp)
    const known = Map.groupBy(recordings(), (each) => calledBy(each)?.method)
    const odd: string[] = []
    for (const { request } of bench.sent) {
      if (!request.url.endsWith('/jsonrpc')) continue
      const body = JSON.parse(request.body ?? '') as { params: { service: string; args: unknown[] } }
      expect(Object.keys(body)).toEqual(['jsonrpc', 'method', 'id', 'params'])
      expect(request.headers).toEqual({ 'content-type': 'application/json' })
      if (body.params.service !== 'object') continue
      const [, , , , method, positional, named] = body.params.args as [
        string,
        number,
        string,
        string,
        string,
        unknown[],
        object,
      ]
      const examples = (known.get(method) ?? []).flatMap(({ request: { body: real } }) => {
        const { params } = (real ?? {}) as { params?: { args: unknown[] } }
        return params ? [params.args as typeof body.params.args] : []
      })
      const names = new Set([...REFERENCE, ...examples.flatMap((args) => Object.keys(args[6] ?? {}))])
      const arity = examples.some((args) => (args[5] as unknown[]).length === positional.length)
      if (!arity) odd.push(`${method} with ${positional.length} arguments by position`)
      for (const name of Object.keys(named)) if (!names.has(name)) odd.push(`${method} with ${name}`)
    }
    expect([...new Set(odd)]).toEqual([])
  })

  it('sends every JSON-2 call with the recorded headers, to a model and method, with arguments by name', async () => {
    await using bench = await open(19)
    await everything(bench.erp)
    for (const { request, answer } of bench.sent.slice(1)) {
      expect(request.url).toMatch(/\/json\/2\/[a-z.]+\/[a-z_]+$/)
      expect(Object.keys(request.headers ?? {})).toEqual(['authorization', 'content-type', 'x-odoo-database'])
      expect(JSON.parse(request.body ?? '')).toBeInstanceOf(Object)
      expect(answer.status).toBe(200)
    }
  })

  it.each([
    ['02-auth-bad.json', 'AUTHENTICATION_FAILED'],
    ['03-auth-bad-db.json', 'VALIDATION'],
    ['05-execute-wrong-password.json', 'AUTHENTICATION_FAILED'],
    ['22-pricelist-get_product_price.json', 'PERMISSION_DENIED'],
    ['24-price-via-context.json', 'VALIDATION'],
    ['30-partner-create-missing-name.json', 'MISSING_REQUIRED_FIELD'],
    ['35-order-confirm-again.json', 'CONFLICT'],
    ['38-order-create-bad-partner.json', 'INVALID_CUSTOMER'],
    ['39-order-create-no-partner.json', 'MISSING_REQUIRED_FIELD'],
    ['40-order-create-bad-product.json', 'INVALID_ITEM'],
    ['47-invoice-post-again.json', 'CONFLICT'],
    ['51-model-missing.json', 'NOT_SUPPORTED'],
    ['52-method-missing.json', 'NOT_SUPPORTED'],
    ['54-domain-bad.json', 'VALIDATION'],
    ['58-unlink-constrained.json', 'VALIDATION'],
    ['59-malformed-json.json', 'VALIDATION'],
    ['60-wrong-content-type.json', 'VALIDATION'],
    ['82-lang-context.json', 'VALIDATION'],
    ['88-json2-create-values-wrong-kw.json', 'VALIDATION'],
    ['91-json2-bad-key.json', 'AUTHENTICATION_FAILED'],
    ['94-json2-wrong-db-header.json', 'VALIDATION'],
    ['95-json2-missing-model.json', 'NOT_SUPPORTED'],
    ['96-json2-missing-method.json', 'NOT_SUPPORTED'],
    ['97-json2-private.json', 'PERMISSION_DENIED'],
    ['98-json2-bad-field.json', 'VALIDATION'],
    ['100-json2-missing-record.json', 'NOT_FOUND'],
    ['101-json2-validation.json', 'MISSING_REQUIRED_FIELD'],
    ['104-json2-order-confirm-again.json', 'CONFLICT'],
    ['107-json2-malformed.json', 'VALIDATION'],
    ['110-doc-index.json', 'AUTHENTICATION_FAILED'],
  ])('understands the recorded error %s as %s, in the words of Odoo', async (file, code) => {
    const api =
      recordings().find((each) => each.file === file)?.request.path === '/jsonrpc' ? 'jsonrpc' : 'json2'
    const isSignIn = file.startsWith('02') || file.startsWith('03')
    const match = (request: SandboxRequest) =>
      isSignIn ? request.body.includes('"authenticate"') : isRead(request)
    await using bench = await open(19, { api }, playing(file, match))
    const error = await refusal(async () => bench.erp.items?.byId(['1']))
    expect(error.code).toBe(code)
    expect(error.said).toMatch(/\w{4}/)
    expect(error.said).not.toContain('Traceback')
  })

  it('understands the recorded sums of quants', async () => {
    const match = ({ body }: SandboxRequest) => body.includes('formatted_read_group')
    const quants = playing('18-stock-quant-read-group.json', match)
    // The recorded stock lies in location 5, which the sandbox has no stock in.
    const places: SandboxFactory = (demo, url) => {
      const sandbox = quants(demo, url)
      const result = [{ id: 5, warehouse_id: [1, 'MAIN'] }]
      const isPlaces = ({ body }: SandboxRequest) => body.includes('"stock.location","search_read"')
      const body = { jsonrpc: '2.0', id: 1, result }
      return {
        ...sandbox,
        handle: (request) => (isPlaces(request) ? { status: 200, body } : sandbox.handle(request)),
      }
    }
    await using bench = await open(19, { api: 'jsonrpc' }, places)
    const asks = ['8', '13', '14', '15'].map((item) => ({ item, sku: item, warehouses: null }))
    const rows = await bench.erp.stock?.(asks)
    expect(rows).toMatchObject([
      { onHand: '235', reserved: '227', available: '8' },
      { onHand: '45', reserved: '0', available: '45' },
      { onHand: '55' },
      { onHand: '65' },
    ])
  })

  it('understands the recorded refusal of an import, which is an ordinary answer', async () => {
    const match = ({ path }: SandboxRequest) => path.endsWith('/load')
    const factory = playing('146-load-bad.json', match)
    const unwrapped: SandboxFactory = (demo, url) => {
      const sandbox = factory(demo, url)
      return {
        ...sandbox,
        async handle(request) {
          const answer = await sandbox.handle(request)
          if (!match(request)) return answer
          return {
            ...answer,
            body: JSON.stringify((JSON.parse(String(answer.body)) as { result: unknown }).result),
          }
        },
      }
    }
    await using bench = await open(19, {}, unwrapped)
    const error = await refusal(async () => bench.erp.customer?.create({ name: 'X' }, 'cus-1'))
    expect(error).toMatchObject({ code: 'VALIDATION', field: 'country_id' })
    expect(error.said).toContain('Nowhereland')
  })

  it('understands recorded rows of products, orders with lines, invoices and partners', () => {
    const config = odoo.config.parse({ url: 'https://x.example', database: 'x', secret: 'x' })
    const [product] = resultOf('06-product-search-read.json')
    const asked = { ...product!, description_sale: false, sale_delay: '0' }
    expect(toItem(asked, {}, new Map())).toMatchObject({
      id: '5',
      sku: 'FURN_7777',
      type: 'GOODS',
      unit: 'C62',
      listPrice: { amount: '70', currency: 'USD' },
      categories: ['Furniture', 'Office'],
      updatedAt: '2026-11-21T02:02:03.000Z',
    })
    const empty = {
      commitment_date: false,
      validity_date: false,
      note: false,
      payment_term_id: false,
      partner_shipping_id: false,
      invoice_ids: [],
    }
    const [order] = resultOf('32-order-read.json')
    const lines = resultOf('33-order-lines.json').map((line) => ({
      ...line,
      display_type: false,
      order_id: ['25', 'S00025'],
    }))
    const around = {
      lines,
      skus: new Map([['8', 'FURN_7800']]),
      shipTo: null,
      payment: null,
      fields: new Map(),
    }
    expect(toOrder({ ...order!, ...empty }, around, config)).toMatchObject({
      number: 'S00025',
      reference: 'idem-key-123',
      purchaseOrderNumber: 'PO-LAB-1',
      state: 'DRAFT',
      total: { amount: '4599.99', currency: 'USD' },
      lines: [
        { sku: 'FURN_7800', quantity: '10', unitPrice: { amount: '450' } },
        { sku: null, item: '13', net: { amount: '99.99' } },
      ],
    })
    const [invoice] = resultOf('46-invoice-read.json')
    const rest = { lines: [], skus: new Map(), units: {}, today: '2026-11-22' }
    expect(toInvoice({ ...invoice!, invoice_origin: false }, rest)).toMatchObject({
      number: 'INV/2026/00010',
      state: 'OPEN',
      payment: 'OVERDUE',
      balance: { amount: '100', currency: 'USD' },
    })
    const [partner] = resultOf('27-partner-read.json')
    const address = {
      street: false,
      street2: false,
      zip: false,
      city: 'Berlin',
      state_id: false,
      country_code: false,
      phone: false,
      active: true,
      category_id: [],
    }
    const company = { children: [], tags: new Map(), currencies: new Map(), companyCurrency: 'USD' }
    expect(toCustomer({ ...partner!, ...address }, company, new Map())).toMatchObject({
      number: 'LAB-19',
      currency: 'USD',
      group: null,
    })
  })
})
