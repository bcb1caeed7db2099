import { describe, expect, it } from 'vitest'
import type { OrderInput } from '../../subgraphs/connector.ts'
import { type Bench, callsOf, itemId, native, open, orderInput, refusal } from './bench.ts'

const REF = 'ord_01JD2WQ3'
const SHIP_TO = {
  name: 'Rampe 3',
  lines: ['Hafenstraße 9', 'Tor 4'],
  postalCode: '20457',
  city: 'Hamburg',
  country: 'DE',
}

async function stateOf(bench: Bench, id: string): Promise<Record<string, unknown>> {
  const fields = [
    'state',
    'origin',
    'client_order_ref',
    'commitment_date',
    'payment_term_id',
    'partner_shipping_id',
    'x_channel',
  ]
  const [row] = await native<Record<string, unknown>[]>(bench, 'sale.order', 'read', [[Number(id)]], {
    fields,
  })
  return row ?? {}
}

async function linesOf(bench: Bench, id: string, fields: string[]): Promise<Record<string, unknown>[]> {
  return native(bench, 'sale.order.line', 'search_read', [[['order_id', '=', Number(id)]]], { fields })
}

async function create(bench: Bench, more: Partial<OrderInput> = {}): Promise<string> {
  const made = await bench.erp.order?.create(orderInput(more), REF)
  return made?.id ?? ''
}

