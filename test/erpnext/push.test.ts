import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OrderInput } from '../../subgraphs/connector.ts'
import { type Line, open, part, post, refusal } from './line.ts'

let line: Line
beforeEach(async () => (line = await open()))
afterEach(() => line.close())

const BUYER = 'Acme GmbH'
const desk = { item: 'DESK-60', sku: 'DESK-60', quantity: '2' }
const input: OrderInput = { customer: BUYER, lines: [desk] }
const order = () => part(line.erp.order)
const find = (ref: string) => part(order().find)(ref)
const undo = (id: string) => part(order().undo)({ id })
const booked = () =>
  line.server
    .sandbox('erpnext')
    .ledger()
    .orders.filter(({ ref }) => ref !== null)
const bodies = (path: string) =>
  line.sent
    .filter(({ method, url }) => method === 'POST' && url.endsWith(path))
    .map(({ body }) => JSON.parse(body ?? '{}') as Record<string, unknown>)

describe('pushing an order into ERPNext', () => {
  it('is an insert and a submit: a draft is step 1 and never done, and resume finishes it', async () => {
    line.server.faults('erpnext', [{ do: 'reset', match: 'PUT /api/resource/Sales' }])
    await refusal(order().create(input, 'ref-1'))
    const half = await find('ref-1')
    expect(half).toMatchObject({ step: 1, done: false })
    expect(booked()).toMatchObject([{ state: 'draft' }])
    await part(order().resume)(part(half ?? undefined).ref, 1, input)
    expect(await find('ref-1')).toMatchObject({ step: 2, done: true })
    expect(booked()).toMatchObject([{ state: 'booked', ref: 'ref-1' }])
  })

  it('a commit whose answer was lost is found, and a second create is refused as a duplicate', async () => {
    line.server.faults('erpnext', [{ do: 'resetAfter', match: 'POST /api/resource/Sales' }])
    expect((await refusal(order().create(input, 'ref-2'))).code).toBe('UNAVAILABLE')
    expect(await find('ref-2')).toMatchObject({ step: 1, done: false })
    expect(await refusal(order().create(input, 'ref-2'))).toMatchObject({ code: 'DUPLICATE_ORDER' })
    expect(booked()).toHaveLength(1)
    expect(await find('another')).toBeNull()
  })

  it('submitting what is submitted already does no harm', async () => {
    const ref = await order().create(input, 'ref-3')
    await part(order().resume)(ref, 1, input)
    expect(booked()).toMatchObject([{ state: 'booked' }])
  })

  it("the customer's order number stands in po_no and ours does not: a repeated number is refused with its field", async () => {
    await order().create({ ...input, purchaseOrderNumber: 'PO-1' }, 'ref-4')
    const error = await refusal(order().create({ ...input, purchaseOrderNumber: 'PO-1' }, 'ref-5'))
    expect(error).toMatchObject({ code: 'DUPLICATE_ORDER', field: 'purchaseOrderNumber', retryable: false })
    expect(error.said).not.toMatch(/<strong>/)
    expect(booked()).toHaveLength(1)
    await order().create({ ...input, customer: 'Zephyr GmbH', purchaseOrderNumber: 'PO-1' }, 'ref-6')
    const [body] = bodies('Sales%20Order')
    expect(body).toMatchObject({ po_no: 'PO-1', custom_unified_id: 'ref-4' })
  })

  it('the plan is what create sends, byte for byte, with the key never shown', async () => {
    const full: OrderInput = {
      ...input,
      currency: 'EUR',
      purchaseOrderNumber: 'PO "ü" ✨',
      requestedDelivery: '2099-01-05',
      note: 'a <b>\n& "c"',
      discounts: [{ percent: '10' }, { percent: '10' }],
      shipTo: {
        type: 'SHIPPING',
        name: 'Tor 3',
        lines: ['Hafen 1', '2. Hof'],
        postalCode: '20457',
        city: 'Hamburg',
        country: 'DE',
      },
      lines: [
        {
          ...desk,
          unit: 'BX',
          unitPrice: { amount: '123456789.123456789', currency: 'EUR' },
          discountPercent: '5',
          warehouse: 'Chicago - NHG',
          description: 'x < y',
        },
      ],
    }
    const plan = await order().plan(full, 'ref-7')
    expect(plan.map(({ method }) => method)).toEqual(['POST', 'POST', 'PUT'])
    expect(JSON.stringify(plan)).not.toContain('demo-')
    line.sent.length = 0
    const ref = await order().create(full, 'ref-7')
    const writes = line.sent.filter(({ method, repeatable }) => method !== 'GET' && !repeatable)
    const ids = ['Tor 3 (ref-7)-Shipping', ref.id]
    const filled = (text: string, id: (value: string) => string) =>
      text.replace(/\{\{(\d)\.id\}\}/g, (_, no: string) => id(ids[Number(no) - 1] ?? ''))
    expect(writes.map(({ url }) => url)).toEqual(plan.map(({ url }) => filled(url, encodeURIComponent)))
    expect(writes.map(({ body }) => body)).toEqual(plan.map(({ body }) => filled(body ?? '', (id) => id)))
    const [read] = await part(line.erp.orders).byId([ref.id])
    expect(read).toMatchObject({
      reference: 'ref-7',
      purchaseOrderNumber: 'PO "ü" ✨',
      requestedDelivery: '2099-01-05',
      note: 'a <b>\n& "c"',
      shipTo: { lines: ['Hafen 1', '2. Hof'], city: 'Hamburg', country: 'DE' },
      lines: [
        {
          unit: 'BX',
          unitPrice: { amount: '123456789.123456789' },
          discounts: [{ percent: '5' }],
          description: 'x < y',
        },
      ],
    })
    expect(writes.some(({ body }) => body?.includes('"price_list_rate":123456789.123456789'))).toBe(true)
    expect(writes.some(({ body }) => body?.includes('"additional_discount_percentage":19,'))).toBe(true)
  })

  it('an address that an earlier attempt made, or that the customer has, is used and not made again', async () => {
    const shipTo = { lines: ['Hafen 1'], postalCode: '20457', city: 'Hamburg', country: 'DE' }
    line.server.faults('erpnext', [{ do: 'reset', match: 'POST /api/resource/Sales' }])
    await refusal(order().create({ ...input, shipTo }, 'ref-8'))
    await order().create({ ...input, shipTo }, 'ref-8')
    expect(bodies('/Address')).toHaveLength(1)
    const [customer] = await part(line.erp.customers).byId([BUYER])
    const own = customer && !(customer instanceof Error) ? customer.addresses?.[0] : undefined
    await order().create({ ...input, shipTo: part(own) }, 'ref-9')
    expect(bodies('/Address')).toHaveLength(1)
  })

  it('without the custom field nothing is sent: ERPNext would drop the reference without a word', async () => {
    const other = await open({ referenceField: 'custom_other' })
    const error = await refusal(part(other.erp.order).create(input, 'ref-10'))
    expect(error).toMatchObject({ code: 'MAPPING_MISSING', field: 'referenceField' })
    expect(other.calls().filter((call) => !call.startsWith('GET'))).toEqual([])
    await part(other.erp.orders).list({ first: 2, after: null })
    await other.close()
  })

  it('prices that we give stay, and lines without one get the price of the ERP beside them', async () => {
    const lines = [
      { ...desk, unitPrice: { amount: '1.5', currency: 'EUR' } },
      { ...desk, item: null, sku: 'DESK-100', quantity: '25' },
    ]
    const ref = await order().create({ ...input, lines }, 'ref-11')
    const [read] = await part(line.erp.orders).byId([ref.id])
    expect(read).toMatchObject({
      lines: [{ unitPrice: { amount: '1.5' } }, { sku: 'DESK-100', unitPrice: { amount: '148.2' } }],
      total: { amount: '3708', currency: 'EUR' },
    })
    expect(bodies('Sales%20Order')[0]).toMatchObject({ ignore_pricing_rule: 1 })
  })

  it('what is wrong is told before anything is sent, with the field', async () => {
    const wrong: [Partial<OrderInput>, string, string][] = [
      [{ customer: 'Nobody' }, 'INVALID_CUSTOMER', 'customer'],
      [{ lines: [{ ...desk, item: 'NOPE' }] }, 'INVALID_ITEM', 'lines[0].sku'],
      [{ lines: [desk, { ...desk, unit: 'LTR' }] }, 'MAPPING_MISSING', 'lines[1].unit'],
      [{ lines: [{ ...desk, warehouse: 'Mars' }] }, 'VALIDATION', 'lines[0].warehouse'],
      [{ lines: [{ ...desk, quantity: '0' }] }, 'VALIDATION', 'lines[0].quantity'],
      [{ lines: [{ ...desk, discountPercent: '101' }] }, 'VALIDATION', 'lines[0].discountPercent'],
      [
        { lines: [{ ...desk, unitPrice: { amount: '1', currency: 'USD' } }] },
        'VALIDATION',
        'lines[0].unitPrice',
      ],
      [{ lines: [] }, 'MISSING_REQUIRED_FIELD', 'lines'],
      [{ shipTo: { lines: [], city: 'x', country: 'DE' } }, 'MISSING_REQUIRED_FIELD', 'address.lines'],
      [
        { discounts: [{ percent: '1' }, { amount: { amount: '1', currency: 'EUR' } }] },
        'VALIDATION',
        'discounts',
      ],
      [
        { customAttributes: [{ key: 'grand_total', value: '0' }] },
        'VALIDATION',
        'customAttributes.grand_total',
      ],
      [
        { customAttributes: [{ key: 'custom_unknown', value: '0' }] },
        'VALIDATION',
        'customAttributes.custom_unknown',
      ],
    ]
    for (const [change, code, field] of wrong) {
      expect(await refusal(order().create({ ...input, ...change }, 'ref-12')), field).toMatchObject({
        code,
        field,
      })
      expect(await refusal(order().plan({ ...input, ...change }, 'ref-12')), field).toMatchObject({
        code,
        field,
      })
    }
    expect(line.calls().filter((call) => !call.startsWith('GET'))).toEqual([])
  })

  it('a frozen customer and a crossed credit limit hold the order back; the latter as a draft', async () => {
    await post(line, '/api/resource/Customer/Zephyr%20GmbH', { is_frozen: 1 }, 'PUT')
    expect(await refusal(order().create({ ...input, customer: 'Zephyr GmbH' }, 'ref-13'))).toMatchObject({
      code: 'CREDIT_HOLD',
    })
    await post(
      line,
      `/api/resource/Customer/${encodeURIComponent(BUYER)}`,
      { credit_limits: [{ company: 'Nordlicht Handel GmbH', credit_limit: 100 }] },
      'PUT',
    )
    expect(await refusal(order().create(input, 'ref-14'))).toMatchObject({
      code: 'CREDIT_HOLD',
      retryable: false,
    })
    expect(await find('ref-14')).toMatchObject({ step: 1, done: false })
  })
})

