import { describe, expect, it } from 'vitest'
import { type Got, Room, type Said, small } from './open.ts'

const EUR = 'EUR'
const INVOICE = {
  customer: '7',
  order: '12',
  issuedOn: '2026-11-21',
  lines: [{ item: null, sku: 'A', quantity: '2', unitPrice: { amount: '1.50', currency: EUR } }],
}
const PAYMENT = {
  customer: '7',
  amount: { amount: '100.10', currency: EUR },
  paidOn: '2026-11-21',
  allocations: [{ invoice: '5', amount: { amount: '100.10', currency: EUR } }],
}
const CREATE_INVOICE = {
  request: {
    method: 'POST',
    path: '/invoices',
    body: "{'ref': input.reference, 'who': input.invoice.customerId, 'order': input.invoice.orderId, 'on': input.invoice.issueDate, 'cur': input.invoice.currencyCode, 'rows': [input.invoice.lines.{'a': sku, 'q': $decimal(quantity), 'p': $decimal(unitPrice)}]}",
  },
  idempotency: { kind: 'lookup', lookup: 'invoices.list' },
  fields: { externalId: 'id', number: 'no' },
}
const LIST_INVOICES = {
  request: { method: 'GET', path: '/invoices', query: { ref: '${input.reference}' }, omitEmptyQuery: true },
  fields: { externalId: 'id', number: 'no', reference: 'ref', status: "'OPEN'" },
}
const JOB = {
  jobId: "$substringAfter(headers.location, '/jobs/')",
  poll: { method: 'GET', path: '/jobs/${input.jobId}' },
  status: 'body.state',
  done: ['OK'],
  failed: ['BAD'],
  intervalMs: 250,
}
const CREATE_PAYMENT = {
  request: {
    method: 'POST',
    path: '/payments',
    body: "{'ref': input.reference, 'who': input.payment.customerId, 'sum': $decimal(input.payment.amount), 'cur': input.payment.currencyCode, 'on': input.payment.date, 'parts': [input.payment.allocations.{'inv': invoiceId, 'sum': $decimal(amount)}]}",
  },
  fields: { externalId: 'id' },
}
const RULES = { rules: [{ when: "body.why = 'CLOSED'", code: 'PERIOD_CLOSED', retry: 'never' }] }

/** A job that is told of after so many questions. */
function job(states: object[]): (got: Got) => Said {
  return ({ method, url }) => {
    if (method === 'POST') return { status: 202, headers: { location: '/v1/jobs/J%201' }, body: '' }
    if (url.startsWith('/result')) return { body: { id: 88 } }
    return { body: states.length > 1 ? states.shift() : states[0] }
  }
}

