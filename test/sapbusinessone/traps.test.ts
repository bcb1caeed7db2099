import { describe, expect, it } from 'vitest'
import type { Change } from '../../subgraphs/connector.ts'
import { sign } from '../../subgraphs/sapbusinessone/hook.ts'
import { Zone } from '../../subgraphs/zone.ts'
import { errorOf, orderInput, priceAsk, stage, value } from './stand.ts'

const { server, open } = stage()

describe('the session', () => {
  it('is one for all requests, sends both cookies by hand, and is opened once more when it was forgotten', async () => {
    const company = open()
    const ask = [{ item: 'DESK-60', sku: 'DESK-60', warehouses: null }]
    await company.erp.stock?.(ask)
    company.sandbox.act({ do: 'expireTokens' })
    await Promise.all(Array.from({ length: 20 }, () => company.erp.stock?.(ask)))
    const logins = company.calls.filter(({ path }) => path === '/b1s/v2/Login')
    expect(logins).toHaveLength(2)
    const cookies = company.wire.flatMap(({ request }) => request.headers?.cookie ?? [])
    expect(new Set(cookies).size).toBe(2)
    for (const cookie of cookies) expect(cookie).toMatch(/^B1SESSION=[\w-]+; ROUTEID=\.node1$/)
  })

  it('is opened anew behind another node when its own lost the table definitions', async () => {
    const company = open()
    await company.erp.check()
    server.faults(company.name, [{ do: 'error', name: 'node', match: 'GET /b1s/v2/Items' }])
    expect(value((await company.erp.items?.byId(['DESK-60']))?.[0]).sku).toBe('DESK-60')
    expect(company.calls.filter(({ path }) => path === '/b1s/v2/Login')).toHaveLength(2)
  })

  it('with a wrong password is asked for once, because users are locked after a few', async () => {
    const company = open({ password: 'wrong-password' })
    for (let count = 0; count < 3; count += 1)
      expect((await errorOf(company.erp.check())).code).toBe('AUTHENTICATION_FAILED')
    expect(company.calls).toHaveLength(1)
  })

  it('is not opened by /login in small letters, which answers like a forgotten session', async () => {
    const answer = await open().raw('POST', 'login', {}, { cookie: '' })
    expect([answer.status, answer.json()]).toMatchObject([401, { error: { code: '301' } }])
  })

  it('gives way to a bearer token and the company in a header where a token endpoint is set', async () => {
    const other = open((url) => ({ tokenUrl: `${url}/token`, companyId: '7' }))
    expect((await other.erp.check()).currency).toBe('EUR')
    expect(other.calls.map(({ path }) => path)).toEqual(['/token', '/b1s/v2/$batch'])
    const plan = await other.erp.order?.plan(orderInput(), 'ord_1')
    expect(plan?.[0]?.headers).toMatchObject({ authorization: '•••', 'x-b1-companyid': '7' })
  })
})

