import Big from 'big.js'
import { describe, expect, it } from 'vitest'
import { invoiceId, invoiceOf, orderOf } from '../../subgraphs/sageintacct/documents.ts'
import { hook } from '../../subgraphs/sageintacct/hook.ts'
import { sageintacct } from '../../subgraphs/sageintacct/index.ts'
import { customerId } from '../../subgraphs/sageintacct/customer.ts'
import { type Entry, document, invoice } from '../../subgraphs/sageintacct/shapes.ts'
import { forQuantity, holding, priceOf } from '../../subgraphs/sageintacct/tiers.ts'
import { DEMO, order, refusal, stage, values } from './open.ts'

const { open, server } = stage()
const config = sageintacct.config.parse(settings())

function settings(): Record<string, unknown> {
  const more = {
    company: 'c',
    user: 'u',
    clientId: 'i',
    clientSecret: 's',
    senderId: 'w',
    senderPassword: 'p',
  }
  return { url: 'https://api.intacct.com/', baseCurrency: 'EUR', ...more }
}

function band(more: Partial<Entry>): Entry {
  const none = { id: null, key: null, name: null }
  return {
    ...{
      key: '1',
      priceList: { id: 'B2B' },
      item: { ...none, id: 'WID' },
      productLine: none,
      startDate: null,
    },
    ...{ endDate: null, minimumQuantity: '1', maximumQuantity: '24', value: '212.50', valueType: 'actual' },
    ...{ currency: 'EUR', status: 'active', ...more },
  }
}

function documentWith(more: Record<string, unknown>) {
  const line = { key: '9', lineNumber: '0', dimensions: { item: { id: 'WID--Widget', name: 'Widget' } } }
  const own = {
    key: '7',
    id: 'Sales Order-7',
    state: 'pending',
    customer: { id: 'C-1', name: 'C' },
    txnCurrency: 'EUR',
  }
  const { line: extra, ...rest } = more as { line?: object }
  return document.parse({ ...own, lines: [{ ...line, quantity: '5', ...extra }], ...rest })
}

describe('documents of Sage Intacct', () => {
  it('are cancelled when they were closed before anything came of them, and closed afterwards', () => {
    const state = (more: Record<string, unknown>) => orderOf(documentWith(more), null, config).state
    expect(state({ state: 'closed' })).toBe('CANCELLED')
    expect(state({ state: 'closed', line: { quantityConverted: '2' } })).toBe('CLOSED')
    expect(state({ line: { quantityConverted: '2' } })).toBe('PARTIALLY_FULFILLED')
    expect(state({ state: 'submitted' })).toBe('PENDING_APPROVAL')
    expect(state({ state: 'brandNew' })).toBe('UNKNOWN')
  })

  it('are followed to what they were turned into: a shipper delivers, an invoice invoices', () => {
    const into = (documentType: string, from = '7') => ({
      state: 'converted',
      history: [{ convertedTo: { id: 'x', key: '8', documentType }, convertedFrom: { key: from } }],
    })
    const look = (more: object) => {
      const { state, fulfilment, invoicing } = orderOf(documentWith({ ...more }), null, config)
      return [state, fulfilment, invoicing]
    }
    expect(look(into('Sales Invoice'))).toEqual(['INVOICED', 'NONE', 'FULL'])
    expect(look(into('Shipper'))).toEqual(['FULFILLED', 'FULL', 'NONE'])
    expect(look(into('Sales Invoice', '6'))).toEqual(['FULFILLED', 'FULL', 'NONE'])
  })

  it('that were closed with a part delivered are delivered in part', () => {
    const history = [{ convertedTo: { key: '8', documentType: 'Shipper' }, convertedFrom: { key: '7' } }]
    const look = (quantityConverted: string) =>
      orderOf(documentWith({ state: 'closed', history, line: { quantityConverted } }), null, config)
        .fulfilment
    expect([look('2'), look('5')]).toEqual(['PARTIAL', 'FULL'])
  })

  it('tell what was delivered of a line in the unit of the line, which Intacct counts in base units', () => {
    const delivered = (unitQuantity: string, quantity: string, quantityConverted: string) => {
      const history = [{ convertedTo: { key: '8', documentType: 'Shipper' }, convertedFrom: { key: '7' } }]
      const line = { unit: 'Carton', unitQuantity, quantity, quantityConverted }
      return orderOf(documentWith({ history, line }), null, config).lines?.[0]?.delivered
    }
    expect([delivered('2', '24', '12'), delivered('2', '24', '24'), delivered('3', '3', '1')]).toEqual([
      '1',
      '2',
      '1',
    ])
  })

  it('name an item by its id alone where the answer writes its name behind it', () => {
    expect(orderOf(documentWith({}), null, config).lines?.[0]?.sku).toBe('WID')
  })

  it('show the price of a line before its discount and the sum after it, digit by digit', () => {
    const line = {
      unitQuantity: '3',
      unitPrice: '123456789012345.67',
      retailPrice: '150000000000000',
      discountPercent: '5',
    }
    const [shown] = orderOf(documentWith({ line }), null, config).lines ?? []
    expect(shown).toMatchObject({
      unitPrice: { amount: '150000000000000' },
      net: { amount: '370370367037037.01' },
    })
  })

  it('keep the id of an invoice when its record is made anew under another key', () => {
    const row = {
      key: '1',
      invoiceNumber: 'INV-1',
      state: 'posted',
      totalTxnAmount: '10.00',
      totalTxnAmountDue: '0.00',
    }
    expect(invoiceId({ key: '2', invoiceNumber: 'INV-1' })).toBe(
      invoiceId({ key: '1', invoiceNumber: 'INV-1' }),
    )
    expect(invoiceOf(invoice.parse(row), '2026-11-21')).toMatchObject({ state: 'PAID', payment: 'PAID' })
    expect(invoiceId({ key: '2', invoiceNumber: null })).toBe('key:2')
  })
})

