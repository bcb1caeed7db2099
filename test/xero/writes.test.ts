import { describe, expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Json } from '../../subgraphs/json.ts'
import { mustBeSaved } from '../../subgraphs/xero/errors.ts'
import { dayIn } from '../../subgraphs/zone.ts'
import { errorOf, customerId, itemIds, orderOf, stage, value } from './open.ts'

const open = stage()
const MINUTES = 60_000

describe('an order in Xero', () => {
  it('is a draft invoice by PUT with a key, its texts in lines without an amount, and reads back whole', async () => {
    const { erp, wire } = open()
    const input = await orderOf(erp, {
      purchaseOrderNumber: 'PO-1',
      requestedDelivery: '2026-12-01',
      note: 'Bitte läuten 🔔',
      shipTo: { lines: ['Tor 3'], city: 'München', country: 'DE' },
    })
    const ref = await erp.order?.create(input, 'ord_1')
    const sent = wire.at(-1)?.request
    expect(sent).toMatchObject({ method: 'PUT', headers: { 'idempotency-key': 'order-ord_1' } })
    expect(sent?.url).toMatch(/\/Invoices\?summarizeErrors=false&unitdp=4$/)
    const body = JSON.parse(sent?.body ?? '') as { Invoices: { LineItems: object[] }[] }
    expect(body.Invoices[0]).toMatchObject({ Type: 'ACCREC', Status: 'DRAFT', Reference: 'ord_1' })
    expect(body.Invoices[0]?.LineItems.at(-2)).toEqual({ Description: 'Deliver to: Tor 3, München, Germany' })
    const [order] = (await erp.orders?.byId([ref?.id ?? ''])) ?? []
    expect(value(order)).toMatchObject({
      state: 'OPEN',
      nativeStatus: 'DRAFT',
      purchaseOrderNumber: 'PO-1',
      requestedDelivery: '2026-12-01',
      note: 'Bitte läuten 🔔',
    })
    expect(value(order).lines).toHaveLength(2)
  })

  it('is dated by the calendar of its organisation, which may be a day away from that of UTC', async () => {
    const { again } = open()
    const days = ['Pacific/Kiritimati', 'Pacific/Pago_Pago'].map(async (timeZone) => {
      const { erp } = again({ timeZone })
      const [plan] = (await erp.order?.plan(await orderOf(erp, { orderedOn: null }), 'ord_1')) ?? []
      return (JSON.parse(plan?.body ?? '{}') as { Invoices: [{ Date: string }] }).Invoices[0].Date
    })
    const now = Date.now()
    const dates = [dayIn('Pacific/Kiritimati', now), dayIn('Pacific/Pago_Pago', now)]
    expect(dates[0]).not.toBe(dates[1])
    expect(await Promise.all(days)).toEqual(dates)
  })

  it('is the same one when it is sent twice within the minutes in which Xero knows the key', async () => {
    const { erp, sandbox, again } = open()
    const input = await orderOf(erp)
    const first = await erp.order?.create(input, 'ord_1')
    expect((await again({}).erp.order?.create(input, 'ord_1'))?.id).toBe(first?.id)
    expect(sandbox.ledger().orders.filter(({ ref }) => ref === 'ord_1')).toHaveLength(1)
    const other = { ...input, note: 'anders' }
    expect((await erp.order?.create(other, 'ord_1'))?.id).toBe(first?.id)
    expect(sandbox.ledger().orders.filter(({ ref }) => ref === 'ord_1')).toHaveLength(1)
  })

  it('goes out at once when it was refused and then corrected, although its key still stands for the refused one', async () => {
    const { erp, sandbox, wire } = open({ tracking: ['Region'] })
    const input = await orderOf(erp)
    const inRegion = (value: string) => ({ ...input, customAttributes: [{ key: 'Region', value }] })
    expect((await errorOf(erp.order?.create(inRegion('Nowhere'), 'ord_1'))).code).toBe('VALIDATION')
    const made = await erp.order?.create(inRegion('North'), 'ord_1')
    expect(sandbox.ledger().orders.filter(({ ref }) => ref === 'ord_1')).toMatchObject([{ id: made?.id }])
    const keys = wire.flatMap(({ request }) => request.headers?.['idempotency-key'] ?? [])
    expect(keys.slice(0, 2)).toEqual(['order-ord_1', 'order-ord_1'])
    expect(keys.at(-1)).toMatch(/^order-ord_1-[\da-f]{8}$/)
    // The same correction again is the same document.
    expect((await erp.order?.create(inRegion('North'), 'ord_1'))?.id).toBe(made?.id)
  })

  it('is found by its unique number after those minutes, where the operator lets us number', async () => {
    let now = Date.now()
    const { erp, sandbox } = open({ numbers: 'reference' }, { now: () => now })
    const input = await orderOf(erp)
    const first = await erp.order?.create(input, 'ord_1')
    now += 7 * MINUTES
    expect((await erp.order?.create(input, 'ord_1'))?.id).toBe(first?.id)
    expect(first?.number).toBe('ord_1')
    expect(sandbox.ledger().orders.filter(({ ref }) => ref === 'ord_1')).toHaveLength(1)
  })

  it('is refused, although the status is 200, when Xero did not save the element', async () => {
    const { erp, fault, name } = open()
    const input = await orderOf(erp)
    fault(name, [{ do: 'error', name: 'savedWithError', match: 'PUT ' }])
    expect(await errorOf(erp.order?.create(input, 'ord_1'))).toMatchObject({
      code: 'INVALID_ITEM',
      said: "Item code 'NOPE' is not valid",
    })
  })

  it('is saved with a warning, and not where its state is an error that says nothing', () => {
    const told = { ValidationErrors: [{ Message: 'Description must be specified' }] }
    const good: Json[] = [{}, { StatusAttributeString: 'OK' }, { StatusAttributeString: 'WARNING', ...told }]
    const bad: Json[] = [null, { StatusAttributeString: 'ERROR' }, told, { LineItems: [told] }]
    for (const one of good) expect(() => mustBeSaved(one)).not.toThrow()
    for (const one of bad) expect(() => mustBeSaved(one)).toThrow(ErpError)
  })

  it('carries discounts as one rate per line, and an amount as a line below zero', async () => {
    const { erp } = open()
    const input = await orderOf(erp)
    const lines = input.lines.map((line) => ({ ...line, discountPercent: '12.5' }))
    const discounts = [{ percent: '10' }, { reason: 'Messe', amount: { amount: '20', currency: 'EUR' } }]
    const [plan] = (await erp.order?.plan({ ...input, lines, discounts }, 'ord_1')) ?? []
    const body = JSON.parse(plan?.body ?? '') as { Invoices: [{ LineItems: object[] }] }
    expect(body.Invoices[0].LineItems).toMatchObject([
      { DiscountRate: 21.25 },
      { DiscountRate: 21.25 },
      { Description: 'Messe', Quantity: 1, UnitAmount: -20 },
    ])
  })

  it('in another currency needs prices, because the price of an item is a bare number', async () => {
    const { erp } = open()
    const input = await orderOf(erp)
    const lines = input.lines.map((line) => ({ ...line, unitPrice: null }))
    const usd = { ...input, lines, currency: 'USD' }
    expect(await errorOf(erp.order?.plan(usd, 'ord_1'))).toMatchObject({
      code: 'MISSING_REQUIRED_FIELD',
      field: 'lines.0.unitPrice',
    })
    expect((await errorOf(erp.order?.plan({ ...usd, currency: 'JPY' }, 'ord_1'))).code).toBe('VALIDATION')
  })

  it('fills tracking categories that the operator named, and refuses others', async () => {
    const { erp } = open({ tracking: ['Region'] })
    const input = await orderOf(erp, { customAttributes: [{ key: 'Region', value: 'South' }] })
    const ref = await erp.order?.create(input, 'ord_1')
    expect(ref?.id).toMatch(/-/)
    const wrong = { ...input, customAttributes: [{ key: 'Colour', value: 'red' }] }
    expect((await errorOf(erp.order?.plan(wrong, 'ord_2'))).code).toBe('VALIDATION')
  })

  it('goes to the contact into which its contact was merged, and to no archived one', async () => {
    const { erp, sandbox } = open()
    const input = await orderOf(erp)
    const heir = await customerId(erp, 1)
    const handle = sandbox.handle.bind(sandbox)
    let more = `,"MergedToContactID":"${heir}"`
    sandbox.handle = async (request) => {
      const answer = await handle(request)
      const mark = `"ContactID":"${input.customer}"`
      const archived = `${mark}${more},"x":1`
      const text = JSON.stringify(answer.body).replace(mark, archived)
      const body = text.includes(archived) ? text.replace('"ACTIVE"', '"ARCHIVED"') : text
      return request.path.endsWith('/Contacts') ? { ...answer, body } : answer
    }
    const [plan] = (await erp.order?.plan(input, 'ord_1')) ?? []
    expect(plan?.body).toContain(`"Contact":{"ContactID":"${heir}"}`)
    more = ''
    expect((await errorOf(erp.order?.plan(input, 'ord_1'))).code).toBe('INVALID_CUSTOMER')
  })
})

