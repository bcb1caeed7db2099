import { describe, expect, it } from 'vitest'
import { SALES } from '../../subgraphs/sageaccounting/sandbox/parts.ts'
import { dayIn } from '../../subgraphs/zone.ts'
import { customerId, errorOf, itemIds, orderOf, stage, value } from './open.ts'

const open = stage()

function bodyOf(text: string | null | undefined): Record<string, Record<string, unknown>> {
  return JSON.parse(text ?? '{}') as Record<string, Record<string, unknown>>
}

describe('an order', () => {
  it('is a quote with everything that Sage wants: account, tax rate, tax to the cent, expiry', async () => {
    const { erp } = open()
    const [request] = (await erp.order?.plan(await orderOf(erp), 'ord_1')) ?? []
    expect(request?.headers.authorization).toBe('•••')
    const { sales_quote: quote } = bodyOf(request?.body)
    expect(quote).toMatchObject({
      date: '2026-11-21',
      expiry_date: '2026-12-21',
      reference: 'ord_1',
      currency_id: 'EUR',
    })
    expect(quote?.idempotency_id).toMatch(/^[\da-f]{32}$/)
    const [line] = (quote?.quote_lines ?? []) as object[]
    expect(line).toMatchObject({
      quantity: 2,
      unit_price: 212.5,
      tax_rate_id: 'GB_STANDARD',
      tax_amount: 85,
      ledger_account_id: expect.stringMatching(/^[\da-f]{32}$/),
    })
  })

  it('is dated by the calendar of its business, which may be a day away from that of UTC', async () => {
    const { again } = open()
    const days = ['Pacific/Kiritimati', 'Pacific/Pago_Pago'].map(async (timeZone) => {
      const { erp } = again({ timeZone })
      const [request] = (await erp.order?.plan(await orderOf(erp, { orderedOn: null }), 'ord_1')) ?? []
      return bodyOf(request?.body).sales_quote?.date
    })
    const now = Date.now()
    const dates = [dayIn('Pacific/Kiritimati', now), dayIn('Pacific/Pago_Pago', now)]
    expect(dates[0]).not.toBe(dates[1])
    expect(await Promise.all(days)).toEqual(dates)
  })

  it('sells a service by service_id and goods by product_id', async () => {
    const { erp } = open()
    const lines = ['FIT-60', 'DESK-60'].map((sku) => ({ item: null, sku, quantity: '1' }))
    const [request] = (await erp.order?.plan(await orderOf(erp, { lines }), 'ord_1')) ?? []
    const ids = await itemIds(erp)
    const written = bodyOf(request?.body).sales_quote?.quote_lines as object[]
    expect(written[0]).toMatchObject({ service_id: ids.get('FIT-60') })
    expect(written[1]).toMatchObject({ product_id: ids.get('DESK-60') })
  })

  it('is written once by its idempotency id, and found by the whole reference alone', async () => {
    const { erp, sandbox, again } = open()
    const input = await orderOf(erp, { purchaseOrderNumber: 'ord_10', note: 'Für ord_1 🔔' })
    const ref = await erp.order?.create(input, 'ord_1')
    expect((await again({}).erp.order?.create(input, 'ord_1'))?.id).toBe(ref?.id)
    expect(sandbox.ledger().orders.filter((row) => row.ref === 'ord_1')).toHaveLength(1)
    expect(await erp.order?.find?.('ord_')).toBe(null)
    expect(await erp.order?.find?.('ord_1')).toMatchObject({ ref: { id: ref?.id }, done: true })
    const [row] = (await erp.orders?.byId([ref?.id ?? ''])) ?? []
    expect(value(row)).toMatchObject({
      purchaseOrderNumber: 'ord_10',
      note: 'Für ord_1 🔔',
      state: 'PENDING_APPROVAL',
    })
  })

  it('is declined when it is cancelled, twice over, and stays to be found', async () => {
    const { erp, calls } = open()
    const ref = (await erp.order?.create(await orderOf(erp), 'ord_1')) ?? { id: '' }
    await erp.order?.undo?.(ref)
    const count = calls.filter(({ method }) => method === 'PUT').length
    await erp.order?.undo?.(ref)
    expect(calls.filter(({ method }) => method === 'PUT')).toHaveLength(count)
    expect((await erp.order?.find?.('ord_1'))?.ref.id).toBe(ref.id)
  })

  it('may be an estimate, or a draft invoice that is voided with a reason and answers 200', async () => {
    const { again } = open()
    for (const [orderTarget, path] of [
      ['ESTIMATE', '/sales_estimates'],
      ['DRAFT_INVOICE', '/sales_invoices'],
    ]) {
      const { erp, wire } = again({ orderTarget })
      const ref = (await erp.order?.create(await orderOf(erp), `ord_${orderTarget}`)) ?? { id: '' }
      expect(wire.some(({ request }) => request.method === 'POST' && request.url.endsWith(path ?? '-'))).toBe(
        true,
      )
      const [row] = (await erp.orders?.byId([ref.id])) ?? []
      expect(value(row).state).toBe(orderTarget === 'ESTIMATE' ? 'PENDING_APPROVAL' : 'OPEN')
      await erp.order?.undo?.(ref)
      expect((await erp.orders?.byId([ref.id]))?.map((one) => value(one).state)).toEqual(['CANCELLED'])
      const deleted = wire.filter(({ request }) => request.method === 'DELETE')
      expect(deleted.map(({ answer }) => answer.status)).toEqual(orderTarget === 'ESTIMATE' ? [] : [200])
    }
  })

  it('is refused by name where something has no place: warehouses, units, amounts off, two currencies', async () => {
    const { erp } = open()
    const input = await orderOf(erp)
    const [one, two] = input.lines as [(typeof input.lines)[0], (typeof input.lines)[0]]
    const cases: [object, string, string][] = [
      [{ lines: [{ ...one, warehouse: 'MAIN' }] }, 'VALIDATION', 'lines.0.warehouse'],
      [{ lines: [{ ...one, unit: 'KGM' }] }, 'MAPPING_MISSING', 'lines.0.unit'],
      [{ discounts: [{ amount: { amount: '5', currency: 'EUR' } }] }, 'VALIDATION', 'discounts'],
      [{ currency: 'USD' }, 'VALIDATION', 'currency'],
      [{ currency: 'USD', lines: [two] }, 'MISSING_REQUIRED_FIELD', 'lines.0.unitPrice'],
      [{ paymentTerms: 'soon' }, 'MAPPING_MISSING', 'paymentTerms'],
      [{ purchaseOrderNumber: 'a\nb' }, 'VALIDATION', 'purchaseOrderNumber'],
      [{ lines: [{ ...one, discountPercent: '101' }] }, 'VALIDATION', 'lines.0.discountPercent'],
    ]
    for (const [more, code, field] of cases)
      expect(await errorOf(erp.order?.plan({ ...input, ...more }, 'ord_1'))).toMatchObject({ code, field })
  })
})

