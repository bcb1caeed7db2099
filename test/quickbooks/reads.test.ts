import { describe, expect, it } from 'vitest'
import type { Change } from '../../subgraphs/connector.ts'
import { num } from '../../subgraphs/exact.ts'
import { literal } from '../../subgraphs/quickbooks/client.ts'
import { countryOf, displayName } from '../../subgraphs/quickbooks/map.ts'
import { Refusal, timeOf } from '../../subgraphs/quickbooks/sandbox/rows.ts'
import { type Stand, itemOf, orderFor, refused, using, value } from './stand.ts'

async function ask(stand: Stand, query: string) {
  const url = `/v3/company/9130350000000001/query?query=${encodeURIComponent(query)}&minorversion=75`
  const token = (await stand.vault.read())?.accessToken ?? ''
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
  return stand.send({ method: 'GET', url, headers })
}

async function drain({ erp }: Stand, kind: 'item' | 'order' | 'quote', since: string | null) {
  const told: Change[] = []
  let cursor = since
  for await (const page of erp.changes?.(kind, since) ?? []) {
    told.push(...page.changes)
    cursor = page.cursor
  }
  return { told, cursor }
}

describe('reading QuickBooks Online', () => {
  it('asks for stock of 50 items in one call, and for 50 prices of a customer in one call', () =>
    using(async ({ erp, calls }) => {
      const items = (await erp.items?.list({ first: 50, after: null }))?.rows ?? []
      const customer = (await erp.customers?.list({ first: 1, after: null }))?.rows[0]?.id ?? ''
      calls.length = 0
      await erp.stock?.(items.map(({ id, sku }) => ({ item: id, sku: sku ?? '', warehouses: null })))
      expect(calls.map(({ method, path }) => [method, path.split('/').at(-1)])).toEqual([['GET', 'query']])
      calls.length = 0
      const more = { customer, quantity: '1', unit: null, currency: null, on: '2026-11-21' }
      await erp.prices?.(items.map(({ id, sku }) => ({ item: id, sku: sku ?? '', ...more })))
      expect(calls.map(({ method, path }) => [method, path.split('/').at(-1)])).toEqual([['POST', 'batch']])
    }))

  it('drops categories, which stand among the items and are none', () =>
    using(async ({ erp }) => {
      const { rows } = (await erp.items?.list({ first: 300, after: null })) ?? { rows: [] }
      expect(rows).toHaveLength(200)
      expect(await erp.items?.byId(['1'])).toEqual([null])
      expect(rows[0]?.categories).toEqual(['Möbel'])
    }))

  it('shows inactive items as such, without the sign that their name got', () =>
    using(async (stand) => {
      const id = await itemOf(stand, 'DESK-60')
      stand.company.act({ do: 'deleteItem', sku: 'DESK-60' })
      expect(value(await stand.erp.items?.byId([id]))).toMatchObject({
        active: false,
        name: 'Schreibtisch 60',
      })
      const price = { customer: null, quantity: '1', unit: null, currency: null, on: '2026-11-21' }
      expect(await stand.erp.prices?.([{ item: id, sku: 'DESK-60', ...price }])).toEqual([null])
    }))

  it('takes units from the configuration, the longest beginning of a SKU first', () =>
    using(
      async (stand) => {
        const [one, other] = [await itemOf(stand, 'CABLE-60'), await itemOf(stand, 'CABLE-80')]
        const rows = (await stand.erp.items?.byId([one, other])) ?? []
        expect(rows).toMatchObject([{ unit: 'KMT' }, { unit: 'MTR' }])
      },
      { units: { 'CABLE-60': 'KMT', CABLE: 'MTR' } },
    ))

  it('finds items whose name has apostrophes and backslashes, and escapes them', () =>
    using(async ({ erp, company }) => {
      expect(literal(`O'Brien \\ Co`)).toBe(`'O\\'Brien \\\\ Co'`)
      company.act({ do: 'addItem', sku: `X'1\\`, name: `O'Brien ✨`, price: '1.00' })
      expect((await erp.items?.list({ first: 5, after: null, search: `O'Brien` }))?.rows).toHaveLength(1)
      expect((await erp.items?.list({ first: 5, after: null, search: `X'1\\` }))?.rows).toHaveLength(1)
    }))

  it('reads countries as people write them, and names without the signs that they cannot hold', () => {
    expect(['USA', 'Germany', 'deu', 'AT', 'Narnia', null].map(countryOf)).toEqual([
      'US',
      'DE',
      'DE',
      'AT',
      null,
      null,
    ])
    expect(displayName('A: B\tC')).toBe('A - B - C')
  })

  it('derives the state of an invoice from what is open, and void from zero and the note', () =>
    using(async ({ erp, company }) => {
      const page = await erp.invoices?.list({ first: 50, after: null })
      const open = page?.rows.find(({ state }) => state === 'OPEN')
      const row = company.books.find('Invoice', open?.id ?? '')
      const read = async () => value(await erp.invoices?.byId([open?.id ?? '']))
      row.Balance = num('0.01')
      expect(await read()).toMatchObject({ state: 'OPEN', payment: 'PARTIAL' })
      row.DueDate = '2020-01-01'
      expect(await read()).toMatchObject({ state: 'OPEN', payment: 'OVERDUE' })
      row.Balance = num(0)
      expect(await read()).toMatchObject({ state: 'PAID', payment: 'PAID' })
      Object.assign(row, { TotalAmt: num(0), TxnTaxDetail: { TotalTax: num(0) } })
      expect(await read()).toMatchObject({ state: 'PAID' })
      row.PrivateNote = 'Voided - by Ada'
      expect(await read()).toMatchObject({ state: 'VOID', payment: 'REVERSED', nativeStatus: 'Voided' })
    }))

  it('lists a pending estimate of others as a quote alone, and an accepted one as an order as well', () =>
    using(async ({ erp, company }) => {
      const ids = async (part: typeof erp.orders | typeof erp.quotes) =>
        (await part?.list({ first: 100, after: null }))?.rows.map(({ id }) => id) ?? []
      const [id = ''] = (await ids(erp.quotes)).filter(
        (one) => company.books.find('Estimate', one).TxnStatus === 'Pending',
      )
      expect(await ids(erp.orders)).not.toContain(id)
      company.act({ do: 'setQuoteStatus', id, status: 'Accepted' })
      expect(await ids(erp.orders)).toContain(id)
      expect(value(await erp.quotes?.byId([id])).state).toBe('ACCEPTED')
      company.act({ do: 'setQuoteStatus', id, status: 'Maybe' })
      expect(value(await erp.orders?.byId([id]))).toMatchObject({ state: 'UNKNOWN', nativeStatus: 'Maybe' })
    }))

  it('tells two changes within one second, and what was deleted', () =>
    using(async (stand) => {
      const made = await stand.erp.order?.create(await orderFor(stand), 'ord_1')
      const id = made?.id ?? ''
      const first = await drain(stand, 'order', null)
      const row = stand.company.books.find('Estimate', id)
      row.SyncToken = '1'
      const second = await drain(stand, 'order', first.cursor)
      expect(second.told).toMatchObject([{ id, deleted: false }])
      expect((await drain(stand, 'order', second.cursor)).told).toEqual([])
      stand.company.books.write('Estimate', { Id: id, SyncToken: '1' }, 'delete', null)
      const third = await drain(stand, 'order', second.cursor)
      expect(third.told).toMatchObject([{ id, deleted: true }])
      expect(await stand.erp.orders?.byId([id])).toEqual([null])
    }))

  it('reads on by time where change data capture cannot look back that far', () =>
    using(async (stand) => {
      const old = Buffer.from(JSON.stringify({ at: '2026-01-01T00:00:00.000Z', seen: {} })).toString(
        'base64url',
      )
      const { told } = await drain(stand, 'item', old)
      expect(told).toHaveLength(200)
      expect(stand.calls.some(({ path }) => path.endsWith('/cdc'))).toBe(false)
    }))
})