describe('documents that a manifest writes', () => {
  const room = new Room()
  const pay = (asyncJob: object | null, more: object = {}) =>
    room.open(small({ 'payments.create': { ...CREATE_PAYMENT, ...(asyncJob && { asyncJob }), ...more } })).erp
      .payment

  it('leave as planned, exact, and an invoice is found by its reference instead of being written again', async () => {
    const { erp } = room.open(small({ 'invoices.create': CREATE_INVOICE, 'invoices.list': LIST_INVOICES }))
    const stored: object[] = []
    room.say = ({ method, body }) => {
      if (method === 'GET') return { body: stored }
      stored.push({ id: 31, no: 'R-31', ref: (JSON.parse(body) as { ref: string }).ref })
      return { status: 201, body: stored[0] }
    }
    const [planned] = (await erp.invoice?.plan(INVOICE, 'r1')) ?? []
    expect(await erp.invoice?.create(INVOICE, 'r1')).toMatchObject({ id: '31', number: 'R-31' })
    expect(room.got.find(({ method }) => method === 'POST')?.body).toBe(planned?.body)
    expect(planned?.body).toBe(
      '{"ref":"r1","who":"7","order":"12","on":"2026-11-21","cur":"EUR","rows":[{"a":"A","q":2,"p":1.50}]}',
    )
    expect(await erp.invoice?.create(INVOICE, 'r1')).toMatchObject({ id: '31' })
    expect(room.got.filter(({ method }) => method === 'POST')).toHaveLength(1)
    expect(await erp.invoice?.find?.('r')).toBe(null)
  })

  it('are found again on whatever page of the look-up they stand, also where the ERP leaves its condition out', async () => {
    const paging = { pages: { kind: 'page', pageParam: 'p', sizeParam: 's', pageSize: 2 } }
    const list = { ...LIST_INVOICES, paging: 'pages' }
    const { erp } = room.open(small({ 'invoices.create': CREATE_INVOICE, 'invoices.list': list }, { paging }))
    const stored = ['r8', 'r9', 'r10', 'r11', 'r1'].map((ref, index) => ({ id: 31 + index, no: ref, ref }))
    room.say = ({ url }) => {
      const from = 2 * (Number(new URL(url, room.url).searchParams.get('p')) - 1)
      return { body: stored.slice(from, from + 2) }
    }
    expect(await erp.invoice?.create(INVOICE, 'r1')).toMatchObject({ id: '35' })
    expect(room.got.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET'])
  })

  it('are refused where the request would lose a word, or where the parts are more than the payment', async () => {
    const { erp } = room.open(small({ 'invoices.create': CREATE_INVOICE, 'invoices.list': LIST_INVOICES }))
    await expect(erp.invoice?.plan({ ...INVOICE, note: 'x' }, 'r')).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
      field: 'note',
    })
    const payment = pay(null)
    const parts = (amount: string, currency = EUR) => ({
      ...PAYMENT,
      allocations: [{ invoice: '5', amount: { amount, currency } }],
    })
    const plan = async (input: typeof PAYMENT): Promise<unknown> => payment?.plan(input, 'r')
    await expect(plan(parts('100.11'))).rejects.toMatchObject({ code: 'VALIDATION', field: 'allocations' })
    await expect(plan(parts('1', 'USD'))).rejects.toMatchObject({ field: 'allocations.0.amount' })
    await expect(
      plan({ ...PAYMENT, amount: { amount: '0', currency: EUR }, allocations: [] }),
    ).rejects.toMatchObject({ code: 'VALIDATION', field: 'amount' })
    expect(room.got).toEqual([])
  })

  it('that are only accepted are done when their job is, and the job tells what was written', async () => {
    const payment = pay({ ...JOB, result: { method: 'GET', path: '/result/${input.jobId}' } })
    room.say = job([{ state: 'RUN' }, { state: 'OK' }])
    expect(await payment?.create(PAYMENT, 'r1')).toMatchObject({ id: '88' })
    expect(room.got.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /payments',
      'GET /jobs/J%25201',
      'GET /jobs/J%25201',
      'GET /result/J%25201',
    ])
    expect(room.got[0]?.body).toContain('"sum":100.10')
  })

  it('need no job where the ERP answers at once, and none is invented where it accepts without one', async () => {
    const payment = pay(JOB)
    room.say = () => ({ status: 201, body: { id: 9 } })
    expect(await payment?.create(PAYMENT, 'r1')).toMatchObject({ id: '9' })
    room.say = () => ({ status: 202, body: '' })
    await expect(payment?.create(PAYMENT, 'r2')).rejects.toMatchObject({ code: 'BAD_ANSWER' })
  })

  it('whose job has failed are refused with its words, and those whose job is not heard of stay doubtful', async () => {
    const payment = pay(JOB, { errors: RULES })
    room.say = job([{ state: 'BAD', why: 'CLOSED' }])
    await expect(payment?.create(PAYMENT, 'r1')).rejects.toMatchObject({ code: 'PERIOD_CLOSED' })
    room.say = ({ method }) =>
      method === 'POST' ? { status: 202, headers: { location: '/jobs/1' }, body: '' } : { status: 404 }
    await expect(payment?.create(PAYMENT, 'r1')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const slow = pay({ ...JOB, intervalMs: 5000, timeoutMs: 1000 })
    room.say = job([{ state: 'RUN' }])
    await expect(slow?.create(PAYMENT, 'r1')).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(room.got).toHaveLength(2)
    expect(slow?.maxPushMs).toBe((pay(null)?.maxPushMs ?? 0) + 1000)
  })

  it('carry the key as the manifest words it, in a header or in the body', async () => {
    room.say = () => ({ body: { id: 5 } })
    const value = "'pay-' & input.reference"
    const header = pay(null, { idempotency: { kind: 'header', name: 'Idempotency-Key', value } })
    await header?.create(PAYMENT, 'r1')
    expect(room.got[0]?.headers['idempotency-key']).toBe('pay-r1')
    const field = pay(null, { idempotency: { kind: 'bodyField', name: 'meta.key', value } })
    await field?.create(PAYMENT, 'r1')
    expect(JSON.parse(room.got[0]?.body ?? '')).toMatchObject({ ref: 'r1', meta: { key: 'pay-r1' } })
  })
})