describe('taking an order back', () => {
  it('cancels what is submitted, deletes a draft, and doing it twice is doing it once', async () => {
    const ref = await order().create(input, 'ref-20')
    await undo(ref.id)
    await undo(ref.id)
    expect(booked()).toMatchObject([{ state: 'cancelled' }])
    expect(await find('ref-20')).toMatchObject({ done: true })
    line.server.faults('erpnext', [{ do: 'reset', match: 'PUT /api/resource/Sales' }])
    await refusal(order().create(input, 'ref-21'))
    const id = part((await find('ref-21')) ?? undefined).ref.id
    await undo(id)
    await undo(id)
    expect(await find('ref-21')).toBeNull()
    expect(await refusal(undo('SAL-ORD-1999-00001'))).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is refused while an invoice stands against it, in plain words', async () => {
    const ref = await order().create(input, 'ref-22')
    const lines = [{ ...desk, unitPrice: { amount: '100', currency: 'EUR' } }]
    const invoice = await part(line.erp.invoice).create({ customer: BUYER, order: ref.id, lines }, 'inv-1')
    const error = await refusal(undo(ref.id))
    expect(error).toMatchObject({ code: 'CONFLICT', retryable: false })
    expect(error.said).toContain(`linked with Sales Invoice ${invoice.id}`)
    await part(part(line.erp.invoice).undo)(invoice)
    await undo(ref.id)
    expect(booked()).toMatchObject([{ state: 'cancelled' }])
  })
})