describe('reading', () => {
  it('gets 200 items although a page of the server has 20 rows, in one call', async () => {
    const { erp, calls, raw } = open()
    const plain = (await raw('GET', 'Items?$select=ItemCode')).json() as { value: unknown[] }
    expect(plain.value).toHaveLength(20)
    await erp.check()
    await erp.fields?.('item')
    calls.length = 0
    expect((await erp.items?.list({ first: 200, after: null }))?.rows).toHaveLength(200)
    expect(calls).toHaveLength(1)
  })

  it('costs one call for the stock of 50 items and two for 50 prices of one customer', async () => {
    const { erp, calls } = open()
    await erp.check()
    const items = ((await erp.items?.list({ first: 50, after: null }))?.rows ?? []).map(({ id }) => id)
    calls.length = 0
    await erp.stock?.(items.map((item) => ({ item, sku: item, warehouses: null })))
    expect(calls).toHaveLength(1)
    calls.length = 0
    await erp.prices?.(items.map((item) => priceAsk(item, '30')))
    expect(calls).toHaveLength(2)
  })

  it('names the order of an invoice that was made from its delivery, in one more call', async () => {
    const { erp, sandbox, calls } = open()
    const { rows } = (await erp.invoices?.list({ first: 2, after: null })) ?? { rows: [] }
    const [{ id, orders } = { id: '', orders: [] }] = rows
    expect(orders).toHaveLength(1)
    sandbox.act({ do: 'setOrderStatus', id: orders?.[0] ?? '', status: 'DELIVERED' })
    calls.length = 0
    expect(value((await erp.invoices?.byId([id]))?.[0]).orders).toEqual(orders)
    expect((await erp.invoices?.list({ first: 1, after: null }))?.rows[0]?.orders).toEqual(orders)
    expect(calls.map(({ path }) => path.slice(8))).toEqual([
      'Invoices',
      'DeliveryNotes',
      'Invoices',
      'DeliveryNotes',
    ])
  })

  it('keeps 18 digits of stock and calls a unit by its Rec 20 code beside the native word', async () => {
    const { erp, sandbox } = open()
    sandbox.act({ do: 'setStock', sku: 'SCREW-80', warehouse: 'MAIN', onHand: '123456789012345.678' })
    const [answer] = (await erp.stock?.([{ item: 'SCREW-80', sku: '', warehouses: ['MAIN'] }])) ?? []
    expect(value(answer)).toMatchObject({ onHand: '123456789012345.678', unit: 'KGM', nativeUnit: 'kg' })
  })

  it('resolves the clock of the server, named or measured, into UTC', async () => {
    const named = value((await open({ timeZone: 'America/New_York' }).erp.items?.byId(['DESK-60']))?.[0])
    const measured = value((await open().erp.items?.byId(['DESK-60']))?.[0])
    expect([named.updatedAt, measured.updatedAt]).toEqual([
      '2026-11-01T15:00:03.000Z',
      '2026-11-01T09:00:03.000Z',
    ])
    expect(Zone.named('Europe/Berlin').toUtc('2026-07-01T00:30:00')).toBe('2026-06-30T22:30:00.000Z')
  })

  it('tells a change within the same second as the last reading', async () => {
    const { erp } = open()
    const drain = async (since: string | null) => {
      const told: Change[] = []
      let cursor = since
      for await (const page of erp.changes?.('order', since) ?? []) {
        told.push(...page.changes)
        cursor = page.cursor
      }
      return { ids: told.map(({ id }) => id), cursor }
    }
    const { cursor } = await drain(null)
    const ref = await erp.order?.create(orderInput(), 'ord_1')
    const second = await drain(cursor)
    expect(second.ids).toEqual([ref?.id])
    if (ref) await erp.order?.undo?.(ref)
    expect((await drain(second.cursor)).ids).toEqual([ref?.id])
  })
})