describe('an order that becomes an approved invoice', () => {
  it('moves tracked stock once, and a draft of it is not taken for done but approved', async () => {
    const { erp, sandbox, again } = open()
    const input = await orderOf(erp)
    const item = (await itemIds(erp)).get('DESK-60') ?? ''
    const stock = async () =>
      Number(value((await erp.stock?.([{ item, sku: '', warehouses: null }]))?.[0]).onHand)
    const before = await stock()
    await erp.order?.create(input, 'ord_1')
    expect(await stock()).toBe(before)
    const strict = again({ orderTarget: 'INVOICE' }).erp
    const found = await strict.order?.find?.('ord_1')
    expect(found).toMatchObject({ step: 1, done: false })
    if (found) await strict.order?.resume?.(found.ref, found.step, input)
    expect(await strict.order?.find?.('ord_1')).toMatchObject({ done: true })
    expect(await stock()).toBe(before - 2)
    await strict.order?.undo?.({ id: found?.ref.id ?? '' })
    await strict.order?.undo?.({ id: found?.ref.id ?? '' })
    expect(await stock()).toBe(before)
    expect(sandbox.ledger().orders.find(({ ref }) => ref === 'ord_1')?.state).toBe('cancelled')
  })

  it('says four decimals with every change of its status, without which its prices would be rounded', async () => {
    const { erp, wire } = open({ orderTarget: 'INVOICE' })
    const ref = (await erp.order?.create(await orderOf(erp), 'ord_1')) ?? { id: '' }
    await erp.order?.undo?.(ref)
    const writes = wire.filter(({ request }) => request.url.includes('/Invoices') && request.body)
    expect(writes.map(({ request }) => new URL(request.url).searchParams.get('unitdp'))).toEqual(['4', '4'])
  })

  it('is refused where more is sold than there is, or the period is closed', async () => {
    const { erp } = open({ orderTarget: 'INVOICE' }, { negativeStock: true })
    const input = await orderOf(erp)
    const lines = [{ item: null, sku: 'DESK-60', quantity: '99999' }]
    expect((await errorOf(erp.order?.create({ ...input, lines }, 'ord_1'))).code).toBe('VALIDATION')
    const late = { ...input, orderedOn: '2025-06-01' }
    expect((await errorOf(erp.order?.create(late, 'ord_2'))).code).toBe('PERIOD_CLOSED')
  })
})

