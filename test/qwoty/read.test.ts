import { describe, expect, it } from 'vitest'
import { demo } from '../../subgraphs/demo.ts'
import { listingOf } from '../../subgraphs/qwoty/client.ts'
import { parseExact } from '../../subgraphs/json.ts'
import { errorOf, stage, value } from './open.ts'

const { server, open } = stage()
const data = demo(7)
const BASE = 'https://qwoty.app/api'

async function all<T>(
  read: (after: string | null) => Promise<{ rows: T[]; next: string | null }> | undefined,
) {
  const rows: T[] = []
  for (let after: string | null = null, page = 0; page < 500; page += 1) {
    const found: { rows: T[]; next: string | null } = (await read(after)) ?? { rows: [], next: null }
    rows.push(...found.rows)
    if (found.next === null) return rows
    after = found.next
  }
  throw new Error('The list does not end.')
}

describe('the lists of Qwoty', () => {
  it('are understood in all three forms', () => {
    const read = (body: string, at: string) => listingOf(parseExact(body), at, BASE)
    expect(
      read(`{"total":42,"next":"${BASE}/products?limit=30&page=2","data":[{}]}`, `${BASE}/products`),
    ).toEqual({
      rows: [{}],
      next: `${BASE}/products?limit=30&page=2`,
      total: 42,
    })
    expect(read('{"success":true,"data":[{},{}]}', `${BASE}/payment-terms`)).toEqual({
      rows: [{}, {}],
      next: null,
      total: null,
    })
    const offset = '{"success":true,"data":[{}],"total":3,"limit":1,"offset":1}'
    expect(read(offset, `${BASE}/prices?limit=1&offset=1`).next).toBe(`${BASE}/prices?limit=1&offset=2`)
    expect(read(offset.replace('"offset":1', '"offset":2'), `${BASE}/prices`).next).toBe(null)
  })

  it('are never followed to another host, so that the token stays where it belongs', () => {
    for (const next of [
      'https://evil.example/api/products?page=2',
      '//evil.example/x',
      'http://qwoty.app/api/x',
    ]) {
      const body = parseExact(JSON.stringify({ total: 99, next, data: [{}] }))
      expect(() => listingOf(body, `${BASE}/products`, BASE)).toThrow(/another host/)
    }
  })

  it('that end before their total are a BAD_ANSWER, not a shorter list', async () => {
    const { erp, name } = open()
    const sandbox = server.sandbox(name)
    const handle = sandbox.handle.bind(sandbox)
    sandbox.handle = async (request) => {
      const answer = await handle(request)
      return request.query.get('page') === '1'
        ? { ...answer, body: { ...Object(answer.body), next: null } }
        : answer
    }
    const ids = ['prd_1', 'prd_2', 'prd_3', 'prd_100']
    expect(await errorOf(erp.items?.byId(ids))).toMatchObject({ code: 'BAD_ANSWER' })
  })

  it('that turn in a circle are a BAD_ANSWER', async () => {
    const { erp, name, url } = open()
    const sandbox = server.sandbox(name)
    const handle = sandbox.handle.bind(sandbox)
    sandbox.handle = async (request) => {
      const answer = await handle(request)
      const next = `${url}/products?limit=30&page=2`
      return request.path === '/products' ? { ...answer, body: { ...Object(answer.body), next } } : answer
    }
    expect(await errorOf(erp.items?.byId(['prd_1', 'prd_2', 'prd_3', 'prd_4']))).toMatchObject({
      code: 'BAD_ANSWER',
    })
  })
})