describe('the imitation', () => {
  it('wants wrapped bodies, known fields and the tax of each line, and names the field', async () => {
    const { raw, erp } = open()
    const input = await orderOf(erp)
    const [request] = (await erp.order?.plan(input, 'ord_1')) ?? []
    const { sales_quote: quote = {} } = bodyOf(request?.body)
    const [line] = quote.quote_lines as Record<string, unknown>[]
    const { tax_amount: _, ...bare } = line ?? {}
    const sources = async (body: object) => {
      const answer = await raw('POST', 'sales_quotes', body)
      return [answer.status, (answer.json() as { $source: string }[])[0]?.$source]
    }
    expect(await sources(quote)).toEqual([400, 'sales_quote'])
    expect(await sources({ sales_quote: { ...quote, warehouse: 'x' } })).toEqual([422, 'warehouse'])
    expect(await sources({ sales_quote: { ...quote, quote_lines: [bare] } })).toEqual([
      422,
      'quote_lines[0].tax_amount',
    ])
    expect(await sources({ sales_quote: { ...quote, contact_id: 'x' } })).toEqual([422, 'contact_id'])
  })
})

describe('an item without a ledger account', () => {
  it('is refused before anything is sent, unless the operator names the account of such lines', async () => {
    const { erp, again, calls } = open({}, { withoutAccount: ['LAMP-60'] })
    const input = await orderOf(erp)
    expect(await errorOf(erp.order?.create(input, 'ord_1'))).toMatchObject({
      code: 'MISSING_REQUIRED_FIELD',
      field: 'ledgerAccountId',
      message: 'The item LAMP-60 has no ledger account.',
    })
    expect(calls.some(({ method, path }) => method === 'POST' && path === '/sales_quotes')).toBe(false)
    const { erp: settled } = again({ ledgerAccountId: String(SALES.id) })
    const ref = await settled.order?.create(input, 'ord_1')
    expect(value((await settled.orders?.byId([ref?.id ?? '']))?.[0]).lines).toHaveLength(2)
  })

  it('is refused by the imitation, too, which gives a line no account by itself', async () => {
    const { erp, raw } = open({}, { withoutAccount: ['LAMP-60'] })
    const lines = [{ item: null, sku: 'DESK-60', quantity: '1' }]
    const [request] = (await erp.order?.plan(await orderOf(erp, { lines }), 'ord_1')) ?? []
    const { sales_quote: quote = {} } = bodyOf(request?.body)
    const [{ ledger_account_id: _, ...line }] = quote.quote_lines as [Record<string, unknown>]
    const bare = { ...line, product_id: (await itemIds(erp)).get('LAMP-60') }
    for (const one of [bare, { ...bare, ledger_account_id: 'x' }]) {
      const answer = await raw('POST', 'sales_quotes', { sales_quote: { ...quote, quote_lines: [one] } })
      expect(answer.status).toBe(422)
      expect(answer.json()).toMatchObject([{ $source: 'quote_lines[0].ledger_account_id' }])
    }
  })
})