describe('an order that becomes a quote', () => {
  it('is accepted, numbered by our reference, found, listed as order, and declined when it is cancelled', async () => {
    const { erp, sandbox, wire } = open({ orderTarget: 'QUOTE' })
    const ref = await erp.order?.create(await orderOf(erp), 'ord_1')
    expect(wire.at(-1)?.request.url).toMatch(/\/Quotes\?summarizeErrors=false$/)
    expect(ref?.number).toBe('ord_1')
    expect(await erp.order?.find?.('ord_')).toBe(null)
    expect(await erp.order?.find?.('ord_1')).toMatchObject({ ref: { id: ref?.id }, done: true })
    const [order] = (await erp.orders?.byId([ref?.id ?? ''])) ?? []
    expect(value(order)).toMatchObject({ state: 'OPEN', reference: 'ord_1' })
    const [quote] = (await erp.quotes?.byId([ref?.id ?? ''])) ?? []
    expect(value(quote)).toMatchObject({ state: 'ACCEPTED' })
    if (ref) await erp.order?.undo?.(ref)
    expect(sandbox.ledger().orders.find(({ id }) => id === ref?.id)?.state).toBe('cancelled')
  })

  it('is sent and accepted where somebody set it back to a draft', async () => {
    const { erp, sandbox } = open({ orderTarget: 'QUOTE' })
    const input = await orderOf(erp)
    const ref = await erp.order?.create(input, 'ord_1')
    sandbox.act({ do: 'setQuoteStatus', id: ref?.id ?? '', status: 'DRAFT' })
    expect(await erp.order?.find?.('ord_1')).toMatchObject({ done: false })
    if (ref) await erp.order?.resume?.(ref, 1, input)
    expect(await erp.order?.find?.('ord_1')).toMatchObject({ done: true })
  })
})

