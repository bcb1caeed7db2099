import { describe, expect, it } from 'vitest'
import { STRICT_KEY, sandbox } from '../../subgraphs/lexware/sandbox.ts'
import { allVouchers, vouchersAfter } from '../../subgraphs/lexware/vouchers.ts'
import { Client } from '../../subgraphs/lexware/client.ts'
import { lexware } from '../../subgraphs/lexware/index.ts'
import { Outbound } from '../../subgraphs/http.ts'
import type { SandboxFactory } from '../../subgraphs/sandbox.ts'
import { memoryVault } from '../contract/tap.ts'
import { DEMO, customerOf, errorOf, itemOf, stage, value } from './open.ts'

const ASK = { customer: null, quantity: '1', unit: null, currency: null, on: '2026-11-21' }

describe('articles and their prices', () => {
  const { open } = stage()

  it('cost one call for 50 items, two for 50 prices of one customer, and one for a single item', async () => {
    const office = open()
    const { rows } = (await office.erp.items?.list({ first: 50, after: null })) ?? { rows: [] }
    office.calls.length = 0
    expect(await office.erp.items?.byId(rows.map(({ id }) => id))).toEqual(rows)
    expect(office.calls).toHaveLength(1)
    const customer = customerOf(office, 0)
    const asks = rows.map(({ id, sku }) => ({ ...ASK, item: id, sku: sku ?? '', customer }))
    expect(await office.erp.prices?.(asks)).toHaveLength(50)
    expect(office.calls).toHaveLength(3)
    await office.erp.items?.byId([rows[0]?.id ?? ''])
    expect(office.calls).toHaveLength(4)
  })

  it('are asked for one by one where that is fewer calls than the pages of the catalogue', async () => {
    const office = open()
    for (let at = 0; at < 600; at += 1)
      office.act({ do: 'addItem', sku: `MORE-${at}`, name: 'Mehr', price: '1' })
    const ids = (await office.erp.items?.list({ first: 6, after: null }))?.rows.map(({ id }) => id) ?? []
    office.calls.length = 0
    const rows = await office.reopen().erp.items?.byId(ids.slice(0, 3))
    expect(rows?.map((row) => value(row).id)).toEqual(ids.slice(0, 3))
    // The first page tells that there are four.
    expect(office.calls.map(({ path }) => path.split('/').length)).toEqual([3, 4, 4, 4])
    office.calls.length = 0
    expect(await office.reopen().erp.items?.byId(ids)).toHaveLength(6)
    expect(office.calls).toHaveLength(5)
  })

  it('are served from one reading for as long as the operator allows', async () => {
    const office = open({ copySeconds: 600 })
    const { rows } = (await office.erp.items?.list({ first: 9, after: null })) ?? { rows: [] }
    office.calls.length = 0
    const ids = rows.map(({ id }) => id)
    await office.erp.items?.byId(ids)
    await office.erp.items?.list({ first: 9, after: null, search: 'desk' })
    expect(office.calls.length).toBeLessThanOrEqual(1)
  })

  it('keep 18 digits, a number with an exponent, umlauts and signs', async () => {
    const office = open()
    office.act({ do: 'addItem', sku: 'Ü-1', name: 'Größe ½″ ✨', price: '1234567890123456.78' })
    const item = await itemOf(office, 'Ü-1')
    const row = value((await office.erp.items?.byId([item]))?.[0])
    expect(row).toMatchObject({
      name: 'Größe ½″ ✨',
      listPrice: { amount: '1234567890123456.78' },
      unit: 'H87',
    })
    const [price] = (await office.erp.prices?.([{ ...ASK, item, sku: 'Ü-1', quantity: '0.5' }])) ?? []
    expect(price).toMatchObject({
      unitPrice: { amount: '1234567890123456.78', currency: 'EUR' },
      source: 'list',
    })
  })
})