describe('the items of Qwoty', () => {
  it('carry SKU, link to the ERP and the flat list price of the price book', async () => {
    const { erp } = open()
    const [pump, tiered, last] = (await erp.items?.byId(['prd_1', 'prd_8', 'prd_200'])) ?? []
    const [first] = data.products
    expect(value(pump)).toMatchObject({
      sku: first?.sku,
      name: first?.name,
      active: true,
      updatedAt: '2026-11-18T10:20:30.000Z',
    })
    expect(Number(value(pump).listPrice?.amount)).toBe(Number(first?.listPrice))
    expect(value(pump).customAttributes).toContainEqual({ key: 'id_erp', value: '1' })
    expect(value(tiered).listPrice).toBe(null)
    expect(value(last).sku).toBe('FIT-440')
  })

  it('have no list price, and cost no call for one, where no price book is set', async () => {
    const { erp, name } = open({ pricebook: undefined })
    expect(value((await erp.items?.byId(['prd_1']))?.[0]).listPrice).toBe(null)
    expect(server.calls(name)).toHaveLength(1)
  })

  it('of a batch are read one by one when few, and by the pages of the list when many', async () => {
    const { erp, name } = open()
    const calls = server.calls(name)
    const ids = Array.from({ length: 50 }, (_, index) => `prd_${199 - index}`)
    const rows = (await erp.items?.byId([...ids, 'prd_nobody', ids[0] ?? ''])) ?? []
    expect(rows.map((row) => (row === null ? null : value(row).id))).toEqual([...ids, null, ids[0]])
    expect(calls.filter(({ path }) => path === '/products')).toHaveLength(7)
    expect(calls.filter(({ path }) => path === '/prices')).toHaveLength(4)
    calls.length = 0
    await erp.items?.byId(['prd_1', 'prd_2', 'prd_1'])
    expect(calls.map(({ path }) => path).toSorted()).toEqual(['/products/prd_1', '/products/prd_2'])
  })

  it('with 18 decimals in their price keep every digit', async () => {
    const { erp, name } = open()
    server
      .sandbox(name)
      .act({ do: 'addItem', sku: 'EXACT', name: 'Größe ✨', price: '1234567890.123456789012345678' })
    const { rows } = (await erp.items?.list({ first: 5, after: null, search: 'exact' })) ?? { rows: [] }
    expect(rows.map(({ sku, name: text, listPrice }) => [sku, text, listPrice?.amount])).toEqual([
      ['EXACT', 'Größe ✨', '1234567890.123456789012345678'],
    ])
  })

  it('are listed completely in pages of any size while rows are inserted', async () => {
    for (const first of [1, 7, 30, 31, 200]) {
      const { erp, name } = open({ pricebook: undefined })
      let inserted = 0
      const rows = await all((after) => {
        if (inserted++ < 3)
          server.sandbox(name).act({ do: 'addItem', sku: `NEW-${inserted}`, name: 'Neu', price: '1' })
        return erp.items?.list({ first, after })
      })
      const skus = rows.map(({ sku }) => sku)
      expect(new Set(skus).size).toBe(skus.length)
      for (const { sku } of data.products) expect(skus).toContain(sku)
    }
  })

  it('are listed completely when Qwoty answers everything in one bare list', async () => {
    const { erp, name } = open({ pricebook: undefined })
    const sandbox = server.sandbox(name)
    const handle = sandbox.handle.bind(sandbox)
    const whole = await all((after) => erp.items?.list({ first: 100, after }))
    sandbox.handle = async (request) => {
      if (request.path !== '/products') return handle(request)
      const pages = [1, 2, 3, 4, 5, 6, 7].map((page) =>
        handle({ ...request, query: new URLSearchParams({ limit: '30', page: String(page) }) }),
      )
      const found = (await Promise.all(pages)).flatMap(({ body }) => Object(body).data as object[])
      return { status: 200, body: { success: true, data: found } }
    }
    expect(await all((after) => erp.items?.list({ first: 37, after }))).toEqual(whole)
  })
})