describe('prices of Sage Intacct', () => {
  const terms = { list: 'B2B', currency: 'EUR', on: '2026-11-21' }

  it('leave no gap between two bands, and hold for nothing above the last', () => {
    const bands = [band({}), band({ key: '2', minimumQuantity: '25', maximumQuantity: '9999', value: '199' })]
    const value = (quantity: string) => forQuantity(bands, new Big(quantity))?.value ?? null
    expect(['0.5', '1', '24.5', '25', '9999', '10000'].map(value)).toEqual([
      null,
      '212.50',
      '212.50',
      '199',
      '199',
      null,
    ])
  })

  it('prefer the item to its product line, the narrow band to the wide one, the young to the old', () => {
    const wide = band({ key: '2', maximumQuantity: null, value: '1' })
    const old = band({ key: '3', startDate: '2025-01-01', value: '2' })
    const young = band({ key: '4', startDate: '2026-01-01', value: '3' })
    const none = { id: null, key: null, name: null }
    const line = band({ key: '5', item: none, productLine: { ...none, id: 'L' }, value: '4' })
    const over = band({ key: '6', endDate: '2026-11-20', value: '5' })
    const best = (entries: Entry[]) => holding(entries, 'WID', 'L', terms).map(({ value }) => value)
    expect(best([wide, old, young, line, over])).toEqual(['3'])
    expect(best([line, over, band({ currency: 'USD' }), band({ status: 'inactive' })])).toEqual(['4'])
    expect(holding([line], 'WID', null, terms)).toEqual([])
  })

  it('reckon marks up and down from the base price, and refuse a kind that nobody knows', async () => {
    const price = (valueType: string, value = '10') => priceOf(band({ valueType, value }), '200', '50')
    expect(
      ['percentDiscount', 'percentMarkup', 'dollarDiscount', 'dollarMarkup', 'actual'].map((kind) =>
        price(kind),
      ),
    ).toEqual(['90', '110', '95', '105', '5'])
    expect((await refusal(async () => price('magic'))).code).toBe('BAD_ANSWER')
    expect(priceOf(band({ value: '1234567890123456.78' }), null, null)).toBe('1234567890123456.78')
  })
})