describe('contacts', () => {
  const { open } = stage()
  const search = (text: string) => ({ first: 20, after: null, search: text })

  it('are found by name with signs encoded for HTML and wildcards taken as letters', async () => {
    const office = open()
    office.act({ do: 'addCustomer', name: 'Rabatt 50% & Co', email: 'a@rabatt.example' })
    office.act({ do: 'addCustomer', name: 'Rabatt 500 & Co', email: 'b@rabatt.example' })
    const found = await office.erp.customers?.list(search('50% & co'))
    expect(found?.rows.map(({ name }) => name)).toEqual(['Rabatt 50% & Co'])
    expect(office.sent.at(-1)?.url).toContain('name=50%5C%25%20%26amp%3B%20co')
  })

  it('are found by e-mail although Lexware looks for parts, by number, and by two letters', async () => {
    const office = open()
    const first = DEMO.customers[0]
    const found = await office.erp.customers?.list(search(first?.email ?? ''))
    expect(found?.rows.map(({ email }) => email)).toEqual([first?.email])
    expect((await office.erp.customers?.list(search('10002')))?.rows).toMatchObject([{ number: '10002' }])
    expect((await office.erp.customers?.list(search('AG')))?.rows.length).toBeGreaterThan(1)
  })

  it('that are suppliers alone are no customers, by id either', async () => {
    const office = open()
    const { content } = JSON.parse((await office.raw('GET', 'contacts?vendor=true')).text)
    expect(content).toHaveLength(1)
    expect(await office.erp.customers?.byId([content[0].id])).toEqual([null])
  })

  it('owe what is open of their invoices, less what is owed to them, and have no limit', async () => {
    const office = open()
    const ids = office.ledger().customers.map(({ id }) => id)
    office.calls.length = 0
    const rows = (await office.erp.credit?.(ids)) ?? []
    expect(office.calls).toHaveLength(3)
    const { content } = JSON.parse(
      (await office.raw('GET', 'voucherlist?voucherType=invoice,creditnote&voucherStatus=open&size=250'))
        .text,
    )
    const sum = content.reduce(
      (all: number, one: { voucherType: string; openAmount: number }) =>
        all + (one.voucherType === 'invoice' ? 1 : -1) * one.openAmount,
      0,
    )
    const told = rows.reduce((all, row) => all + Number(value(row).balance?.amount), 0)
    expect(told).toBeCloseTo(sum, 6)
    expect(rows.filter((row) => Number(value(row).balance?.amount) !== 0).length).toBeGreaterThan(2)
    expect(value(rows[0])).toMatchObject({ limit: null, onHold: null })
    expect(await office.erp.credit?.([ids[0] ?? ''])).toEqual(rows.slice(0, 1))
  })
})

describe('documents', () => {
  const { open } = stage()
  const all = { first: 100, after: null }

  it('show how far an order came by what followed it', async () => {
    const { erp } = open()
    const orders = (await erp.orders?.list(all))?.rows ?? []
    const states = new Set(
      orders.map(({ state, fulfilment, invoicing }) => `${state} ${fulfilment} ${invoicing}`),
    )
    expect([...states].toSorted()).toEqual([
      'CLOSED NONE NONE',
      'INVOICED NONE FULL',
      'OPEN NONE NONE',
      'PARTIALLY_FULFILLED PARTIAL NONE',
    ])
    const lines = orders.flatMap((row) => row.lines ?? [])
    expect(lines.find(({ sku }) => sku === 'DESK-60')).toMatchObject({
      unit: 'H87',
      item: expect.any(String),
    })
  })

  it('say what is paid, in part, open or overdue, and which order an invoice bills', async () => {
    const { erp } = open()
    const invoices = (await erp.invoices?.list(all))?.rows ?? []
    expect(invoices.map(({ payment }) => payment).toSorted()).toEqual([
      ...['OVERDUE', 'PAID', 'PAID', 'PARTIAL', 'PARTIAL', 'UNPAID', 'UNPAID'],
    ])
    const billed = invoices.filter(({ type }) => type === 'INVOICE')
    expect(billed.every(({ orders }) => /^AB\d+$/.test(orders?.[0] ?? ''))).toBe(true)
    expect(await erp.invoices?.byId(invoices.map(({ id }) => id))).toEqual(invoices)
  })

  it('say that a quote has expired once its last day has passed', async () => {
    const { erp } = open()
    const quotes = (await erp.quotes?.list(all))?.rows ?? []
    expect(quotes.map(({ state }) => state).toSorted()).toEqual([
      'ACCEPTED',
      'DRAFT',
      'EXPIRED',
      'REJECTED',
      'SENT',
    ])
  })

  it('are found by number', async () => {
    const { erp } = open()
    const found = await erp.orders?.list({ ...all, search: 'ab1003' })
    expect(found?.rows ?? []).toEqual([])
    expect((await erp.orders?.list({ ...all, search: 'AB1003' }))?.rows).toMatchObject([{ number: 'AB1003' }])
  })

  it('tell payments page by page, two of one invoice among them', async () => {
    const { erp } = open()
    const whole = (await erp.payments?.list(all))?.rows ?? []
    const single: typeof whole = []
    for (let after: string | null = null, page = 0; page < 20; page += 1) {
      const { rows, next }: { rows: typeof whole; next: string | null } = value(
        (await erp.payments?.list({ first: 1, after })) ?? null,
      )
      single.push(...rows)
      if (next === null) break
      after = next
    }
    expect(single).toEqual(whole)
    expect(new Set(whole.map(({ id }) => id)).size).toBe(whole.length)
    expect(whole.filter(({ id }) => id.endsWith(':1'))).not.toEqual([])
    expect(whole[0]).toMatchObject({ paidOn: '2026-11-18', nativeStatus: 'manualPayment' })
  })
})