describe('the customers and quotes of Qwoty', () => {
  it('that are listed are those the connection has met: filled in, read, or written', async () => {
    const workspace = open({ quotes: ['qte_1'], customers: [] })
    const { erp } = workspace
    const names = async (more = erp) =>
      (await more.customers?.list({ first: 10, after: null }))?.rows.map(({ id }) => id)
    expect(await names()).toEqual([])
    await erp.quotes?.byId(['qte_2', 'qte_nobody'])
    await erp.customers?.byId(['cus_9'])
    const ref = await erp.customer?.create({ name: 'Neu' }, 'ref_1')
    expect(await names()).toEqual(['cus_6', 'cus_9', ref?.id])
    expect(await names(workspace.reopen().erp)).toEqual(['cus_6', 'cus_9', ref?.id])
    const quotes = await workspace.reopen().erp.quotes?.list({ first: 10, after: null })
    expect(quotes?.rows.map(({ id }) => id)).toEqual(['qte_1', 'qte_2'])
  })

  it('that are new are written down once, and a second look costs no write', async () => {
    const { erp, vault } = open({ quotes: [], customers: [] })
    await erp.quotes?.byId(['qte_1', 'qte_2', 'qte_1'])
    const written = vault.renewals
    expect(written).toBe(2)
    await erp.quotes?.byId(['qte_1', 'qte_2'])
    expect(vault.renewals).toBe(written)
  })

  it('that are met at the same time are all written down, even by a vault that lets callers share a renewal', async () => {
    const { erp, vault } = open({ quotes: [], customers: [] })
    const own = vault.renew.bind(vault)
    let running: ReturnType<typeof own> | null = null
    vault.renew = (renew) => (running ??= own(renew).finally(() => (running = null)))
    await Promise.all([
      erp.customers?.byId(['cus_1']),
      erp.customers?.byId(['cus_2']),
      erp.quotes?.byId(['qte_2']),
    ])
    const stored = await vault.read()
    expect(JSON.parse(stored?.customers ?? '').toSorted()).toEqual(['cus_1', 'cus_2', 'cus_6'])
    expect(stored?.quotes).toBe('["qte_2"]')
  })

  it('keep the other things in the vault when something is written down', async () => {
    const { erp, vault } = open({ quotes: [], customers: [] })
    await vault.renew((stored) => Promise.resolve({ ...stored, accessToken: 'x' }))
    await erp.customers?.byId(['cus_1'])
    expect(await vault.read()).toEqual({ accessToken: 'x', customers: '["cus_1"]' })
  })

  it('leave a quote out of the list that cannot be ordered, and end it for every other error', async () => {
    const { erp, name } = open()
    const list = () => erp.quotes?.list({ first: 50, after: null })
    expect((await list())?.rows.map(({ id }) => id)).not.toContain('qte_3')
    server.faults(name, [{ do: 'status', status: 500, match: '/quote/qte_4', times: 0 }])
    expect(await errorOf(list())).toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('of one batch cost one call each, however often they are asked', async () => {
    const { erp, name } = open()
    const ids = ['qte_10', 'qte_11', 'qte_10', 'qte_11']
    const rows = (await erp.quotes?.byId(ids)) ?? []
    expect(rows.map((row) => value(row).id)).toEqual(ids)
    expect(server.calls(name).filter(({ path }) => path.startsWith('/quote/'))).toHaveLength(2)
  })

  it('tell group and tax id in the spelling of the customer', async () => {
    const { erp } = open()
    const row = value((await erp.customers?.byId(['cus_4']))?.[0])
    expect(row).toMatchObject({
      name: data.customers[3]?.name,
      taxId: data.customers[3]?.taxId,
      group: 'wholesale',
    })
    expect(row.customAttributes).toContainEqual({ key: 'id_erp', value: 'C-10004' })
  })
})

describe('the refusals of Qwoty', () => {
  it('have their class by status, and by text where the status is 200', async () => {
    for (const [fault, code] of [
      ['invalidToken', 'AUTHENTICATION_FAILED'],
      ['forbidden', 'AUTHENTICATION_FAILED'],
      ['falseSuccess', 'AUTHENTICATION_FAILED'],
      ['serverError', 'UNAVAILABLE'],
      ['rateLimited', 'RATE_LIMITED'],
    ] as const) {
      const { erp, name } = open()
      server.faults(name, [{ do: 'error', name: fault, times: 0 }])
      const error = await errorOf(erp.items?.byId(['prd_1']))
      expect([fault, error.code]).toEqual([fault, code])
      expect(error.said).toMatch(/token|Forbidden|Internal|Rate limit/)
      expect(error.retryAfterMs).toBe(fault === 'rateLimited' ? 7000 : undefined)
    }
  })

  it('for too many requests say two seconds where no Retry-After is sent', async () => {
    const { erp, name } = open()
    server.faults(name, [{ do: 'error', name: 'rateLimitedSilently', times: 0 }])
    expect((await errorOf(erp.items?.byId(['prd_1']))).retryAfterMs).toBe(2000)
  })
})