describe('the REST side of Sage Intacct', () => {
  it('answers 50 stocks and 50 prices in two calls each', async () => {
    const { erp, calls } = open()
    const asks = DEMO.products.slice(0, 50).map(({ sku }) => ({ item: sku, sku }))
    const customer = DEMO.customers.find(({ group }) => group === 'wholesale')?.number ?? null
    const ask = { customer, quantity: '10', unit: null, currency: null, on: '2026-11-21' }
    const priced = asks.map((one) => ({ ...one, ...ask }))
    await erp.prices?.(priced.slice(0, 1))
    calls.length = 0
    expect(values(await erp.stock?.(asks.map((one) => ({ ...one, warehouses: null }))))).toHaveLength(50)
    expect(calls).toHaveLength(2)
    calls.length = 0
    const rows = values(await erp.prices?.(priced))
    expect(calls).toHaveLength(2)
    expect(rows.every((row) => row?.source === 'computed:price list Wholesale')).toBe(true)
  })

  it('renews a token once, whether its end is told by 400 or by 401, also for 50 at once', async () => {
    const { erp, sandbox, calls } = open()
    const ids = DEMO.products.slice(0, 3).map(({ sku }) => sku)
    await erp.items?.byId(ids)
    const statuses: (number | null)[] = []
    for (let round = 0; round < 2; round += 1) {
      sandbox.act({ do: 'expireTokens' })
      calls.length = 0
      const all = await Promise.all(
        Array.from({ length: 50 }, async () => values(await erp.items?.byId(ids))),
      )
      expect(all.every((rows) => rows.every((row) => row !== null))).toBe(true)
      expect(calls.filter(({ path }) => path.endsWith('/oauth2/token'))).toHaveLength(1)
      statuses.push(
        ...calls
          .map(({ status }) => status)
          .filter((status) => status !== 200)
          .slice(0, 1),
      )
    }
    expect(statuses).toEqual([400, 401])
  })

  it('waits as long as its own headers say', async () => {
    const { erp, name } = open()
    server.faults(name, [{ do: 'error', name: 'throttled', match: 'services/core/query', times: 0 }])
    const error = await refusal(async () => erp.items?.list({ first: 3, after: null }))
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 30_000 })
  })

  it('reads documents by the batch, and an unknown one among them is null', async () => {
    const { erp, calls } = open()
    await erp.orders?.byId(['1'])
    calls.length = 0
    const rows = values(await erp.orders?.byId(['3', '99999', '1', '3']))
    expect(rows.map((row) => row?.id ?? null)).toEqual(['3', null, '1', '3'])
    expect(calls).toHaveLength(3)
  })

  it('writes a customer under an id that its reference gives, and finds no other', async () => {
    const { erp } = open()
    const ref = `cus_${'0123456789abcdef'.repeat(2)}`
    const made = await erp.customer?.create({ name: 'Grünwald ✨' }, ref)
    expect(made?.id).toMatch(/^[A-Z0-9]{20}$/)
    expect(await erp.customer?.find?.(ref)).toMatchObject({ ref: { id: made?.id }, done: true })
    expect(await erp.customer?.find?.(`${ref}0`)).toBe(null)
    expect(customerId('cus_1')).toBe('cus_1')
    expect((await refusal(async () => erp.customer?.create({ name: 'Grünwald' }, ref))).code).toBe(
      'VALIDATION',
    )
  })

  it('proves nothing where Intacct itself numbers new customers', () => {
    const { erp } = open({ customerIds: 'sequence' })
    expect(erp.customer?.proof).toBe('none')
    expect(erp.customer?.find).toBe(undefined)
  })

  it('refuses two days of delivery, an amount off the whole order, and a price in another currency', async () => {
    const { erp, wire } = open()
    const [one, two] = order().lines
    const bad = [
      order({ lines: [one!, { ...two!, requestedDelivery: '2026-12-24' }] }),
      order({ discounts: [{ amount: { amount: '5', currency: 'EUR' } }] }),
      order({ lines: [{ ...one!, unitPrice: { amount: '5', currency: 'USD' } }] }),
      order({ lines: [{ ...one!, discountPercent: '101' }] }),
    ]
    for (const input of bad)
      expect((await refusal(async () => erp.order?.create(input, 'ord_1'))).code).toBe('VALIDATION')
    expect(wire.some(({ request }) => request.body?.includes('create_sotransaction'))).toBe(false)
  })

  it('believes a webhook by the secret of its address, and reads what it names', () => {
    const raw = {
      headers: {},
      query: { secret: 's3cret' },
      body: Buffer.from('{"kind":"item","id":"A","event":"delete"}'),
    }
    expect(hook.verify(raw, 's3cret')).toBe(true)
    expect(hook.verify(raw, '')).toBe(false)
    expect(hook.verify({ ...raw, query: {} }, 's3cret')).toBe(false)
    expect(hook.read(raw)).toEqual([{ kind: 'item', id: 'A', deleted: true, at: null }])
    expect(hook.read({ ...raw, body: Buffer.from('[') })).toEqual([])
  })
})