/** A voucher list of 12,000 rows, 100 a day, made as they are asked for. */
const endless: SandboxFactory = (demo, url) => {
  const dayOf = (at: number) =>
    new Date(Date.UTC(2025, 0, 1 + Math.floor(at / 100))).toISOString().slice(0, 10)
  const row = (at: number) => {
    const moment = `${dayOf(at)}T00:00:00.000+01:00`
    const id = `00000000-0000-4000-8000-${String(at * 7919).padStart(12, '0')}`
    return { id, voucherType: 'invoice', voucherDate: moment, updatedDate: moment }
  }
  const days = Array.from({ length: 12_000 }, (_, at) => dayOf(at))
  return {
    ...sandbox(demo, url),
    handle({ query }) {
      const start = days.findIndex((day) => day >= (query.get('voucherDateFrom') ?? ''))
      const from = Number(query.get('page')) * 250
      if (from >= 10_000) return { status: 400, body: { message: 'Maximum search window size exceeded' } }
      const end = Math.min(start + from + 250, days.length)
      const content = Array.from({ length: Math.max(0, end - start - from) }, (_, at) =>
        row(start + from + at),
      )
      return { status: 200, body: { content, last: end === days.length, totalPages: 48 } }
    },
  }
}

describe('the voucher list', () => {
  const { server, open } = stage(endless)

  it('is read whole although only 10,000 rows can be paged through', async () => {
    const office = open()
    const way = new Outbound({
      connection: office.name,
      limits: { ...lexware.limits, perSecond: undefined },
      vault: memoryVault(),
      allowHosts: [`127.0.0.1:${server.port}`],
      secrets: [],
    })
    const client = new Client(lexware.config.parse({ url: office.url, apiKey: 'x' }), way)
    const wanted = { voucherType: 'invoice', voucherStatus: 'any' }
    const found = await allVouchers(client, wanted)
    expect(new Set(found.map(({ id }) => id)).size).toBe(12_000)
    expect(office.calls.length).toBeLessThanOrEqual(40 + 10)
    office.calls.length = 0
    const last = value(found[5_000] ?? null)
    const next = await vouchersAfter(client, wanted, { at: last.voucherDate, id: last.id }, 20)
    expect(next.slice(0, 20)).toEqual(found.slice(5_001, 5_021))
    expect(office.calls).toHaveLength(1)
    await way.close()
  })
})

/** An organisation with 12,000 contacts, as far as its pages tell. */
const crowded: SandboxFactory = (demo, url) => {
  const own = sandbox(demo, url)
  return {
    ...own,
    async handle(request) {
      const answer = await own.handle(request)
      if (request.path !== '/v1/contacts') return answer
      return { ...answer, body: { ...(answer.body as object), last: false, totalPages: 48 } }
    },
  }
}

describe('more than 10,000 contacts', () => {
  const { open } = stage(crowded)

  it('are read one by one where their ids are known, and never listed in part', async () => {
    const { erp, ledger } = open()
    const ids = ledger().customers.map(({ id }) => id)
    const unknown = Array.from(
      { length: 60 },
      (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    )
    const rows = (await erp.customers?.byId([...ids, ...unknown])) ?? []
    expect(rows.slice(0, ids.length).map((row) => value(row).id)).toEqual(ids)
    const error = await errorOf(erp.customers?.list({ first: 5, after: null }))
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', retryable: false })
    expect((await errorOf(erp.customer?.find?.('esg_1'))).code).toBe('LIMIT_EXCEEDED')
  })
})

describe('two requests a second', () => {
  const { open } = stage()

  it('are kept to, so that a real key refuses none; without, it refuses and the words say so', async () => {
    const office = open()
    const calm = office.reopen({ apiKey: STRICT_KEY }, lexware.limits.perSecond)
    const ids = (await office.erp.items?.list({ first: 2, after: null }))?.rows.map(({ id }) => id) ?? []
    office.calls.length = 0
    await Promise.all([
      calm.erp.check(),
      calm.erp.items?.byId(ids.slice(0, 1)),
      calm.erp.items?.byId(ids.slice(1)),
    ])
    expect(office.calls.map(({ status }) => status)).toEqual([200, 200, 200])
    const hasty = office.reopen({ apiKey: STRICT_KEY })
    const many = Array.from({ length: 12 }, (_, at) => hasty.raw('GET', `articles?page=${at}`))
    await Promise.all(many)
    const error = await errorOf(hasty.erp.customer?.create({ name: 'Eilig GmbH' }, 'esg_1'))
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 1000, retryable: true })
    expect(office.ledger().customers.some(({ name }) => name === 'Eilig GmbH')).toBe(false)
  })
})