describe('invoices and payments written to Xero', () => {
  it('settle: a paid invoice cannot be voided, and is open again without its payment', async () => {
    const { erp } = open()
    const { customer, lines } = await orderOf(erp)
    const made = await erp.invoice?.create({ customer, lines, dueOn: '2026-12-24', number: 'R-1' }, 'inv_1')
    const id = made?.id ?? ''
    const read = async () => value((await erp.invoices?.byId([id]))?.[0])
    expect(await read()).toMatchObject({ number: 'R-1', state: 'OPEN', dueOn: '2026-12-24' })
    const amount = (await read()).total ?? { amount: '0', currency: 'EUR' }
    const pay = { customer, amount, paidOn: '2026-11-21', allocations: [{ invoice: id, amount }] }
    const ref = await erp.payment?.create(pay, 'pay_1')
    expect(await read()).toMatchObject({ state: 'PAID', payment: 'PAID', balance: { amount: '0' } })
    expect(await errorOf(erp.invoice?.undo?.({ id }))).toMatchObject({ code: 'CONFLICT', retryable: false })
    expect(await erp.payment?.find?.('pay_1')).toMatchObject({ ref: { id: ref?.id }, done: true })
    if (ref) await erp.payment?.undo?.(ref)
    if (ref) await erp.payment?.undo?.(ref)
    expect(await read()).toMatchObject({ state: 'OPEN' })
    await erp.invoice?.undo?.({ id })
    expect(await read()).toMatchObject({ state: 'VOID', nativeStatus: 'VOIDED' })
  })

  it('book all parts of a payment or none', async () => {
    const { erp } = open()
    const { customer, lines } = await orderOf(erp)
    const one = await erp.invoice?.create({ customer, lines }, 'inv_1')
    const two = await erp.invoice?.create({ customer, lines }, 'inv_2')
    const euro = (amount: string) => ({ amount, currency: 'EUR' })
    const parts = [one, two].map((ref, at) => ({ invoice: ref?.id ?? '', amount: euro(at ? '99999' : '1') }))
    const pay = { customer, amount: euro('100000'), paidOn: '2026-11-21', allocations: parts }
    expect(await errorOf(erp.payment?.create(pay, 'pay_1'))).toMatchObject({
      code: 'VALIDATION',
      said: 'Payment amount exceeds the amount outstanding on this document',
    })
    expect(await erp.payment?.find?.('pay_1')).toBe(null)
    const uneven = { ...pay, amount: euro('3') }
    expect((await errorOf(erp.payment?.plan(uneven, 'pay_2'))).field).toBe('allocations')
  })

  it('need an account for payments', async () => {
    const { erp } = open({ paymentAccount: undefined })
    const amount = { amount: '1', currency: 'EUR' }
    const pay = { customer: '', amount, paidOn: '2026-11-21', allocations: [] }
    expect(await errorOf(erp.payment?.plan(pay, 'pay_1'))).toMatchObject({
      code: 'MAPPING_MISSING',
      field: 'paymentAccount',
    })
  })
})
