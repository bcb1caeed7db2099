import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { toErpError } from '../../subgraphs/erpnext/errors.ts'
import { toCustomer, toItem, toLine, toOrder } from '../../subgraphs/erpnext/map.ts'
import * as rows from '../../subgraphs/erpnext/shapes.ts'
import { Tokens } from '../../subgraphs/erpnext/sandbox/access.ts'
import { config } from '../../subgraphs/erpnext/config.ts'
import { parseExact } from '../../subgraphs/json.ts'
import { type Line, open } from './line.ts'
import { type Recording, absent, lab, normal, recordings } from './recordings.ts'

const why = absent ? ` (skipped: ${absent})` : ''
const all = absent ? [] : recordings()

function headersOf({ request }: Recording): Record<string, string> {
  const { Authorization, ...headers } = request.headers
  const key = Authorization?.replace('<ERPNEXT_TOKEN>', `${Tokens.KEY}:${Tokens.SECRET}`)
  return key ? { ...headers, Authorization: key.replace('<ERPNEXT_SALES_TOKEN>', Tokens.SALES) } : headers
}

function play(line: Line, recording: Recording): Promise<Response> {
  const { method, path, body } = recording.request
  const sent = typeof body === 'string' ? body : body === null ? undefined : JSON.stringify(body)
  return fetch(`${line.server.url('erpnext')}${path}`, { method, headers: headersOf(recording), body: sent })
}

/** Items that stood in the recorded site without their creation being recorded. */
async function others(line: Line, like: Recording): Promise<void> {
  for (let no = 2; no <= 25; no += 1) {
    const code = `LAB-${String(no).padStart(3, '0')}`
    const body = {
      ...(like.request.body as object),
      item_code: code,
      item_name: `Lab item ${no}`,
      standard_rate: 100 + no,
    }
    await play(line, { ...like, request: { ...like.request, body } })
  }
}

/** Lists without an order come in the order of the primary key, and hashed names differ from run to run. */
function unordered(value: unknown): unknown {
  const data = (value as { data?: unknown }).data
  if (!Array.isArray(data)) return value
  return { data: data.map((one) => JSON.stringify(one)).toSorted() }
}

function named(name: string): Recording {
  const found = all.find((recording) => recording.name.startsWith(name))
  if (!found) throw new Error(`There is no recording ${name}.`)
  return found
}

describe.skipIf(absent)(`recordings of a real ERPNext 15.109${why}`, () => {
  let line: Line
  beforeAll(async () => (line = await open({}, lab())))
  afterAll(() => line.close())

  for (const recording of all) {
    const { name, response } = recording
    it(`the sandbox answers ${name} as the real server did: status, every field, every number's form`, async () => {
      if (name.startsWith('09')) await others(line, named('05'))
      const answer = await play(line, recording)
      expect(answer.status).toBe(response.status)
      expect(answer.headers.get('content-type')).toContain(response.headers['Content-Type'])
      expect(answer.headers.get('set-cookie')).toContain('sid=')
      expect(unordered(normal(parseExact(await answer.text())))).toEqual(unordered(normal(response.exact)))
    })
  }
})

const CODES: Record<string, string> = {
  '02-no-auth': 'AUTHENTICATION_FAILED',
  '03-bad-key': 'AUTHENTICATION_FAILED',
  '04-bad-scheme': 'AUTHENTICATION_FAILED',
  '06-item-create-duplicate': 'DUPLICATE_ORDER',
  '07-item-create-missing-mandatory': 'MISSING_REQUIRED_FIELD',
  '08-item-create-bad-link': 'VALIDATION',
  '16-item-missing': 'NOT_FOUND',
  '17-item-bad-field': 'VALIDATION',
  '18-item-bad-filter-json': 'VALIDATION',
  '19-doctype-missing': 'VALIDATION',
  '27-customer-update-missing': 'INVALID_CUSTOMER',
  '37-order-create-duplicate-po': 'DUPLICATE_ORDER',
  '40-order-edit-after-submit': 'CONFLICT',
  '42-order-create-no-delivery-date': 'MISSING_REQUIRED_FIELD',
  '43-order-create-no-items': 'VALIDATION',
  '44-order-create-bad-customer': 'INVALID_CUSTOMER',
  '53-delete-submitted': 'VALIDATION',
  '54-delete-linked-customer': 'CONFLICT',
  '55-sales-user-permission': 'PERMISSION_DENIED',
  '56-sales-user-list': 'PERMISSION_DENIED',
  '57-method-not-whitelisted': 'VALIDATION',
  '58-method-missing': 'VALIDATION',
  '59-malformed-json': 'VALIDATION',
  '60-stale-update': 'CONFLICT',
  '62-api-v2-missing': 'NOT_FOUND',
}

