import { describe, expect, it } from 'vitest'
import { refuseCell } from '../../subgraphs/datev/extf.ts'
import { POSTING } from '../../subgraphs/datev/columns.ts'
import { errorOf, invoiceOf, stage } from './open.ts'

const REF = 'ord_01JD2WQ3000001'
const OFFLINE = {
  connectUrl: undefined,
  revenue: [{ account: '8400', taxPercent: '19' }],
}
const { open } = stage()
/** Cells of a row by their number in the list of columns, from 1. */
const cells = (row: string[] | undefined, ...columns: number[]) => columns.map((column) => row?.[column - 1])

describe('an invoice', () => {
  it('is one posting of its gross sum on the debtor, with number, due day and our reference, and not locked', async () => {
    const office = open()
    const ref = await office.erp.invoice?.create(invoiceOf({ order: 'SO-1042' }), REF)
    expect(ref).toEqual({ id: 'RE-7', number: 'RE-7' })
    const [file] = office.files()
    expect(cells(file?.header, 3, 13, 15, 16, 17, 21)).toEqual([
      '21',
      '20260101',
      '20261101',
      '20261130',
      'RE-7',
      '0',
    ])
    const [row, ...more] = file?.rows ?? []
    expect(more).toEqual([])
    expect(cells(row, 1, 2, 3, 7, 8, 9, 10, 11)).toEqual([
      '505,75',
      'S',
      'EUR',
      '10001',
      '8400',
      '',
      '2111',
      'RE-7',
    ])
    expect(cells(row, 21, 22, 23, 24, 95, 114, 117)).toEqual([
      'Auftrag',
      'SO-1042',
      'Referenz',
      REF,
      'SO-1042',
      '0',
      '21122026',
    ])
    const upload = office.sent.find(({ bytes }) => bytes)
    expect(upload?.headers).toMatchObject({
      filename: `EXTF_${REF}.csv`,
      'reference-id': REF,
      'x-datev-client-id': 'datev-demo-client-id',
      'content-type': 'application/octet-stream',
    })
  })

  it('lies in the month of its day and in the fiscal year of the company, leap days included', async () => {
    const office = open({ ...OFFLINE, fiscalYearStart: '07-01' })
    await office.erp.invoice?.create(invoiceOf({ issuedOn: '2028-02-29' }), REF)
    await office.erp.invoice?.create(invoiceOf({ issuedOn: '2028-07-01' }), `${REF}2`)
    expect(office.files().map(({ header }) => cells(header, 13, 15, 16))).toEqual([
      ['20270701', '20280201', '20280229'],
      ['20280701', '20280701', '20280731'],
    ])
    const founded = open({ ...OFFLINE, fiscalYearStart: '05-18' })
    await founded.erp.invoice?.create(invoiceOf({ issuedOn: '2026-05-17' }), REF)
    await founded.erp.invoice?.create(invoiceOf({ issuedOn: '2026-05-18' }), `${REF}2`)
    expect(founded.files().map(({ header }) => cells(header, 13, 15, 16))).toEqual([
      ['20250518', '20260501', '20260517'],
      ['20260518', '20260518', '20260531'],
    ])
  })

  it('with two taxes is two postings with the same number, each account and cost centre by its own rule, to the cent', async () => {
    const revenue = [
      { account: '8300', taxPercent: '7', skus: ['FIT-*'] },
      { account: '8400', taxPercent: '19', taxKey: '3', costCentre: 'SHOP', costObject: '4711' },
    ]
    const office = open({ revenue })
    const line = (sku: string, amount: string) => ({
      item: null,
      sku,
      quantity: '3',
      unitPrice: { amount, currency: 'EUR' },
      discountPercent: '2.5',
    })
    await office.erp.invoice?.create(invoiceOf({ lines: [line('FIT-60', '78.33'), line('X', '0.01')] }), REF)
    const rows = office.files()[0]?.rows ?? []
    expect(rows.map((row) => cells(row, 1, 8, 9, 11))).toEqual([
      ['245,15', '8300', '', 'RE-7'],
      ['0,03', '8400', '3', 'RE-7'],
    ])
    expect(rows.map((row) => cells(row, 37, 38))).toEqual([
      ['', ''],
      ['SHOP', '4711'],
    ])
  })

  it('of less than nothing is a credit note: the other side, never a negative amount', async () => {
    const office = open()
    const lines = invoiceOf().lines.map((line) => ({ ...line, quantity: '-1' }))
    await office.erp.invoice?.create(invoiceOf({ lines }), REF)
    expect(cells(office.files()[0]?.rows[0], 1, 2)).toEqual(['252,88', 'H'])
  })

  it('that is a credit note stands on the other side, with positive quantities, and reads back as one', async () => {
    const office = open()
    const ref = await office.erp.invoice?.create(invoiceOf({ type: 'CREDIT_NOTE', number: 'GS-7' }), REF)
    expect(cells(office.files()[0]?.rows[0], 1, 2, 7, 8, 11, 14)).toEqual([
      ...['505,75', 'H', '10001', '8400', 'GS-7', 'Gutschrift GS-7'],
    ])
    expect(await office.erp.invoices?.byId([ref?.id ?? ''])).toMatchObject([{ type: 'CREDIT_NOTE' }])
    const lines = invoiceOf().lines.map((line) => ({ ...line, quantity: '-1' }))
    const error = await errorOf(office.erp.invoice?.plan(invoiceOf({ type: 'CREDIT_NOTE', lines }), REF))
    expect(error).toMatchObject({ code: 'VALIDATION', field: 'lines' })
  })

  it('to another country takes the rule of that country, read from the debtor, in the EU with its VAT number', async () => {
    const office = open()
    await office.erp.invoice?.create(invoiceOf({ customer: '10005' }), REF)
    expect(cells(office.files()[0]?.rows[0], 1, 8, 40)).toEqual(['425,00', '8120', ''])
    const [french] = (await office.erp.customers?.byId(['10004'])) ?? []
    await office.erp.invoice?.create(invoiceOf({ customer: '10004', number: 'RE-8' }), `${REF}2`)
    expect(cells(office.files()[1]?.rows[0], 1, 8, 40)).toEqual([
      ...['425,00', '8125', (french as { taxId: string }).taxId],
    ])
    expect((await errorOf(office.erp.invoice?.plan(invoiceOf({ customer: '19999' }), REF))).code).toBe(
      'INVALID_CUSTOMER',
    )
  })

  it('with a long note keeps every letter of it', async () => {
    const office = open()
    const note = `Zeile 1\r\n${'äöü '.repeat(200)}Ende`
    await office.erp.invoice?.create(invoiceOf({ note }), REF)
    const row = office.files()[0]?.rows[0] ?? []
    const pieces = [49, 51, 53, 55].map((column) => row[column - 1]).join('')
    expect(pieces).toBe(note.replace('\r\n', ' '))
    expect(row.every((cell, at) => refuseCell(POSTING[at]!, cell) === null)).toBe(true)
  })

  it.each([
    ['another currency', { currency: 'USD' }, 'VALIDATION', 'currency'],
    ['a number with a space', { number: 'RE 7' }, 'VALIDATION', 'number'],
    ['a number that is too long for the label', { number: '1'.repeat(31) }, 'VALIDATION', 'number'],
    ['a customer that is no debtor account', { customer: '8400' }, 'INVALID_CUSTOMER', 'customer'],
    ['a day that is none', { issuedOn: '2026-02-30' }, 'VALIDATION', 'issuedOn'],
    ['no lines', { lines: [] }, 'MISSING_REQUIRED_FIELD', 'lines'],
    [
      'a line without a price',
      { lines: [{ item: null, sku: 'A', quantity: '1' }] },
      'MISSING_REQUIRED_FIELD',
      'lines.0.unitPrice',
    ],
    [
      'a quantity that is no number',
      { lines: [{ item: null, sku: 'A', quantity: '1e3', unitPrice: { amount: '1', currency: 'EUR' } }] },
      'VALIDATION',
      'lines.0.quantity',
    ],
    [
      'a sum of nothing',
      { lines: [{ item: null, sku: 'A', quantity: '0', unitPrice: { amount: '1', currency: 'EUR' } }] },
      'VALIDATION',
      'lines',
    ],
  ])('with %s is refused before anything is sent', async (_what, more, code, field) => {
    const office = open(OFFLINE)
    const error = await errorOf(office.erp.invoice?.create(invoiceOf(more), REF))
    expect([error.code, error.field]).toEqual([code, field])
    expect(office.calls).toEqual([])
  })
})