describe('prices', () => {
  it('come from a preview of an order that books nothing, with the rule that won and the tiers', async () => {
    const { erp, sandbox, wire } = open()
    const before = structuredClone(sandbox.ledger())
    const asks = [priceAsk('DESK-60', '30'), priceAsk('DESK-80', '1'), priceAsk('DESK-60', '1', null)]
    const [own, listed, bare] = ((await erp.prices?.(asks)) ?? []).map(value)
    expect(own).toMatchObject({ source: 'customer', unit: 'H87', taxIncluded: false })
    expect(own?.tiers?.map(({ minimumQuantity }) => minimumQuantity)).toEqual(['0', '25'])
    expect(listed?.source).toBe('pricelist:Basispreisliste')
    expect(bare).toMatchObject({ source: 'list', unitPrice: bare?.listPrice })
    expect(wire.at(-1)?.request.body).toContain('POST /b1s/v2/OrdersService_Preview')
    expect(sandbox.ledger()).toEqual(before)
  })

  it('are the same by CompanyService_GetItemPrice, still in two calls', async () => {
    const asks = ['DESK-60', 'DESK-80', 'CABLE-60'].flatMap((sku) =>
      ['1', '30'].map((one) => priceAsk(sku, one)),
    )
    const [preview, single] = [open(), open({ prices: 'itemPrice' })]
    await single.erp.check()
    single.calls.length = 0
    const rows = ((await single.erp.prices?.(asks)) ?? []).map(value)
    expect(single.calls).toHaveLength(2)
    expect(single.calls[1]?.body.match(/CompanyService_GetItemPrice/g)).toHaveLength(6)
    const wanted = ((await preview.erp.prices?.(asks)) ?? []).map(value)
    expect(rows.map(({ unitPrice }) => unitPrice)).toEqual(wanted.map(({ unitPrice }) => unitPrice))
    expect(rows.map(({ tiers }) => tiers)).toEqual(wanted.map(({ tiers }) => tiers))
  })

  it('are asked for in a unit of the group of the item, and refused in one that it is not sold in', async () => {
    const { erp } = open()
    const ask = { ...priceAsk('CABLE-60', '1', 'C-10003') }
    const [metre, roll, pieces] =
      (await erp.prices?.(['MTR', 'RO', 'H87'].map((unit) => ({ ...ask, unit })))) ?? []
    expect(Number(value(roll).unitPrice?.amount)).toBeCloseTo(100 * Number(value(metre).unitPrice?.amount))
    expect([value(metre).unit, value(roll).unit]).toEqual(['MTR', 'RO'])
    expect(pieces).toMatchObject({ code: 'MAPPING_MISSING', field: 'unit' })
  })

  it('of one customer that is refused leave those of the next one whole, although a $batch stops there', async () => {
    const { erp, calls, raw } = open()
    expect((await raw('PATCH', "BusinessPartners('C-10002')", { Notes: 'x' })).status).toBe(204)
    await erp.check()
    calls.length = 0
    const day = { ...priceAsk('DESK-60', '1', 'C-10002'), on: '' }
    const rows = await erp.prices?.([day, priceAsk('DESK-60', '1', 'C-10001')])
    expect(rows?.[0]).toMatchObject({ code: expect.stringMatching(/VALIDATION|MISSING/) as string })
    expect(value(rows?.[1]).unitPrice?.currency).toBe('EUR')
    expect(calls).toHaveLength(3)
  })
})

describe('webhooks', () => {
  it('carry the signature of the vendor’s own test vector', () => {
    const body =
      '[{"id":"5ac18923-cfce-40d3-a31e-7154ca4d5191","specversion":"1.0","source":"/default/sap.b1/DEMODB1","type":"sap.b1.Orders.Created.v1","subject":"91","time":"2026-11-10T23:10:22.917Z","datacontenttype":"application/json","data":{"DocEntry":"91"}}]'
    expect(sign(Buffer.from(body), 'my_secret_key')).toBe('4FgCvQyRv5NUKOWM1FAh+tZmiJpOkx9/oPdzsjTgp+0=')
  })

  it('are named by the ids of their events, so that one that is sent again is worked once', () => {
    const { erp } = open()
    const named = (...ids: (string | undefined)[]) => {
      const body = ids.map((id) => ({ id, type: 'sap.b1.Orders.Created.v1', data: { DocEntry: '91' } }))
      return erp.hook?.delivery?.({ headers: {}, body: Buffer.from(JSON.stringify(body)), query: {} })
    }
    expect(named('a', 'b')).toBe(named('a', 'b'))
    expect(named('a', 'b')).not.toBe(named('a'))
    expect([named('a', undefined), named()]).toEqual([null, null])
  })

  it('are subscribed once, and the key is neither shown nor written down', async () => {
    const { erp, calls, wire } = open()
    for (let count = 0; count < 2; count += 1)
      await erp.hook?.subscribe?.('https://uda.example/webhooks/x', 'whsec_1')
    expect(
      calls.filter(({ method, path }) => method === 'POST' && path.endsWith('/EventSubscriptions')),
    ).toHaveLength(1)
    const sent = wire.find(({ request }) => request.body?.includes('whsec_1'))
    expect(sent?.request.confidential).toBe(true)
  })
})
