import { describe, expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import { plain } from '../../subgraphs/json.ts'
import { saps4hana } from '../../subgraphs/saps4hana/index.ts'
import { zoned } from '../../subgraphs/saps4hana/map.ts'
import { partnerReference, readReference, writeReference } from '../../subgraphs/saps4hana/reference.ts'
import { ORDER, asked, codeOf, priceAsk, using } from './stand.ts'

describe('SAP S/4HANA: tokens and sessions', () => {
  it('fetches one token for fifty writes at once, and sends it with the cookies of its session', () =>
    using(async (stand) => {
      const { erp, tap } = stand
      const asks = Array.from({ length: 50 }, () => erp.prices!([priceAsk('DESK-60', '10100001')]))
      await Promise.all(asks)
      expect(asked(stand, 'GET API_SALES_ORDER_SIMULATION_SRV/')).toHaveLength(1)
      const [post] = tap.sent.filter(({ method }) => method === 'POST')
      expect(post?.headers?.cookie).toMatch(
        /^SAP_SESSIONID_S4H_100=session-1; sap-usercontext=sap-client=100$/,
      )
    }))

  it('fetches a new token once when the session has ended, and writes once more', () =>
    using(async (stand) => {
      const { erp, sandbox, server } = stand
      await erp.prices!([priceAsk('DESK-60', '10100001')])
      sandbox.act({ do: 'expireTokens' })
      server.calls('s4').length = 0
      const answers = await Promise.all(
        ['DESK-60', 'LAMP-60', 'PUMP-60'].map((sku) => erp.prices!([priceAsk(sku, '10100001')])),
      )
      expect(answers.flat().every((row) => row && !(row instanceof ErpError))).toBe(true)
      expect(asked(stand, 'GET API_SALES_ORDER_SIMULATION_SRV/')).toHaveLength(1)
    }))

  it('asks once with a wrong password and stops, because five of them lock the user', () =>
    using(
      async ({ erp, server }) => {
        expect(await codeOf(erp.order!.create(ORDER, 'ord_1'))).toBe('AUTHENTICATION_FAILED')
        expect(server.calls('s4').length).toBeLessThanOrEqual(2)
      },
      { password: 'wrong-password' },
    ))

  it('signs in with a token instead of a user, and renews it once when it has ended', () =>
    using(
      async ({ erp, sandbox, vault }) => {
        await erp.order!.create(ORDER, 'ord_1')
        sandbox.act({ do: 'expireTokens' })
        const both = [erp.order!.find!('ord_1'), erp.check(), erp.order!.create(ORDER, 'ord_2')]
        expect((await Promise.all(both)).every(Boolean)).toBe(true)
        expect(vault.renewals).toBe(2)
      },
      {},
      true,
    ))

  it('tells a missing right from a breakdown, although SAP answers both alike', () =>
    using(async ({ erp, server }) => {
      server.faults('s4', [{ do: 'error', name: 'innerNotAuthorised' }])
      expect(await codeOf(erp.items!.byId(['DESK-60']))).toBe('PERMISSION_DENIED')
    }))

  it('asks for what is needed to sign in by name', () => {
    const base = { url: 'https://s4.example', salesOrganization: '1010', companyCode: '1010' }
    const missing = (more: object) =>
      saps4hana.config.safeParse({ ...base, ...more }).error?.issues.map(({ path }) => path.join('.'))
    expect(missing({})).toEqual(['user', 'password'])
    expect(missing({ user: 'A' })).toEqual(['password'])
    expect(missing({ tokenUrl: 'https://s4.example/token', clientId: 'a' })).toEqual(['clientSecret'])
    expect(missing({ apiKey: 'key' })).toBe(undefined)
  })
})

describe('SAP S/4HANA: stock and prices', () => {
  it('counts unrestricted stock alone, and tells an item without stock from an unknown one', () =>
    using(async (stand) => {
      const { erp, demo } = stand
      const [desk, service, nobody] = await erp.stock!(
        ['DESK-60', 'FIT-60', 'NOBODY'].map((item) => ({ item, sku: item, warehouses: null })),
      )
      const own = demo.products[0]!.stock.reduce((sum, { onHand }) => sum + Number(onHand), 0)
      expect(desk).toMatchObject({
        available: String(own),
        onHand: String(own),
        unit: 'H87',
        nativeUnit: 'PC',
      })
      expect(service).toMatchObject({ available: '0', unit: 'HUR', levels: [] })
      expect(nobody).toBe(null)
      expect(asked(stand, 'GET')).toHaveLength(2)
    }))

  it('asks fifty prices of one customer in one simulated order, and books nothing', () =>
    using(async (stand) => {
      const { erp, demo, sandbox } = stand
      const before = sandbox.ledger().orders.length
      const asks = demo.products.slice(0, 50).map(({ sku }) => priceAsk(sku, '10100004', '10'))
      const rows = await erp.prices!(asks)
      expect(rows.every((row) => row && !(row instanceof ErpError) && row.source === 'customer')).toBe(true)
      expect(asked(stand, 'POST')).toEqual(['POST API_SALES_ORDER_SIMULATION_SRV/A_SalesOrderSimulation'])
      expect(asked(stand, 'GET API_SLSPRICINGCONDITIONRECORD_SRV')).toHaveLength(1)
      expect(sandbox.ledger().orders).toHaveLength(before)
    }))

  it('tells price, list price and steps, where a price record explains what the simulation said', () =>
    using(async ({ erp, demo }) => {
      const [row] = await erp.prices!([priceAsk('DESK-60', '10100004', '60')])
      const of = (amount = '') => ({ amount: plain(amount), currency: 'EUR' })
      const agreed = demo.agreements.find(
        ({ customer, currency }) => customer === null && currency === 'EUR',
      )!
      const tiers = agreed.tiers.map(({ minimum, price }) => ({
        minimumQuantity: minimum,
        unitPrice: of(price),
      }))
      expect(row).toMatchObject({
        unitPrice: of(agreed.tiers[2]?.price),
        listPrice: of(demo.products[0]?.listPrice),
        tiers,
      })
    }))

  it('asks again item by item in one $batch where one item is bad, and customers by change sets of one $batch', () =>
    using(async (stand) => {
      const { erp, server } = stand
      const asks = ['DESK-60', 'NOBODY', 'LAMP-60'].map((sku) => priceAsk(sku, '10100001'))
      const [desk, nobody, lamp] = await erp.prices!(asks)
      expect([desk, lamp].every((row) => row && !(row instanceof ErpError))).toBe(true)
      expect(nobody).toBe(null)
      expect(asked(stand, 'POST')).toHaveLength(2)
      server.calls('s4').length = 0
      const others = await erp.prices!(['10100001', '10100002', '99'].map((id) => priceAsk('DESK-60', id)))
      expect(others.map((row) => (row instanceof ErpError ? row.code : typeof row))).toEqual([
        'object',
        'object',
        'INVALID_CUSTOMER',
      ])
      expect(asked(stand, 'POST')).toEqual(['POST API_SALES_ORDER_SIMULATION_SRV/$batch'])
    }))

  it('takes a price that is missing for no price, not for a free item', () =>
    using(async ({ erp, sandbox, server }) => {
      sandbox.act({ do: 'addItem', sku: 'BARE-1', name: 'Bare', price: '1.00' })
      const free = 'POST /sap/opu/odata/sap/API_SALES_ORDER_SIMULATION_SRV/A_SalesOrderSimulation'
      const item = {
        SalesOrderItem: '10',
        Material: 'BARE-1',
        RequestedQuantity: '1',
        RequestedQuantityUnit: 'PC',
      }
      const d = {
        TransactionCurrency: 'EUR',
        CustomerPriceGroup: '',
        to_Item: { results: [{ ...item, NetAmount: '0.00', to_PricingElement: { results: [] } }] },
      }
      sandbox.errors.free = {
        on: 'stock',
        match: free,
        code: 'INTERNAL',
        answer: { status: 201, body: { d } },
      }
      server.faults('s4', [{ do: 'error', name: 'free', match: free }])
      expect(await erp.prices!([priceAsk('BARE-1', '10100001')])).toEqual([null])
    }))
})

describe('SAP S/4HANA: what was invoiced', () => {
  it('calls an order invoiced only when invoices that stand cover its items, and tells how much of each they hold', () =>
    using(async (stand) => {
      const { erp, demo, sandbox } = stand
      const { number, lines } = demo.orders.find(({ state }) => state === 'invoiced')!
      const id = String(4000000 + Number(number))
      const read = async () => (await erp.orders!.byId([id]))[0]
      expect(await read()).toMatchObject({ state: 'INVOICED', invoicing: 'FULL' })
      sandbox.act({ do: 'setOrderStatus', id, status: 'BILLED_HALF' })
      const half = String(Number(lines[0]!.quantity) / 2)
      expect(await read()).toMatchObject({ state: 'FULFILLED', invoicing: 'PARTIAL' })
      expect((await read()) as object).toHaveProperty('lines.0.invoiced', half)
      sandbox.act({ do: 'setOrderStatus', id, status: 'BILL_CANCELLED' })
      expect(await read()).toMatchObject({ state: 'FULFILLED', invoicing: 'NONE' })
    }))

  it('tells the credit that is left of a credit memo above zero, unpaid, and due on no day', () =>
    using(async ({ erp, demo, sandbox }) => {
      const { number } = demo.orders.find(({ state }) => state === 'invoiced')!
      sandbox.act({ do: 'setOrderStatus', id: String(4000000 + Number(number)), status: 'CREDITED' })
      const id = String(90500000 + Number(number))
      const [memo] = await erp.invoices!.byId([id])
      expect(memo).toMatchObject({ type: 'CREDIT_NOTE', state: 'OPEN', payment: 'UNPAID', dueOn: null })
      const { balance, total } = memo as { balance: object; total: object }
      expect(balance).toEqual(total)
    }))

  it('asks for no invoices where an order has none, and knows not how far it is invoiced where it may not read them', () =>
    using(async (stand) => {
      const { erp, demo, sandbox, server } = stand
      const ids = (state: string) =>
        demo.orders.filter((one) => one.state === state).map((one) => String(4000000 + Number(one.number)))
      await erp.orders!.byId(ids('open').slice(0, 2))
      expect(asked(stand, 'API_BILLING_DOCUMENT_SRV')).toEqual([])
      const match = 'GET /sap/opu/odata/sap/API_BILLING_DOCUMENT_SRV'
      sandbox.errors.closed = { ...sandbox.errors.notAuthorised!, match }
      server.faults('s4', [{ do: 'error', name: 'closed', match }])
      const [row] = await erp.orders!.byId(ids('invoiced').slice(0, 1))
      expect(row).toMatchObject({ state: 'FULFILLED', invoicing: 'UNKNOWN' })
    }))
})

describe('SAP S/4HANA: words and forms', () => {
  it('knows a key with and without the zeros that the database pads it with', () =>
    using(async ({ erp }) => {
      const [one, two] = await erp.customers!.byId(['10100001', '0010100001'])
      expect(one).toMatchObject({ id: '10100001' })
      expect(two).toEqual(one)
    }))

  it('resolves the time zone of the system, also at the end of summer time', () => {
    expect(zoned('2026-11-20', 36610, 'Europe/Berlin')).toBe('2026-11-20T09:10:10.000Z')
    expect(zoned('2026-07-01', 0, 'Europe/Berlin')).toBe('2026-06-30T22:00:00.000Z')
    expect(zoned('2026-10-25', 4 * 3600, 'Europe/Berlin')).toBe('2026-10-25T03:00:00.000Z')
    expect(zoned(null, 0, 'UTC')).toBe(null)
  })

  it('never writes two references alike, and reads them back where they fit', () => {
    const refs = [
      'ord_01JD',
      `ord_${'f'.repeat(32)}`,
      `ord_${'0'.repeat(31)}1`,
      'x'.repeat(40),
      'x'.repeat(41),
    ]
    const written = refs.map(writeReference)
    expect(new Set(written).size).toBe(refs.length)
    expect(written.every((text) => text.length <= 35)).toBe(true)
    expect(written.slice(0, 3).map(readReference)).toEqual(refs.slice(0, 3))
    expect(readReference('Bestellung 4711')).toBe(null)
    expect(new Set(refs.map(partnerReference)).size).toBe(refs.length)
    expect(refs.every((ref) => partnerReference(ref).length <= 20)).toBe(true)
  })

  it('reads events of the event mesh, names each so that it is worked once, and takes nothing else for one', () =>
    using(({ erp, sandbox }) => {
      const raw = sandbox.hook!(
        { kind: 'order', id: '4000001', deleted: true, at: '2026-11-21T06:21:52.000Z' },
        's',
      )
      expect(erp.hook!.read(raw)).toEqual([
        { kind: 'order', id: '4000001', deleted: true, at: '2026-11-21T06:21:52.000Z' },
      ])
      expect(erp.hook!.delivery!(raw)).toMatch(/^\/default\/sap\.s4\.beh\/CLNT100 [0-9a-f-]{36}$/)
      expect(erp.hook!.delivery!({ ...raw, body: Buffer.from('{}') })).toBe(null)
      const odd = {
        ...raw,
        body: Buffer.from(raw.body.toString().replace('.SalesOrder.Deleted', '.Other.Deleted')),
      }
      expect(erp.hook!.read(odd)).toEqual([])
      return Promise.resolve()
    }))
})