describe('a file that DATEV still checks', () => {
  it('is not done: a push that ran out of patience is found half done, and resumed by its job', async () => {
    const office = open({ ...OFFLINE, jobWaitMs: 0 }, { pendingPolls: 2 })
    const error = await errorOf(office.erp.invoice?.create(invoiceOf(), REF))
    expect([error.code, error.retryable]).toEqual(['UNAVAILABLE', true])
    expect(error.retryAfterMs).toBeGreaterThan(0)
    const again = office.reopen({ ...OFFLINE, jobWaitMs: 30_000 })
    const found = await again.erp.invoice?.find?.(REF)
    expect(found).toMatchObject({ ref: { id: 'RE-7' }, step: 1, done: false })
    expect(await again.erp.invoice?.resume?.(found!.ref, 1, invoiceOf())).toEqual({
      id: 'RE-7',
      number: 'RE-7',
    })
    expect(await again.erp.invoice?.find?.(REF)).toMatchObject({ ref: { id: 'RE-7' }, done: true })
    expect(again.sent.filter(({ bytes }) => bytes)).toEqual([])
  })

  it('is not asked for before DATEV said so, even where our patience ends sooner', async () => {
    const office = open({ ...OFFLINE, jobWaitMs: 0 }, { retryAfter: '10' })
    const error = await errorOf(office.erp.invoice?.create(invoiceOf(), REF))
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 10_000 })
    expect(office.calls.filter(({ path }) => path.includes('/jobs/'))).toEqual([])
  })

  it('and then refuses booked nothing: it is not found, and may be sent again', async () => {
    const office = open(OFFLINE, { failures: 1 })
    const error = await errorOf(office.erp.invoice?.create(invoiceOf(), REF))
    expect([error.code, error.retryable]).toEqual(['UNAVAILABLE', true])
    expect(error.said).toContain('An internal error occurred')
    expect(await office.erp.invoice?.find?.(REF)).toBe(null)
    await office.erp.invoice?.create(invoiceOf(), REF)
    expect(await office.erp.invoice?.find?.(REF)).toMatchObject({ ref: { id: 'RE-7' }, done: true })
  })

  it('is found behind a hundred others', async () => {
    const office = open(OFFLINE)
    for (let at = 0; at < 101; at += 1)
      await office.erp.invoice?.create(invoiceOf({ number: `N-${at}` }), `${REF}-${at}`)
    expect((await office.erp.invoice?.find?.(`${REF}-0`))?.ref.id).toBe('N-0')
    expect(await office.erp.invoice?.find?.(REF)).toBe(null)
  })
})