describe('an order', () => {
  it('carries our reference as its source document and the order number of the customer in its own place', async () => {
    await using bench = await open()
    const id = await create(bench, { purchaseOrderNumber: 'PO 4711/ü' })
    expect(await stateOf(bench, id)).toMatchObject({
      state: 'sale',
      origin: REF,
      client_order_ref: 'PO 4711/ü',
    })
  })

  it.each([17, 18, 19] as const)('is created, then confirmed: two writes in version %s', async (version) => {
    await using bench = await open(version)
    await create(bench)
    expect(callsOf(bench, 'sale.order', 'create')).toHaveLength(1)
    expect(callsOf(bench, 'sale.order', 'action_confirm')).toHaveLength(1)
  })

  it('is found as a draft that is not done while it is not confirmed, and resume confirms it', async () => {
    await using bench = await open()
    bench.server.faults('odoo', [{ do: 'reset', match: 'action_confirm' }])
    expect((await refusal(() => create(bench))).code).toBe('UNAVAILABLE')
    const found = await bench.erp.order?.find?.(REF)
    expect(found).toMatchObject({ step: 1, done: false })
    if (found) await bench.erp.order?.resume?.(found.ref, found.step, orderInput())
    expect(await bench.erp.order?.find?.(REF)).toMatchObject({ step: 2, done: true })
    expect(bench.sandbox.ledger().orders.filter(({ ref }) => ref === REF)).toMatchObject([
      { state: 'booked' },
    ])
  })

  it('that somebody confirmed meanwhile is taken as it is', async () => {
    await using bench = await open()
    bench.server.faults('odoo', [{ do: 'resetAfter', match: 'action_confirm' }])
    await refusal(() => create(bench))
    const found = await bench.erp.order?.find?.(REF)
    expect(found).toMatchObject({ step: 2, done: true })
    const ref = await bench.erp.order?.create(orderInput(), REF)
    expect(ref?.id).toBe(found?.ref.id)
    expect(bench.sandbox.ledger().orders.filter((order) => order.ref === REF)).toHaveLength(1)
  })

  it('is the oldest one where several carry its reference, because Odoo keeps no reference unique', async () => {
    await using bench = await open()
    const values = { partner_id: 2, origin: REF, order_line: [[0, 0, { product_id: 1 }]] }
    const [first] = await native<number[]>(bench, 'sale.order', 'create', [[values, values]])
    expect(await bench.erp.order?.find?.(REF)).toMatchObject({ ref: { id: String(first) }, done: false })
  })

  it('stays one when it is created twice', async () => {
    await using bench = await open()
    expect(await create(bench)).toBe(await create(bench))
    expect(bench.sandbox.ledger().orders.filter(({ ref }) => ref === REF)).toHaveLength(1)
  })

  it('is never imported: a repeated import doubles its lines', async () => {
    await using bench = await open()
    const fields = ['id', 'partner_id/.id', 'order_line/product_id/.id', 'order_line/product_uom_qty']
    const rows = [
      ['lab.order_77', '3', '8', '2'],
      ['', '', '13', '1'],
    ]
    await native(bench, 'sale.order', 'load', [fields, rows])
    const again = await native<{ ids: number[] }>(bench, 'sale.order', 'load', [fields, rows])
    expect(await linesOf(bench, String(again.ids[0]), ['id'])).toHaveLength(4)
    bench.calls.length = 0
    await create(bench, { shipTo: SHIP_TO })
    expect(callsOf(bench, 'sale.order', 'load')).toEqual([])
  })

  it.each([
    [17, 'sale'],
    [18, 'sale'],
    [19, 'cancel'],
  ] as const)(
    'is really cancelled in version %s, where a plain call leaves it in state %s',
    async (version, plain) => {
      await using bench = await open(version)
      const id = await create(bench)
      await native(bench, 'sale.order', 'action_cancel', [[Number(id)]])
      expect(await stateOf(bench, id)).toMatchObject({ state: plain })
      await bench.erp.order?.undo?.({ id })
      await bench.erp.order?.undo?.({ id })
      expect(await stateOf(bench, id)).toMatchObject({ state: 'cancel' })
    },
  )

  it('that is locked is not cancelled, and Odoo says why', async () => {
    await using bench = await open()
    const id = await create(bench)
    await native(bench, 'sale.order', 'action_lock', [[Number(id)]])
    const error = await refusal(async () => bench.erp.order?.undo?.({ id }))
    expect(error).toMatchObject({ code: 'CONFLICT', retryable: false })
    expect(error.said).toContain('cannot cancel a locked order')
  })

  it('goes to an address that the customer has, without a new one', async () => {
    await using bench = await open()
    const values = {
      parent_id: 2,
      type: 'delivery',
      name: 'Rampe 3',
      street: 'Hafenstraße 9',
      street2: 'Tor 4',
      zip: '20457',
      city: 'Hamburg',
      country_id: 1,
    }
    const address = await native<number>(bench, 'res.partner', 'create', [values])
    const id = await create(bench, { customer: '2', shipTo: SHIP_TO })
    expect(await stateOf(bench, id)).toMatchObject({ partner_shipping_id: [address, expect.any(String)] })
    expect(callsOf(bench, 'res.partner', 'load')).toEqual([])
  })

  it('makes a new address once, and the next order to it finds it', async () => {
    await using bench = await open()
    const input = orderInput({ shipTo: SHIP_TO })
    expect(await bench.erp.order?.plan(input, REF)).toHaveLength(3)
    const first = await bench.erp.order?.create(input, 'ord-1')
    const second = await bench.erp.order?.create(input, 'ord-2')
    const ids = [first?.id ?? '', second?.id ?? '']
    const [one, two] = await Promise.all(ids.map((id) => stateOf(bench, id)))
    expect(one?.partner_shipping_id).toEqual(two?.partner_shipping_id)
    expect(callsOf(bench, 'res.partner', 'load')).toHaveLength(1)
    expect(await bench.erp.orders?.byId([ids[0] ?? ''])).toMatchObject([
      { shipTo: { type: 'SHIPPING', name: 'Rampe 3', lines: SHIP_TO.lines, city: 'Hamburg', country: 'DE' } },
    ])
  })

  it('names the id of an earlier request in its plan where that request will make it', async () => {
    await using bench = await open()
    const plan = (await bench.erp.order?.plan(orderInput({ shipTo: SHIP_TO }), REF)) ?? []
    expect(plan.map(({ url }) => url.split('/').slice(-2).join(' '))).toEqual([
      'res.partner load',
      'sale.order create',
      'sale.order action_confirm',
    ])
    expect(plan[1]?.body).toContain('"partner_shipping_id":{{1.id}}')
    expect(plan[2]?.body).toContain('"ids":[{{2.id}}]')
  })

  it('works discounts of the whole order and of a line into one percentage', async () => {
    await using bench = await open()
    const lines = [{ item: itemId('DESK-60'), sku: 'DESK-60', quantity: '1', discountPercent: '10' }]
    const id = await create(bench, { lines, discounts: [{ percent: '5' }] })
    expect(await linesOf(bench, id, ['discount', 'price_subtotal'])).toMatchObject([
      { discount: 14.5, price_subtotal: 128.25 },
    ])
  })

  it('books a discount by amount as a line of its own, and asks for the setting where there is none', async () => {
    await using bench = await open()
    const lines = [{ item: itemId('DESK-60'), sku: 'DESK-60', quantity: '1' }]
    const discounts = [{ amount: { amount: '5.55', currency: 'EUR' }, reason: 'Agreed' }]
    const id = await create(bench, { lines, discounts })
    expect(await linesOf(bench, id, ['name', 'price_subtotal'])).toMatchObject([
      { price_subtotal: 150 },
      { name: 'Agreed', price_subtotal: -5.55 },
    ])
    const without = bench.again({ discountProduct: undefined })
    const error = await refusal(async () => without.order?.plan(orderInput({ discounts }), REF))
    expect(error).toMatchObject({ code: 'MAPPING_MISSING', field: 'discounts.0' })
  })

  it.each([17, 19] as const)(
    'takes a line by the dozen, in the unit field of version %s',
    async (version) => {
      await using bench = await open(version)
      const lines = [{ item: itemId('DESK-60'), sku: 'DESK-60', quantity: '2', unit: 'DZN' }]
      const id = await create(bench, { lines })
      const unit = version < 19 ? 'product_uom' : 'product_uom_id'
      expect(await linesOf(bench, id, [unit, 'price_unit'])).toMatchObject([
        { [unit]: [2, 'Dozens'], price_unit: 1800 },
      ])
    },
  )

  it('carries delivery day, payment terms, warehouse and own fields', async () => {
    await using bench = await open(19, { paymentTerms: { NET30: '30 Days' } })
    const lines = orderInput().lines.map((line) => ({ ...line, warehouse: 'SOUTH' }))
    const more = { requestedDelivery: '2026-12-01', paymentTerms: 'NET30', lines }
    const id = await create(bench, { ...more, customAttributes: [{ key: 'x_channel', value: 'shop' }] })
    expect(await stateOf(bench, id)).toMatchObject({
      commitment_date: '2026-12-01 12:00:00',
      payment_term_id: [2, '30 Days'],
      x_channel: 'shop',
    })
    expect(await bench.erp.orders?.byId([id])).toMatchObject([
      {
        requestedDelivery: '2026-12-01',
        customAttributes: expect.arrayContaining([{ key: 'x_channel', value: 'shop' }]),
      },
    ])
  })

  it.each([
    [
      'NOT_SUPPORTED',
      'lines.warehouse',
      { lines: [{ ...orderInput().lines[0]!, warehouse: 'MAIN' }, orderInput().lines[1]!] },
    ],
    ['MAPPING_MISSING', 'lines.0.warehouse', { lines: [{ ...orderInput().lines[0]!, warehouse: 'MOON' }] }],
    ['MAPPING_MISSING', 'paymentTerms', { paymentTerms: 'never' }],
    ['MAPPING_MISSING', 'currency', { currency: 'GBP', lines: [orderInput().lines[0]!] }],
    ['VALIDATION', 'lines.1.unitPrice.currency', { currency: 'USD' }],
    ['MAPPING_MISSING', 'lines.0.unit', { lines: [{ ...orderInput().lines[0]!, unit: 'KGM' }] }],
    ['VALIDATION', 'customAttributes.state', { customAttributes: [{ key: 'state', value: 'sale' }] }],
    ['MAPPING_MISSING', 'shipTo.country', { shipTo: { lines: [], country: 'JP' } }],
  ] as const)('is refused as %s in %s before anything is written', async (code, field, more) => {
    await using bench = await open()
    const input = orderInput(more as Partial<OrderInput>)
    expect(await refusal(async () => bench.erp.order?.plan(input, REF))).toMatchObject({ code, field })
    expect(await refusal(async () => bench.erp.order?.create(input, REF))).toMatchObject({ code, field })
    expect(bench.calls.filter(({ path }) => /\/(create|load|write|action_)/.test(path))).toEqual([])
  })

  it('is refused where two items carry its SKU, unless the item is named', async () => {
    await using bench = await open()
    await native(bench, 'product.product', 'create', [
      { name: 'Twin', default_code: 'PUMP-60', type: 'consu', uom_id: 1, sale_ok: true },
    ])
    const error = await refusal(async () => bench.erp.order?.plan(orderInput(), REF))
    expect(error).toMatchObject({ code: 'INVALID_ITEM', field: 'lines.1.sku' })
    const lines = orderInput().lines.map((line) => ({ ...line, item: itemId(line.sku) }))
    expect(await bench.erp.order?.plan(orderInput({ lines }), REF)).toHaveLength(2)
  })

  it('in another currency uses the price list that the operator named for it', async () => {
    await using bench = await open()
    const lines = [{ item: itemId('DESK-60'), sku: 'DESK-60', quantity: '1' }]
    const id = await create(bench, { currency: 'USD', lines })
    expect(await bench.erp.orders?.byId([id])).toMatchObject([
      { currency: 'USD', net: { amount: '162', currency: 'USD' } },
    ])
  })

  it('shows only its goods as lines, not the headings and notes between them', async () => {
    await using bench = await open()
    const heading = { order_id: 1, display_type: 'line_section', name: 'Büro', sequence: 1 }
    await native(bench, 'sale.order.line', 'create', [heading])
    const [order] = (await bench.erp.orders?.byId(['1'])) ?? []
    expect(order).toMatchObject({ lines: [{ sku: 'DESK-60' }, { sku: 'CHAIR-280' }] })
  })

  it('in a state that an own module added is UNKNOWN, or what the operator says it is', async () => {
    await using bench = await open()
    bench.sandbox.act({ do: 'setOrderStatus', id: '1', status: 'to_approve' })
    expect(await bench.erp.orders?.byId(['1'])).toMatchObject([
      { state: 'UNKNOWN', nativeStatus: 'to_approve' },
    ])
    const erp = bench.again({ statuses: { to_approve: 'PENDING_APPROVAL' } })
    expect(await erp.orders?.byId(['1'])).toMatchObject([
      { state: 'PENDING_APPROVAL', nativeStatus: 'to_approve' },
    ])
  })
})
