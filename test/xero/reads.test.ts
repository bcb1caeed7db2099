import { describe, expect, it } from 'vitest'
import type { Change, Customer, Kind, PriceAsk } from '../../subgraphs/connector.ts'
import { countryCode, toDay, toUtc } from '../../subgraphs/xero/map.ts'
import { dueOn } from '../../subgraphs/xero/terms.ts'
import { DEMO, type Opened, customerId, errorOf, itemIds, stage, value } from './open.ts'

const open = stage()

function ask(item: string, more: Partial<PriceAsk> = {}): PriceAsk {
  return {
    item,
    sku: '',
    customer: null,
    quantity: '1',
    unit: null,
    currency: null,
    on: '2026-11-21',
    ...more,
  }
}

async function drain({ erp }: Opened, kind: Kind, since: string | null) {
  const told: Change[] = []
  let cursor = since
  for await (const page of erp.changes?.(kind, since) ?? []) {
    told.push(...page.changes)
    cursor = page.cursor
  }
  return { told, cursor }
}

describe('items, stock and prices of Xero', () => {
  it('cost one call for 50 items, with the contact two, and a few are asked for by a filter', async () => {
    const { erp, calls } = open()
    const ids = [...(await itemIds(erp)).values()].slice(0, 50)
    const customer = await customerId(erp)
    await erp.prices?.([ask(ids[0] ?? '')])
    calls.length = 0
    expect(await erp.stock?.(ids.map((item) => ({ item, sku: '', warehouses: null })))).toHaveLength(50)
    expect(calls.map(({ path }) => path)).toEqual(['/api.xro/2.0/Items'])
    calls.length = 0
    expect(await erp.prices?.(ids.map((item) => ask(item, { customer })))).toHaveLength(50)
    expect(calls.map(({ path }) => path).toSorted()).toEqual(['/api.xro/2.0/Contacts', '/api.xro/2.0/Items'])
    const few = open()
    await few.erp.items?.byId(ids.slice(0, 2))
    expect(few.wire.some(({ request }) => request.url.includes('where=ItemID%3D%3DGuid'))).toBe(true)
  })

  it('share one call for the stock and the prices that are asked for at the same time, and keep nothing of it', async () => {
    const { erp, calls, sandbox } = open()
    const ids = await itemIds(erp)
    const items = [...ids.values()]
    await erp.prices?.([ask(items[0] ?? '')])
    for (const some of [items, items.slice(0, 20)]) {
      calls.length = 0
      const [stock, prices] = await Promise.all([
        erp.stock?.(some.map((item) => ({ item, sku: '', warehouses: null }))),
        erp.prices?.(some.map((item) => ask(item))),
      ])
      expect([stock?.length, prices?.length]).toEqual([some.length, some.length])
      expect(calls.map(({ path }) => path)).toEqual(['/api.xro/2.0/Items'])
    }
    sandbox.act({ do: 'setPrice', sku: 'DESK-60', price: '7.00' })
    const [price] = (await erp.prices?.([ask(ids.get('DESK-60') ?? '')])) ?? []
    expect(value(price).unitPrice?.amount).toBe('7')
  })

  it('have unknown stock, not zero, where an item is not tracked', async () => {
    const { erp } = open()
    const ids = await itemIds(erp)
    const asks = ['FIT-60', 'DESK-60'].map((sku) => ({ item: ids.get(sku) ?? '', sku, warehouses: null }))
    const [fit, desk] = (await erp.stock?.(asks)) ?? []
    expect(value(fit)).toMatchObject({ available: null, levels: [] })
    expect(value(desk)).toMatchObject({
      levels: [{ warehouse: { code: 'DEFAULT' } }],
      // One figure stands for all warehouses, and the answer says so.
      source: 'single-warehouse',
    })
  })

  it('keep four decimals of a price, because unitdp is always said', async () => {
    const { erp, sandbox, raw } = open()
    sandbox.act({ do: 'setPrice', sku: 'DESK-60', price: '0.1234' })
    const item = (await itemIds(erp)).get('DESK-60') ?? ''
    expect(value((await erp.prices?.([ask(item)]))?.[0]).unitPrice?.amount).toBe('0.1234')
    expect((await raw('GET', 'Items/DESK-60')).text).toContain('"UnitPrice":0.12,')
  })

  it('take off the discount of a contact only where the operator wishes it, and say so', async () => {
    const { erp, again, sandbox, raw } = open()
    const customer = await customerId(erp)
    const item = (await itemIds(erp)).get('DESK-60') ?? ''
    expect(value((await erp.prices?.([ask(item, { customer })]))?.[0])).toMatchObject({ source: 'list' })
    const contact = (await raw('GET', `Contacts/${customer}`)).json() as { Contacts: object[] }
    expect(contact.Contacts).toHaveLength(1)
    const lowered = again({ contactDiscount: true })
    const alter = sandbox.handle.bind(sandbox)
    sandbox.handle = async (request) => {
      const answer = await alter(request)
      const text = JSON.stringify(answer.body).replaceAll(
        '"ContactStatus"',
        '"Discount":12.5,"ContactStatus"',
      )
      return request.path.endsWith('/Contacts') ? { ...answer, body: text } : answer
    }
    expect(value((await lowered.erp.prices?.([ask(item, { customer })]))?.[0])).toMatchObject({
      unitPrice: { amount: '131.25', currency: 'EUR' },
      listPrice: { amount: '150', currency: 'EUR' },
      discounts: [{ percent: '12.5' }],
      source: 'computed:list price less the discount of the contact',
    })
  })

  it('finds a code with a quotation mark without letting it end the filter', async () => {
    const { erp, sandbox, wire } = open()
    sandbox.act({ do: 'addItem', sku: 'PIPE 1/2"', name: 'Rohr', price: '3.00' })
    const customer = await customerId(erp)
    const line = { item: null, sku: 'PIPE 1/2"', quantity: '1' }
    const [plan] = (await erp.order?.plan({ customer, lines: [line] }, 'ord_1')) ?? []
    expect(plan?.body).toContain('"ItemCode":"PIPE 1/2\\""')
    const evil = { item: null, sku: 'x" OR Code!="', quantity: '1' }
    expect((await errorOf(erp.order?.plan({ customer, lines: [evil] }, 'ord_2'))).code).toBe('INVALID_ITEM')
    expect(wire.every(({ request }) => !decodeURIComponent(request.url).includes('Code!='))).toBe(true)
  })
})