describe('what the service finds in a file', () => {
  it('comes from its job with row and column: every rule is checked, not only the header', async () => {
    const office = open({ ...OFFLINE, client: 55003, consultant: 29098 })
    const upload = async (change: (text: string) => string) => {
      const token = (await office.vault.read())?.accessToken
      const made = office.sent.find(({ bytes }) => bytes)
      const text = Buffer.from(made?.bytes ?? []).toString('latin1')
      const headers = { ...made?.headers, authorization: `Bearer ${token}` } as Record<string, string>
      const body = Buffer.from(change(text), 'latin1')
      const answer = await fetch(made?.url ?? '', { method: 'POST', headers, body })
      const job = `${office.url}/accounting-extf-files/platform/v3${answer.headers.get('location')}`
      const row = (await (await fetch(job, { headers })).json()) as {
        result: string
        validation_details?: { affected_elements: { name: string }[] }
      }
      return `${row.result} ${row.validation_details?.affected_elements[0]?.name ?? ''}`.trim()
    }
    await office.erp.invoice?.create(invoiceOf(), REF)
    expect(await upload((text) => text)).toBe('succeeded')
    expect(await upload((text) => text.replace('"EXTF"', '"DTVF"'))).toBe('failed DATEV Format Identifier')
    expect(await upload((text) => text.replace('29098', '29099'))).toBe('failed Consultant')
    expect(await upload((text) => text.replace('505,75', '505.75'))).toMatch(/^failed Umsatz/)
    expect(await upload((text) => text.replace('505,75', '-505,75'))).toMatch(/^failed Umsatz/)
    expect(await upload((text) => text.replace('505,75', '0,00'))).toMatch(/^failed Umsatz/)
    expect(await upload((text) => text.replace(';2111;', ';2112;'))).toMatch(/^failed Belegdatum/)
    expect(await upload((text) => text.replace(';10001;', ';100010;'))).toMatch(/^failed Konto/)
    expect(await upload((text) => text.replace('"RE-7";"";;', '"RE 7";"";;'))).toMatch(/^failed Belegfeld 1/)
    expect(await upload((text) => text.trimEnd() + ';"x"\r\n')).toMatch(/^failed columns/)
  })
})

describe('a payment', () => {
  it('settles invoices by their number, and what is left stands on the account', async () => {
    const office = open({ paymentAccounts: { paypal: '1361' } })
    const euro = (amount: string) => ({ amount, currency: 'EUR' })
    const [before] =
      (await office.erp.invoices?.list({ first: 50, after: null }))?.rows.filter(
        ({ payment }) => payment !== 'PAID',
      ) ?? []
    await office.erp.payment?.create(
      {
        customer: before?.customer ?? '',
        amount: euro('12.50'),
        paidOn: '2026-11-20',
        method: 'paypal',
        allocations: [{ invoice: before?.id ?? '', amount: euro('10') }],
      },
      REF,
    )
    expect(office.files()[0]?.rows.map((row) => cells(row, 1, 2, 8, 11, 22))).toEqual([
      ['10,00', 'H', '1361', before?.id, REF],
      ['2,50', 'H', '1361', '', REF],
    ])
    const [after] = (await office.erp.invoices?.byId([before?.id ?? ''])) ?? []
    expect(after).toMatchObject({ balance: { amount: String(Number(before?.balance?.amount) - 10) } })
    const much = { customer: '10001', amount: euro('1'), paidOn: '2026-11-20' }
    const parts = [{ invoice: 'RE-1', amount: euro('2') }]
    expect(await errorOf(office.erp.payment?.plan({ ...much, allocations: parts }, REF))).toMatchObject({
      code: 'VALIDATION',
      field: 'allocations',
    })
  })
})