describe('credentials of QuickBooks Online', () => {
  it('are renewed once by 50 reads at the same time, and the newest refresh token is kept', () =>
    using(async (stand) => {
      const item = await itemOf(stand, 'DESK-60')
      const before = await stand.vault.read()
      stand.company.access.expire()
      stand.calls.length = 0
      const asks = Array.from({ length: 50 }, () => stand.erp.stock?.([{ item, sku: '', warehouses: null }]))
      for (const answer of await Promise.all(asks)) expect(value(answer).onHand).toMatch(/^\d+$/)
      expect(stand.calls.filter(({ path }) => path.includes('/oauth2/'))).toHaveLength(1)
      expect((await stand.vault.read())?.refreshToken).not.toBe(before?.refreshToken)
    }))

  it('are proven by the test of a connection each time, also where everything is known already', () =>
    using(async ({ erp, calls }) => {
      await erp.check()
      calls.length = 0
      await erp.check()
      expect(calls.map(({ path }) => path.split('/').at(-1))).toContain('preferences')
    }))

  it('survive a renewal whose answer was lost, since the token before it lives another day', () =>
    using(async (stand) => {
      await stand.erp.check()
      stand.company.access.expire()
      stand.server.faults('qbo', [{ do: 'resetAfter', match: '/oauth2/v1/tokens' }])
      expect((await stand.erp.items?.list({ first: 1, after: null }))?.rows).toHaveLength(1)
    }))

  it('need a person once the refresh token is dead, and before anybody has signed in', () =>
    using(
      async (stand) => {
        expect((await refused(() => stand.erp.check())).code).toBe('NEEDS_AUTH')
        await stand.vault.renew(async () => ({ refreshToken: 'AB11780000000-gone' }))
        expect((await refused(() => stand.erp.check())).code).toBe('NEEDS_AUTH')
      },
      { refreshToken: undefined },
    ))
})

