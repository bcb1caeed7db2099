import { describe, expect, it } from 'vitest'
import { aforo } from '../../subgraphs/aforo/index.ts'
import { toCustomer, toInvoice } from '../../subgraphs/aforo/map.ts'
import { parseExact } from '../../subgraphs/json.ts'
import { errorOf } from './open.ts'

const given = { key: 'afo_0123456789', tenant: 'ten_1' }
const config = aforo.config.parse(given)
const INVOICE = {
  id: 'inv_01',
  invoiceNumber: 'INV-2026-0001',
  status: 'OPEN',
  customerId: '3f0c9a52-6d0e-4b7e-9a10-2f6b1d8c4e11',
  customerName: 'Harbour Works Ltd',
  currency: 'EUR',
  issueDate: '2026-11-01',
  dueDate: '2026-12-01',
  finalizedAt: '2026-11-01T02:10:44Z',
  lineItems: [
    {
      id: 'li_2',
      type: 'USAGE_FEE',
      description: 'API calls',
      quantity: 1250000,
      unitPrice: 0.0004,
      amount: 500,
    },
  ],
  subtotal: 900,
  taxAmount: 171,
  total: 1071,
  amountPaid: 0,
  amountDue: 1071,
  updatedAt: '2026-11-01T02:10:44Z',
}

function mapped(more: object, settings: object = {}) {
  const native = parseExact(JSON.stringify({ ...INVOICE, ...more }))
  return toInvoice(native, aforo.config.parse({ ...given, ...settings }))
}

describe('an invoice of Aforo', () => {
  it('stands as document and as payment on two axes, its own word beside them', () => {
    const states = [
      'DRAFT',
      'OPEN',
      'OVERDUE',
      'UNCOLLECTIBLE',
      'PAID',
      'VOID',
      'open',
      'IN_DISPUTE',
      '__proto__',
    ]
    expect(
      states.map((status) => {
        const { state, payment, nativeStatus } = mapped({ status })
        return [nativeStatus, state, payment]
      }),
    ).toEqual([
      ['DRAFT', 'DRAFT', 'UNPAID'],
      ['OPEN', 'OPEN', 'UNPAID'],
      ['OVERDUE', 'OPEN', 'OVERDUE'],
      ['UNCOLLECTIBLE', 'OPEN', 'OVERDUE'],
      ['PAID', 'PAID', 'PAID'],
      ['VOID', 'VOID', 'REVERSED'],
      ['open', 'OPEN', 'UNPAID'],
      ['IN_DISPUTE', 'UNKNOWN', 'UNKNOWN'],
      ['__proto__', 'UNKNOWN', 'UNKNOWN'],
    ])
    expect(mapped({ amountPaid: 0.01 }).payment).toBe('PARTIAL')
    expect(mapped({ amountPaid: undefined }).payment).toBe('UNPAID')
    const statuses = { IN_DISPUTE: 'OPEN' }
    expect(mapped({ status: 'IN_DISPUTE' }, { statuses })).toMatchObject({
      state: 'OPEN',
      payment: 'UNKNOWN',
    })
  })

  it('is dated in the zone of the tenant where its dates come as times', () => {
    const late = { issueDate: '2026-10-31T23:30:00Z', dueDate: null }
    expect(mapped(late)).toMatchObject({ issuedOn: '2026-10-31', dueOn: null })
    expect(mapped(late, { timeZone: 'Europe/Berlin' }).issuedOn).toBe('2026-11-01')
    expect(mapped({ issueDate: '2026-11-01' }, { timeZone: 'America/Chicago' }).issuedOn).toBe('2026-11-01')
    expect(aforo.config.safeParse({ ...given, timeZone: 'Mars/Olympus' }).success).toBe(false)
  })

  it('names the SKU that the operator gave to the words of a line, or else to its type', () => {
    const sku = (skus: object) => mapped({}, { skus }).lines?.[0]?.sku
    expect(sku({})).toBe(null)
    expect(sku({ USAGE_FEE: 'USAGE' })).toBe('USAGE')
    expect(sku({ USAGE_FEE: 'USAGE', 'API calls': 'API-CALLS' })).toBe('API-CALLS')
  })

  it('keeps a told price that leads to the amount by rounding, and calculates one that does not', () => {
    const price = (quantity: number, unitPrice: number | null, amount: number) =>
      mapped({ lineItems: [{ id: 'l', quantity, unitPrice, amount }] }).lines?.[0]?.unitPrice?.amount ?? null
    expect(price(1_234_567, 0.00041, 506.17)).toBe('0.00041')
    expect(price(1, -100, -100)).toBe('-100')
    expect(price(3, 0.33, 1)).toBe('0.333333333333333333')
    expect(price(0, 5, 1)).toBe('5')
    expect(price(3, null, 1)).toBe(null)
  })

  it('without a currency shows no money, and one of another shape is told by its field', async () => {
    expect(mapped({ currency: undefined })).toMatchObject({ total: null, net: null, currency: null })
    const bad = await errorOf(Promise.resolve().then(() => mapped({ total: 'much' })))
    expect(bad).toMatchObject({ code: 'BAD_ANSWER', field: 'total' })
    const nameless = await errorOf(Promise.resolve().then(() => toInvoice({}, config)))
    expect(nameless).toMatchObject({ code: 'BAD_ANSWER', field: 'id' })
  })
})

describe('a customer of Aforo', () => {
  it('has its plan as group, and is inactive once it was archived', () => {
    const row = {
      id: 'c1',
      name: 'Müller ✨',
      email: 'a@b.example',
      plan: 'BUSINESS',
      defaultCurrency: 'eur',
    }
    expect(toCustomer({ ...row, status: 'ARCHIVED' })).toMatchObject({
      name: 'Müller ✨',
      group: 'BUSINESS',
      currency: 'EUR',
      active: false,
    })
    expect(toCustomer(row).active).toBe(null)
  })
})