describe('invoices and payments', () => {
  it('are final at once, name their quote, and are paid by allocation', async () => {
    const { erp } = open()
    const input = await orderOf(erp)
    const quote = await erp.order?.create(input, 'ord_1')
    const wanted = { customer: input.customer, lines: input.lines, order: quote?.id, issuedOn: '2026-11-21' }
    const invoice = (await erp.invoice?.create(wanted, 'inv_1')) ?? { id: '' }
    const read = async () => value((await erp.invoices?.byId([invoice.id]))?.[0])
    expect(await read()).toMatchObject({ state: 'OPEN', orders: [quote?.id, 'inv_1'] })
    const amount = { amount: '100', currency: 'EUR' }
    const payment = {
      customer: input.customer,
      amount,
      paidOn: '2026-11-21',
      allocations: [{ invoice: invoice.id, amount }],
    }
    const paid = await erp.payment?.create(payment, 'pay_1')
    expect(await read()).toMatchObject({ nativeStatus: 'PART_PAID', state: 'OPEN' })
    expect(await erp.payment?.find?.('pay_1')).toMatchObject({ ref: { id: paid?.id }, done: true })
    expect((await errorOf(erp.invoice?.undo?.(invoice))).code).toBe('VALIDATION')
    const much = { amount: '999999', currency: 'EUR' }
    const over = { ...payment, amount: much, allocations: [{ invoice: invoice.id, amount: much }] }
    expect(await errorOf(erp.payment?.plan(over, 'pay_2'))).toMatchObject({ field: 'allocations.0.invoice' })
    expect(await errorOf(open({ bankAccountId: undefined }).erp.payment?.plan(payment, 'p'))).toMatchObject({
      code: 'MAPPING_MISSING',
    })
  })

  it('finish a draft that stands under the reference of an invoice by releasing it', async () => {
    const { erp, raw } = open()
    const input = await orderOf(erp)
    const [request] =
      (await erp.invoice?.plan({ customer: input.customer, lines: input.lines }, 'inv_1')) ?? []
    const { sales_invoice: body } = bodyOf(request?.body)
    await raw('POST', 'sales_invoices', { sales_invoice: { ...body, status_id: 'DRAFT' } })
    const found = await erp.invoice?.find?.('inv_1')
    expect(found).toMatchObject({ step: 1, done: false })
    if (!found) return
    await erp.invoice?.resume?.(found.ref, 1, { customer: input.customer, lines: input.lines })
    expect(await erp.invoice?.find?.('inv_1')).toMatchObject({ done: true })
  })
})

describe('a customer', () => {
  it('keeps what a partial change does not name, and refuses a change over an old version', async () => {
    const { erp } = open()
    const input = {
      name: 'Grünwald ✨',
      email: 'a@gruen.example',
      phone: '+49301',
      group: 'Trade',
      paymentTerms: '45 days',
    }
    const ref = (await erp.customer?.create(input, 'cus_1')) ?? { id: '' }
    await erp.customer?.update?.(ref, { phone: '+49302' }, ref.version ?? null)
    const [row] = (await erp.customers?.byId([ref.id])) ?? []
    expect(value(row)).toMatchObject({
      email: 'a@gruen.example',
      phone: '+49302',
      group: 'Trade',
      paymentTerms: '45 days',
    })
    expect((await errorOf(erp.customer?.update?.(ref, { phone: '+49303' }, ref.version ?? null))).code).toBe(
      'CONFLICT',
    )
    expect(await errorOf(erp.customer?.plan({ name: 'X', group: 'Nobody' }, 'cus_2'))).toMatchObject({
      code: 'MAPPING_MISSING',
      field: 'group',
    })
    expect(await customerId(erp)).toMatch(/^[\da-f]{32}$/)
  })
})