describe('lists of Xero', () => {
  it('lose no contact and repeat none while contacts are inserted', async () => {
    const { erp, sandbox } = open()
    const seen: string[] = []
    let after: string | null = null
    for (let turn = 0; turn < 50; turn += 1) {
      const page: { rows: Customer[]; next: string | null } = (await erp.customers?.list({
        first: 7,
        after,
      })) ?? { rows: [], next: null }
      seen.push(...page.rows.map(({ id }) => id))
      sandbox.act({ do: 'addCustomer', name: `Neu ${turn} 🚀`, email: `neu${turn}@x.example` })
      after = page.next
      if (after === null) break
    }
    const old = sandbox.ledger().customers.filter(({ name }) => !name.startsWith('Neu '))
    expect(old.filter(({ id }) => !seen.includes(id))).toEqual([])
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('always name a page, because without it lines and details are left out', async () => {
    const { erp, raw, wire } = open()
    const bare = (await raw('GET', 'Invoices')).json() as { Invoices: object[]; pagination?: object }
    expect(bare.pagination).toBeUndefined()
    expect(bare.Invoices[0]).not.toHaveProperty('LineItems')
    const page = await erp.invoices?.list({ first: 3, after: null })
    expect(page?.rows.every(({ lines }) => (lines ?? []).length > 0)).toBe(true)
    const lists = wire.filter(({ request }) => /(Invoices|Contacts|Payments)\?/.test(request.url))
    for (const { request } of lists) expect(request.url).toMatch(/[?&]page=\d+/)
  })

  it('give many quotes by their ids in one call, although Xero has no list of their ids, and a few one by one', async () => {
    const { erp, calls } = open()
    const ids = (await erp.quotes?.list({ first: 100, after: null }))?.rows.map(({ id }) => id) ?? []
    expect(ids.length).toBeGreaterThan(3)
    calls.length = 0
    const rows = (await erp.quotes?.byId([...ids, ids[0]?.toUpperCase() ?? ''])) ?? []
    expect(rows.map((row) => value(row).id)).toEqual([...ids, ids[0]])
    expect(calls.map(({ path }) => path)).toEqual(['/api.xro/2.0/Quotes'])
    calls.length = 0
    await erp.quotes?.byId(ids.slice(0, 2))
    expect(calls.map(({ path }) => path).toSorted()).toEqual(
      ids
        .slice(0, 2)
        .map((id) => `/api.xro/2.0/Quotes/${id}`)
        .toSorted(),
    )
  })

  it('hold sales alone: bills of suppliers and contacts that only supply are left out', async () => {
    const { erp, raw } = open()
    const supplier = { Name: 'Lieferant AG' }
    const bill = { Type: 'ACCPAY', Contact: supplier, InvoiceNumber: 'BILL-1' }
    expect((await raw('PUT', 'Invoices', { Invoices: [bill] })).status).toBe(200)
    const invoices = await erp.invoices?.list({ first: 100, after: null })
    expect(invoices?.rows.map(({ number }) => number)).not.toContain('BILL-1')
  })

  it('make a status that nobody knows UNKNOWN, and an overdue invoice OVERDUE', async () => {
    const { erp, sandbox } = open()
    const page = await erp.invoices?.list({ first: 100, after: null })
    const open_ = page?.rows.find(({ state }) => state === 'OPEN')
    expect(open_).toMatchObject({ payment: expect.stringMatching(/UNPAID|PARTIAL|OVERDUE/) })
    sandbox.act({ do: 'setOrderStatus', id: open_?.id ?? '', status: 'NEVER_SEEN' })
    const [row] = (await erp.invoices?.byId([open_?.id ?? ''])) ?? []
    expect(value(row)).toMatchObject({ state: 'UNKNOWN', payment: 'UNKNOWN', nativeStatus: 'NEVER_SEEN' })
  })
})

describe('changes of Xero', () => {
  it('are told once each, although hundreds share a second and others move to the end meanwhile', async () => {
    const opened = open()
    const { sandbox } = opened
    const first = await drain(opened, 'customer', null)
    for (let nth = 0; nth < 250; nth += 1)
      sandbox.act({ do: 'addCustomer', name: `Kunde ${nth}`, email: `k${nth}@x.example` })
    const second = await drain(opened, 'customer', first.cursor)
    const ids = second.told.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const wanted = sandbox.ledger().customers.filter(({ name }) => name.startsWith('Kunde '))
    expect(wanted.filter(({ id }) => !ids.includes(id))).toEqual([])
  })

  it('are asked for since a second of UTC without a zone, a minute before the last one', async () => {
    const opened = open()
    await drain(opened, 'item', `xero:${Date.UTC(2026, 10, 19, 8, 15, 30, 400)}`)
    const headers = opened.wire.at(-1)?.request.headers ?? {}
    expect(headers['if-modified-since']).toBe('2026-11-19T08:14:30')
  })
})

describe('words of Xero', () => {
  it('are read as they are meant: days at midnight UTC, instants, countries as free text', () => {
    expect(toDay('/Date(1795046400000+0000)/')).toBe('2026-11-19')
    expect(toDay('/Date(1795046400000)/')).toBe('2026-11-19')
    expect(toUtc('/Date(1795082635267+1300)/')).toBe('2026-11-19T10:03:55.267Z')
    const texts = ['United Kingdom', 'uk', 'GB', 'Germany', 'USA', 'Neverland', '', null]
    expect(texts.map(countryCode)).toEqual(['GB', 'GB', 'GB', 'DE', 'US', null, null, null])
  })

  it('make an invoice due on the day of its term', () => {
    const due = (Day: string, Type: string) => dueOn('2026-01-31', { Day, Type })
    expect(due('30', 'DAYSAFTERBILLDATE')).toBe('2026-03-02')
    expect(due('10', 'DAYSAFTERBILLMONTH')).toBe('2026-02-10')
    expect(due('15', 'OFCURRENTMONTH')).toBe('2026-01-15')
    expect(due('31', 'OFFOLLOWINGMONTH')).toBe('2026-02-28')
  })

  it('name what a contact owes, and no limit, because Xero has none', async () => {
    const { erp } = open()
    const invoices = await erp.invoices?.list({ first: 100, after: null })
    const owing = invoices?.rows.find(({ state }) => state === 'OPEN')
    const [credit] = (await erp.credit?.([owing?.customer ?? ''])) ?? []
    expect(value(credit)).toMatchObject({
      limit: null,
      available: null,
      balance: { currency: DEMO.currency },
    })
    expect(Number(value(credit).balance?.amount)).toBeGreaterThan(0)
  })
})