describe('the sandbox of QuickBooks Online', () => {
  it('refuses OR, unknown properties, an open apostrophe and more than 1000 rows', () =>
    using(async (stand) => {
      await stand.erp.check()
      for (const [query, code] of [
        ["select * from Item where Sku = 'A' or Sku = 'B'", '4000'],
        ["select * from Item where Sku != 'A'", '4000'],
        ["select * from Item where Sku = 'O'Brien'", '4000'],
        ["select * from Item where Colour = 'red'", '4001'],
        ["select * from Invoice where PrivateNote = 'ref=1'", '4001'],
        ["select * from Payment where DocNumber = '1'", '4001'],
        ['select * from Item maxresults 1001', '4001'],
        ['select * from Item startposition 0', '4000'],
      ] as const) {
        const answer = await ask(stand, query)
        expect([query, answer.status, answer.text]).toEqual([
          query,
          400,
          expect.stringContaining(`"code":"${code}"`),
        ])
      }
    }))

  it('gives no name of the entity where nothing is found, 100 rows by itself, and counts', () =>
    using(async (stand) => {
      await stand.erp.check()
      expect((await ask(stand, "select * from Item where Sku = 'no'")).json()).toMatchObject({
        QueryResponse: {},
      })
      const page = (await ask(stand, 'select * from Item')).json()
      expect(page).toMatchObject({ QueryResponse: { startPosition: '1', maxResults: '100' } })
      const count = (await ask(stand, "select count(*) from Item where Type = 'Service'")).json()
      expect(count).toMatchObject({ QueryResponse: { totalCount: '20' } })
    }))

  it('answers the 11th call at the same time with 429 and no Retry-After', () =>
    using(async ({ company, erp, vault }) => {
      await erp.check()
      const headers = {
        authorization: `Bearer ${(await vault.read())?.accessToken}`,
        accept: 'application/json',
      }
      const path = '/v3/company/9130350000000001/preferences'
      const one = () =>
        company.handle({ method: 'GET', path, query: new URLSearchParams(), headers, body: '' })
      const answers = await Promise.all(Array.from({ length: 11 }, one))
      expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 200), 429])
      expect(answers.at(-1)?.headers?.['retry-after']).toBeUndefined()
    }))

  it('writes times of US Pacific, winter and summer', () => {
    expect(timeOf(Date.parse('2026-11-20T10:15:00Z'))).toBe('2026-11-20T02:15:00-08:00')
    expect(timeOf(Date.parse('2026-07-01T07:00:00Z'))).toBe('2026-07-01T00:00:00-07:00')
    expect(timeOf(Date.parse('2026-03-08T10:00:00Z'))).toBe('2026-03-08T03:00:00-07:00')
  })

  it('keeps what a sparse update leaves out, forgets it in a full one, and knows stale versions', () =>
    using(async ({ company: { books } }) => {
      const row = books.find('Customer', '101')
      const change = { Id: '101', DisplayName: 'Acme GmbH', CurrencyRef: { value: 'EUR' } }
      books.write('Customer', { ...change, sparse: true, SyncToken: '0' }, null, null)
      expect([row.SyncToken, row.CompanyName]).toEqual(['1', 'Acme GmbH'])
      books.write('Customer', { ...change, SyncToken: '1' }, null, null)
      expect(row.CompanyName).toBeUndefined()
      const stale = () => books.write('Customer', { ...change, SyncToken: '1' }, null, null)
      expect(stale).toThrow(Refusal)
    }))
})