describe('invoices and payments', () => {
  it('an invoice bills the rows of its order, and a payment settles it to the cent', async () => {
    const lines = [{ ...desk, unitPrice: { amount: '100', currency: 'EUR' } }]
    const from = await order().create({ ...input, lines }, 'ref-30')
    const invoice = await part(line.erp.invoice).create(
      { customer: BUYER, order: from.id, dueOn: '2099-01-01', lines },
      'inv-30',
    )
    expect(await part(part(line.erp.invoice).find)('inv-30')).toMatchObject({ done: true })
    expect(await part(line.erp.orders).byId([from.id])).toMatchObject([{ invoicing: 'FULL', state: 'OPEN' }])
    const some = { amount: '50.01', currency: 'EUR' }
    const payment = await part(line.erp.payment).create(
      {
        customer: BUYER,
        amount: some,
        paidOn: '2026-11-21',
        allocations: [{ invoice: invoice.id, amount: some }],
      },
      'pay-30',
    )
    expect(await part(part(line.erp.payment).find)('pay-30')).toMatchObject({
      ref: { id: payment.id },
      done: true,
    })
    expect(await part(line.erp.invoices).byId([invoice.id])).toMatchObject([
      { payment: 'PARTIAL', state: 'OPEN', balance: { amount: '149.99' }, orders: [from.id] },
    ])
    expect(await part(line.erp.payments).byId([payment.id])).toMatchObject([
      { amount: some, allocations: [{ invoice: invoice.id, amount: some }] },
    ])
    await part(part(line.erp.payment).undo)(payment)
    expect(await part(line.erp.invoices).byId([invoice.id])).toMatchObject([
      { payment: 'UNPAID', balance: { amount: '200' } },
    ])
  })

  it('a payment of more than is open is refused by the ERP, one in another currency before', async () => {
    const [open] = (await part(line.erp.invoices).list({ first: 1, after: null })).rows
    const amount = { amount: '99999999', currency: 'EUR' }
    const base = { customer: open?.customer ?? '', paidOn: '2026-11-21' }
    const pay = (money: typeof amount) =>
      part(line.erp.payment).create(
        { ...base, amount: money, allocations: [{ invoice: open?.id ?? '', amount: money }] },
        'pay-31',
      )
    expect(await refusal(pay(amount))).toMatchObject({ code: 'VALIDATION' })
    expect(await refusal(pay({ ...amount, currency: 'USD' }))).toMatchObject({
      code: 'NOT_SUPPORTED',
      field: 'amount',
    })
  })
})
