import { describe, expect, it } from 'vitest'
import type { InvoiceInput } from '../../subgraphs/connector.ts'
import { toPayments } from '../../subgraphs/lexware/map.ts'
import { type Office, customerOf, errorOf, orderOf, stage, value } from './open.ts'

const REF = 'esg_7Q2M9X4K1B8D3F6H'
const { open } = stage()

/** Two desks that a billing system invoiced under its own number. */
function invoiceOf(office: Office, more: Partial<InvoiceInput> = {}): InvoiceInput {
  const { customer, lines } = orderOf(office)
  return { customer, lines, number: 'AF-2026-11-0042', issuedOn: '2026-11-30', dueOn: '2026-12-14', ...more }
}

const bodyOf = (office: Office) => JSON.parse(office.sent.find(({ method }) => method === 'POST')?.body ?? '')

describe('an invoice that another system numbered', () => {
  it('is booked as a voucher under that number, by the rate and category of its articles', async () => {
    const office = open()
    const ref = value((await office.erp.invoice?.create(invoiceOf(office, { note: 'Usage' }), REF)) ?? null)
    expect(ref.number).toBe('AF-2026-11-0042')
    expect(bodyOf(office)).toEqual({
      type: 'salesinvoice',
      voucherNumber: 'AF-2026-11-0042',
      voucherDate: '2026-11-30',
      shippingDate: '2026-11-30',
      dueDate: '2026-12-14',
      totalGrossAmount: 505.75,
      totalTaxAmount: 80.75,
      taxType: 'net',
      useCollectiveContact: false,
      contactId: customerOf(office, 1),
      remark: `Usage\n\nRef: ${REF}`,
      voucherItems: [
        {
          amount: 425,
          taxAmount: 80.75,
          taxRatePercent: 19,
          categoryId: '8f8664a8-fd86-11e1-a21f-0800200c9a66',
        },
      ],
      voucherStatus: 'open',
      version: 0,
    })
  })

  it('is read back as an invoice with what is open of it, in a list and by its id', async () => {
    const office = open()
    const { id } = value((await office.erp.invoice?.create(invoiceOf(office), REF)) ?? null)
    const row = value((await office.erp.invoices?.byId([id]))?.[0])
    expect(row).toMatchObject({
      type: 'INVOICE',
      state: 'OPEN',
      payment: 'UNPAID',
      issuedOn: '2026-11-30',
      dueOn: '2026-12-14',
      net: { amount: '425' },
      tax: { amount: '80.75' },
      balance: { amount: '505.75' },
    })
    const listed = await office.erp.invoices?.list({ first: 9, after: null, search: 'AF-2026-11-0042' })
    expect(listed?.rows).toEqual([row])
  })

  it('is found by our reference after its answer was lost, and its number is never booked twice', async () => {
    const office = open()
    const ref = value((await office.erp.invoice?.create(invoiceOf(office), REF)) ?? null)
    const again = office.reopen()
    expect(await again.erp.invoice?.find?.(REF)).toMatchObject({ ref: { id: ref.id }, step: 1, done: true })
    expect(await errorOf(again.erp.invoice?.create(invoiceOf(office), `${REF}2`))).toMatchObject({
      code: 'DUPLICATE_ORDER',
      field: 'number',
    })
  })

  it('of less than nothing is a credit note, and so is one that says so: no amount is below zero', async () => {
    for (const more of [{ type: 'CREDIT_NOTE' as const }, { quantity: '-2' }]) {
      const office = open()
      const { quantity, ...rest } = { quantity: '2', ...more }
      const lines = orderOf(office).lines.map((line) => ({ ...line, quantity }))
      const { id } = value(
        (await office.erp.invoice?.create(invoiceOf(office, { ...rest, lines }), REF)) ?? null,
      )
      expect(bodyOf(office)).toMatchObject({ type: 'salescreditnote', totalGrossAmount: 505.75 })
      expect(value((await office.erp.invoices?.byId([id]))?.[0])).toMatchObject({
        type: 'CREDIT_NOTE',
        balance: { amount: '505.75' },
        payment: 'UNPAID',
      })
    }
  })

  it('waits unchecked where a person approves, and abroad needs the category that the operator named', async () => {
    const office = open({ approval: true, taxTypes: { AT: 'intraCommunitySupply' } })
    const abroad = invoiceOf(office, { customer: customerOf(office, 2) })
    expect(await errorOf(office.erp.invoice?.plan(abroad, REF))).toMatchObject({
      code: 'MAPPING_MISSING',
      field: 'categories',
    })
    const { id } = value((await office.erp.invoice?.create(invoiceOf(office), REF)) ?? null)
    expect(value((await office.erp.invoices?.byId([id]))?.[0])).toMatchObject({
      state: 'DRAFT',
      balance: null,
    })
    const named = office.reopen({
      taxTypes: { AT: 'intraCommunitySupply' },
      categories: { intraCommunitySupply: '9075a4e3-66de-4795-a016-3889feca0d20' },
    })
    const [plan] = (await named.erp.invoice?.plan({ ...abroad, number: 'AF-2' }, REF)) ?? []
    expect(JSON.parse(plan?.body ?? '')).toMatchObject({
      totalTaxAmount: 0,
      voucherItems: [{ taxRatePercent: 0, categoryId: '9075a4e3-66de-4795-a016-3889feca0d20' }],
    })
  })

  it('refuses an order beside its number, a credit note without one, and what comes to nothing', async () => {
    const office = open()
    const plan = (more: Partial<InvoiceInput>) =>
      errorOf(office.erp.invoice?.plan(invoiceOf(office, more), REF))
    expect(await plan({ order: 'x' })).toMatchObject({ code: 'VALIDATION', field: 'order' })
    expect(await plan({ type: 'CREDIT_NOTE', number: null })).toMatchObject({ code: 'NOT_SUPPORTED' })
    expect(await plan({ dueOn: '2026-02-30' })).toMatchObject({ field: 'dueOn' })
    const lines = orderOf(office).lines.map((line) => ({ ...line, quantity: '0' }))
    expect(await plan({ lines })).toMatchObject({ code: 'VALIDATION', field: 'lines' })
  })
})

describe('credit notes that were written in Lexware', () => {
  it('that settle an invoice are no money that came in for it', () => {
    const item = { postingDate: '2026-11-18T00:00:00.000Z', amount: '5' }
    const kinds = ['manualPayment', 'partPaymentCreditNote', 'partPaymentCashBox', 'cashDiscount']
    const paymentItems = kinds.map((paymentItemType) => ({ ...item, paymentItemType }))
    expect(
      toPayments('x', { openAmount: '0', paymentItems }).map(({ nativeStatus }) => nativeStatus),
    ).toEqual([...['manualPayment', 'partPaymentCashBox']])
  })

  it('are invoices of type credit note, whose balance is the credit that is left', async () => {
    const { erp } = open()
    const rows = (await erp.invoices?.list({ first: 100, after: null }))?.rows ?? []
    const credits = rows.filter(({ type }) => type === 'CREDIT_NOTE')
    expect(credits).toMatchObject([
      { number: expect.stringMatching(/^GS/), state: 'OPEN', payment: 'UNPAID' },
    ])
    expect(credits[0]?.balance).toEqual(credits[0]?.total)
    expect(await erp.invoices?.byId(credits.map(({ id }) => id))).toEqual(credits)
  })
})
