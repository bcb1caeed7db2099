import { describe, expect, it } from 'vitest'
import { Room, small } from './open.ts'

const ORDER = {
  customer: '7',
  lines: [{ item: null, sku: 'A', quantity: '2', unitPrice: { amount: '1.50', currency: 'EUR' } }],
}
const CREATE = {
  request: {
    method: 'POST',
    path: '/orders',
    body: "{'ref': input.reference, 'who': input.order.customerId, 'cur': input.order.currencyCode, 'rows': [input.order.lines.{'a': sku, 'q': $decimal(quantity), 'p': $decimal(unitPrice)}]}",
  },
  fields: { externalId: 'id' },
}
const FIND = {
  request: { method: 'GET', path: '/orders', query: { ref: '${input.reference}' } },
  fields: { externalId: 'id', reference: 'ref' },
}
const LOOKUP = { kind: 'lookup', lookup: 'orders.findByReference' }
const ITEMS = {
  request: { method: 'GET', path: '/items' },
  records: 'rows',
  fields: { externalId: 'id', sku: 'sku', listPrice: 'price', currencyCode: "'EUR'" },
}

describe('a system that is described by a manifest', () => {
  const room = new Room()

  it('keeps numbers exact: whole ones may be compared, fractions and long ones are text, and leave as bare digits', async () => {
    const fields = { ...ITEMS.fields, status: "level > 3 ? 'ACTIVE' : 'ARCHIVED'" }
    const { erp } = room.open(small({ 'products.list': { ...ITEMS, fields }, 'orders.create': CREATE }))
    room.say = () => ({
      body: '{"rows":[{"id":12345678901234567890,"sku":"A","price":123456789012345.678,"level":4}]}',
    })
    const page = await erp.items?.list({ first: 5, after: null })
    expect(page?.rows[0]).toMatchObject({ active: true, listPrice: { amount: '123456789012345.678' } })
    const [plan] = (await erp.order?.plan(ORDER, 'ref_1')) ?? []
    expect(plan?.body).toBe('{"ref":"ref_1","who":"7","cur":"EUR","rows":[{"a":"A","q":2,"p":1.50}]}')
  })

  it('refuses a fraction that went through binary arithmetic', async () => {
    const fields = { ...ITEMS.fields, listPrice: '$number(price) * 3' }
    const { erp } = room.open(small({ 'products.list': { ...ITEMS, fields } }))
    room.say = () => ({ body: { rows: [{ id: 1, sku: 'A', price: 0.1 }] } })
    await expect(erp.items?.list({ first: 5, after: null })).rejects.toMatchObject({
      code: 'BAD_ANSWER',
      field: 'listPrice',
    })
  })

  it('refuses what the request never names, instead of losing it', async () => {
    const { erp } = room.open(small({ 'orders.create': CREATE }))
    await expect(erp.order?.plan({ ...ORDER, note: 'Ring twice' }, 'r')).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
      field: 'note',
    })
    const customAttributes = [{ key: 'project', value: 'P' }]
    await expect(erp.order?.plan({ ...ORDER, customAttributes }, 'r')).rejects.toMatchObject({
      code: 'VALIDATION',
    })
    const own = { customFields: [{ key: 'project', entity: 'order', type: 'text', writePath: 'udf.PROJ' }] }
    const [plan] =
      (await room
        .open(small({ 'orders.create': CREATE }, own))
        .erp.order?.plan({ ...ORDER, customAttributes }, 'r')) ?? []
    expect(JSON.parse(plan?.body ?? '')).toMatchObject({ udf: { PROJ: 'P' } })
  })

  it('keeps values of a path and a query mere values', async () => {
    const get = {
      request: { method: 'GET', path: '/c/${input.id}', query: { q: '${input.id}' } },
      fields: { externalId: 'id', name: 'name' },
    }
    const { erp } = room.open(small({ 'customers.list': get, 'customers.get': get }))
    room.say = () => ({ status: 404, body: {} })
    await erp.customers?.byId(['a/b?c=d&e#f', '../x', '..', ''])
    expect(room.got.map(({ url }) => url).toSorted()).toEqual([
      '/c/..%2Fx?q=..%2Fx',
      '/c/a%2Fb%3Fc%3Dd%26e%23f?q=a%2Fb%3Fc%3Dd%26e%23f',
    ])
  })

  it('asks each half again when one bad key spoils a batch, and the others are answered', async () => {
    const get = {
      request: { method: 'GET', path: '/c', query: { ids: "${$join($batch, ',')}" } },
      batch: { over: 'ids', maxSize: 50 },
      fields: { externalId: 'id', name: "'N'" },
    }
    const { erp } = room.open(small({ 'customers.list': get, 'customers.get': get }))
    room.say = ({ url }) => {
      const ids = new URL(url, room.url).searchParams.get('ids')?.split(',') ?? []
      return ids.includes('bad')
        ? { status: 400, body: { why: 'bad id' } }
        : { body: ids.filter((id) => id !== '4').map((id) => ({ id })) }
    }
    const rows = await erp.customers?.byId(['1', '2', 'bad', '4', '5'])
    expect(rows?.map((row) => (row instanceof Error ? row.name : (row?.id ?? null)))).toEqual([
      '1',
      '2',
      'ErpError',
      null,
      '5',
    ])
    expect(rows?.[2]).toMatchObject({ code: 'VALIDATION', said: '{"why":"bad id"}' })
  })

  it('never shows a sum of stock of which a row could not be read', async () => {
    const request = { method: 'POST', path: '/s', body: "{'skus': [$batch]}" }
    const fields = { sku: 'a', warehouseCode: 'w', onHand: 'w = "N" ? $decAdd(q, "0") : q', reserved: '"0"' }
    const { erp } = room.open(
      small({ 'stock.get': { request, batch: { over: 'skus', maxSize: 9, key: 'a' }, fields } }),
    )
    const row = (a: string, w: string, q: unknown) => ({ a, w, q })
    room.say = () => ({
      body: [row('A', 'M', '1'), row('A', 'N', {}), row('B', 'M', '2'), row('B', 'N', '3')],
    })
    const ask = (sku: string) => ({ item: sku, sku, warehouses: null })
    const [one, two] = (await erp.stock?.([ask('A'), ask('B')])) ?? []
    expect(one).toMatchObject({ code: 'BAD_ANSWER', field: 'onHand' })
    expect(two).toMatchObject({ onHand: '5', available: '5' })
  })

  it('looks before each create, and finds instead of doubling when the ERP says that the reference exists', async () => {
    const rules = [{ when: "body.err = 'DUP'", code: 'DUPLICATE_ORDER', retry: 'never' }]
    const capabilities = {
      'orders.create': { ...CREATE, idempotency: LOOKUP },
      'orders.findByReference': FIND,
    }
    const { erp } = room.open(small(capabilities, { errors: { rules } }))
    let stored = false
    room.say = ({ method }) => {
      if (method === 'GET')
        return {
          body: stored
            ? [
                { id: 12, ref: 'r1' },
                { id: 9, ref: 'r1' },
                { id: 3, ref: 'r10' },
              ]
            : [],
        }
      stored = true
      return { status: 409, body: { err: 'DUP' } }
    }
    expect(await erp.order?.create(ORDER, 'r1')).toMatchObject({ id: '9' })
    expect(await erp.order?.create(ORDER, 'r1')).toMatchObject({ id: '9' })
    expect(room.got.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'GET'])
    expect(await erp.order?.find?.('r')).toBe(null)
    expect(erp.order?.proof).toBe('lookup')
    expect(room.open(small({ 'orders.create': CREATE })).erp.order).toMatchObject({ proof: 'none' })
  })

  it('sends the key in the header that the manifest names', async () => {
    const idempotency = { kind: 'header', name: 'Idempotency-Key' }
    const { erp } = room.open(small({ 'orders.create': { ...CREATE, idempotency } }))
    room.say = () => ({ body: { id: 5 } })
    expect(await erp.order?.create(ORDER, 'ref_1')).toMatchObject({ id: '5' })
    expect(room.got[0]?.headers['idempotency-key']).toBe('ref_1')
    expect(erp.order?.proof).toBe('key')
  })

  it('ends a cursor that goes round, and a page that comes again and again', async () => {
    const get = { ...ITEMS, paging: 'p', changedSince: { param: 'since', cursor: 'at' } }
    const row = { id: 1, sku: 'A', at: '2026-11-20T08:00:00Z' }
    const drain = async (paging: object, body: object): Promise<unknown> => {
      const { erp } = room.open(small({ 'products.list': get }, { paging: { p: paging } }))
      room.say = () => ({ body })
      for await (const page of erp.changes?.('item', null) ?? []) return page
      return null
    }
    const round = drain({ kind: 'cursor', cursorParam: 'c', cursor: 'next' }, { rows: [row], next: 'same' })
    await expect(round).rejects.toMatchObject({ code: 'BAD_ANSWER' })
    const deaf = drain({ kind: 'page', pageParam: 'p', pageSize: 1 }, { rows: [row] })
    await expect(deaf).rejects.toMatchObject({ code: 'BAD_ANSWER' })
  })

  it.each([
    [
      'page',
      { kind: 'page', pageParam: 'p', sizeParam: 's', pageSize: 50, startFrom: 0 },
      ['p=0&s=2', 'p=1&s=2', 'p=2&s=2'],
    ],
    ['offset', { kind: 'offset', offsetParam: 'o', sizeParam: 's' }, ['o=0&s=2', 'o=2&s=2', 'o=4&s=2']],
    ['linkHeader', { kind: 'linkHeader', sizeParam: 's' }, ['s=2', 'o=2', 'o=4']],
  ])('follows pages of the kind %s to the end', async (_name, paging, wanted) => {
    const { erp } = room.open(
      small({ 'products.list': { ...ITEMS, paging: 'p' } }, { paging: { p: paging } }),
    )
    room.say = ({ url }) => {
      const query = new URL(url, room.url).searchParams
      const from = Number(query.get('o') ?? Number(query.get('p') ?? 0) * 2)
      const rows = [1, 2, 3, 4, 5].slice(from, from + 2).map((id) => ({ id, sku: `S${id}` }))
      return {
        body: { rows },
        headers: from < 4 ? { link: `<${room.url}/items?o=${from + 2}>; rel="next"` } : undefined,
      }
    }
    const seen: (string | null | undefined)[] = []
    let after: string | null = null
    do {
      const page: { rows: { sku?: string | null }[]; next: string | null } | undefined =
        await erp.items?.list({ first: 2, after })
      seen.push(...(page?.rows ?? []).map(({ sku }) => sku))
      after = page?.next ?? null
    } while (after !== null)
    expect(seen).toEqual(['S1', 'S2', 'S3', 'S4', 'S5'])
    expect(room.got.map(({ url }) => url.split('?')[1])).toEqual(wanted)
  })

  it('reckons a price from stored rows where the ERP has no price call, and says so', async () => {
    const request = { method: 'GET', path: '/p', query: { skus: "${$join($batch, ',')}" } }
    const fields = {
      sku: 'a',
      unitPrice: 'p',
      currencyCode: "'EUR'",
      customerId: 'c',
      minimumQuantity: 'm',
      validFrom: 'f',
      validThrough: 't',
    }
    const { erp } = room.open(
      small({ 'prices.list': { request, batch: { over: 'skus', maxSize: 50 }, fields } }),
    )
    room.say = () => ({
      body: [
        { a: 'A', p: '10.00' },
        { a: 'A', p: '9.00', m: 10 },
        { a: 'A', p: '8.50', c: '7', m: 1 },
        { a: 'A', p: '8.00', c: '7', m: '10.5' },
        { a: 'A', p: '1.00', c: '7', m: 1, t: '2025-01-01' },
      ],
    })
    const ask = (customer: string | null, quantity: string) => ({
      item: 'A',
      sku: 'A',
      customer,
      quantity,
      unit: null,
      currency: null,
      on: '2026-11-21',
    })
    const rows = await erp.prices?.([ask(null, '1'), ask(null, '10'), ask('7', '10'), ask('7', '10.5')])
    expect(rows).toMatchObject([
      { unitPrice: { amount: '10.00' }, source: 'list' },
      { unitPrice: { amount: '9.00' }, source: 'list' },
      { unitPrice: { amount: '8.50' }, source: 'computed:prices.list' },
      { unitPrice: { amount: '8.00' }, source: 'computed:prices.list' },
    ])
    expect(room.got).toHaveLength(1)
  })

  it('signs in as the manifest says: key in the query, basic, cookie of a session, signature', async () => {
    const ping = { 'connection.test': { request: { method: 'GET', path: '/ping' } } }
    const login = {
      method: 'POST',
      path: '/login',
      body: "{'u': secret.username, 'p': secret.password}",
      bodyEncoding: 'form',
    }
    const credentials = { username: 'ü', password: 'p&"', apiKey: 'k=1&', signingKey: 's' }
    const check = async (auth: object) => {
      const { erp } = room.open(small(ping, { auth }), { credentials })
      room.say = () => ({ body: { token: 'T1' } })
      await erp.check()
      return room.got
    }
    const [query] = await check({ kind: 'apiKey', in: 'query', name: 'key', value: '${secret.apiKey}' })
    expect(query?.url).toBe('/ping?key=k%3D1%26')
    const [basic] = await check({
      kind: 'basic',
      username: '${secret.username}',
      password: '${secret.password}',
    })
    expect(basic?.headers.authorization).toBe(`Basic ${Buffer.from('ü:p&"').toString('base64')}`)
    const [first, then] = await check({
      kind: 'session',
      login,
      token: 'body.token',
      apply: { in: 'cookie', name: 'sid', value: '${token}' },
    })
    expect(first?.body).toBe('u=%C3%BC&p=p%26%22')
    expect(then?.headers.cookie).toBe('sid=T1')
    const apply = { 'X-Sign': '${timestamp}:${signature}' }
    const [signed] = await check({
      kind: 'hmac',
      algorithm: 'sha256',
      key: '${secret.signingKey}',
      signedText: '${method} ${path}',
      apply,
    })
    expect(signed?.headers['x-sign']).toMatch(/^\d{10}:[\da-f]{64}$/)
  })
})