describe.skipIf(absent)(`what the connector makes of the recorded answers${why}`, () => {
  const site = {
    config: config.parse({ url: 'https://erp.example', apiKey: 'k', apiSecret: 's' }),
    zone: 'Europe/Berlin',
    today: '2026-11-21',
  }
  const data = (name: string) => (named(name).response.exact as { data: Record<string, unknown> }).data

  it('every refusal becomes its class, in plain words, without a traceback', () => {
    const refused = all.filter(({ response }) => response.status >= 400)
    const found = refused.map(({ name, request, response }) => {
      const text = JSON.stringify(response.json)
      const answer = { status: response.status, headers: {}, text, json: () => parseExact(text) }
      const error = toErpError(answer, request.method !== 'GET')
      expect(`${error.message} ${error.said}`).not.toMatch(/Traceback|<strong>|<a |File "/)
      return [name, error.code]
    })
    expect(Object.fromEntries(found)).toEqual(CODES)
  })

  it('times of the site have no zone; in Berlin they are the UTC of the Date header', () => {
    const created = toItem(rows.item.parse(data('05')), site, null, null)
    const sent = Date.parse(named('05').response.headers.Date ?? '')
    expect(Math.abs(Date.parse(created.updatedAt ?? '') - sent)).toBeLessThan(2_000)
  })

  it('a draft, a submitted and a cancelled order are told apart, also where the answer still says "Draft"', () => {
    const state = (name: string) => {
      const row = rows.order.parse(data(name))
      const lines = (data(name).items as unknown[]).map((one) => rows.orderLine.parse(one))
      return toOrder(
        row,
        { lines, shipTo: null, reference: null, note: null, url: 'https://erp.example' },
        site,
      )
    }
    expect(['36', '38', '39', '45', '52'].map((name) => state(name).state)).toEqual([
      'DRAFT',
      'OPEN',
      'OPEN',
      'OPEN',
      'CANCELLED',
    ])
    expect(state('45').nativeStatus).toBe('Draft')
    expect(state('36')).toMatchObject({
      customer: 'Acme GmbH',
      purchaseOrderNumber: 'PO-1',
      total: { amount: '1302.75', currency: 'EUR' },
      lines: [
        { sku: 'LAB-001', quantity: '3', unit: 'H87', unitPrice: { amount: '77.25' }, discounts: null },
        {
          sku: 'LAB-002',
          unitPrice: { amount: '102' },
          discounts: [{ percent: '12.5' }],
          net: { amount: '1071' },
        },
      ],
    })
  })

  it('a customer, an invoice line and the rules of a price are understood', () => {
    expect(toCustomer(rows.customer.parse(data('26')), [], site)).toMatchObject({
      name: 'Acme GmbH',
      active: true,
    })
    const [line] = data('49').items as unknown[]
    expect(toLine(rows.invoiceLine.parse(line), 'EUR', site)).toMatchObject({
      unitPrice: { amount: '103' },
      net: { amount: '100' },
    })
    const { message } = named('35').response.exact as { message: unknown[] }
    expect(message.map((row) => rows.priced.parse(row).discount_percentage)).toEqual(['12.5', null])
  })
})
