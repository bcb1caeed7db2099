import { describe, expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import { bare, day, decimal } from '../../subgraphs/syspro/shapes.ts'
import type { Installation } from '../../subgraphs/syspro/sandbox.ts'
import { readXml } from '../../subgraphs/xml.ts'
import { orderFor, using } from './stand.ts'

const TODAY = '2026-11-21'

describe('call counts', () => {
  it('are two for fifty stocks, one when the units are known, two for fifty items and fifty prices', () =>
    using(async ({ erp, server, demo }) => {
      const skus = demo.products
        .filter(({ stock }) => stock.length > 0)
        .slice(0, 51)
        .map(({ sku }) => sku)
      const stocks = skus.map((sku) => ({ item: sku, sku, warehouses: null }))
      const prices = skus.map((sku) => ({
        item: sku,
        sku,
        customer: '0010001',
        quantity: '1',
        unit: null,
        currency: null,
        on: TODAY,
      }))
      await erp.stock?.(stocks.slice(50))
      await erp.prices?.(prices.slice(50))
      const count = async (work: () => Promise<unknown> | undefined): Promise<number> => {
        server.calls('syspro').length = 0
        await work()
        return server.calls('syspro').length
      }
      expect(await count(() => erp.stock?.(stocks.slice(0, 50)))).toBe(2)
      expect(await count(() => erp.stock?.(stocks.slice(0, 50)))).toBe(1)
      expect(await count(() => erp.items?.byId(skus.slice(0, 50)))).toBe(2)
      expect(await count(() => erp.prices?.(prices.slice(0, 50)))).toBe(2)
    }))

  it('grow where the server takes short addresses only, and the answers stay the same', async () => {
    const read = (maxUrl: number) =>
      using(
        async ({ erp, tap, demo }) => {
          const rows = await erp.items?.byId(demo.products.slice(0, 40).map(({ sku }) => sku))
          expect(tap.sent.every(({ url }) => url.length <= maxUrl)).toBe(true)
          return [rows, tap.sent.length] as const
        },
        { maxUrl },
      )
    const [[whole, few], [parts, many]] = [await read(14_000), await read(2_500)]
    expect(parts).toEqual(whole)
    expect(many).toBeGreaterThan(few)
  })
})

describe('stock by INVQRY', () => {
  it('tells the same as the table, one call for each item, and null for an item that nobody knows', async () => {
    const asks = ['DESK-60', 'NO-SUCH', 'FIT-60'].map((sku) => ({ item: sku, sku, warehouses: null }))
    const read = (stock: string) => using(async ({ erp }) => erp.stock?.(asks), { stock })
    const [exact, table] = [await read('query'), await read('table')]
    expect(exact?.[0]).toEqual({ ...table?.[0], source: 'INVQRY' })
    expect([exact?.slice(1), table?.slice(1)]).toEqual([
      [null, null],
      [null, null],
    ])
  })
})

describe('prices', () => {
  const ask = {
    item: 'DESK-60',
    sku: 'DESK-60',
    customer: '0010001',
    quantity: '1',
    unit: null,
    currency: null,
  }

  it('come from the contract while it is valid, from the price code on other days, and say so', () =>
    using(async ({ erp }) => {
      const rows = await erp.prices?.([
        { ...ask, on: TODAY },
        { ...ask, on: '2027-12-31' },
        { ...ask, on: '2028-01-01' },
      ])
      const sources = rows?.map((row) => (row instanceof ErpError ? row.code : row?.source))
      expect(sources).toEqual([
        'computed:contract K001, without quantity breaks',
        'computed:contract K001, without quantity breaks',
        'computed:price code A, without quantity breaks',
      ])
    }))

  it('leave the contracts alone where the operator may not see them', () =>
    using(
      async ({ erp, tap }) => {
        await erp.prices?.([{ ...ask, on: TODAY }])
        expect(tap.sent.some(({ url }) => url.includes('SorContractPrice'))).toBe(false)
      },
      { contracts: false },
    ))
})

describe('orders and invoices', () => {
  it('are told by status: shipped, invoiced, cancelled with a backslash, and finished lines are there', () =>
    using(async ({ erp }) => {
      const rows = (await erp.orders?.byId(['16R069', '000002', '000003', '000005'])) ?? []
      const told = rows.map((row) =>
        row === null || row instanceof ErpError
          ? row
          : [row.nativeStatus, row.state, row.invoicing, row.lines?.length],
      )
      expect(told).toEqual([
        ['1', 'OPEN', 'NONE', 2],
        ['8', 'FULFILLED', 'NONE', 2],
        ['9', 'INVOICED', 'FULL', 2],
        ['\\', 'CANCELLED', 'NONE', 2],
      ])
    }))

  it('in suspense, forward or on back order are told apart, and the operator may tell another word', () =>
    using(
      async ({ erp, sandbox }) => {
        const state = async (status: string) => {
          sandbox.act({ do: 'setOrderStatus', id: '000004', status })
          const [row] = (await erp.orders?.byId(['000004'])) ?? []
          return row instanceof ErpError ? row.code : row?.state
        }
        const states: unknown[] = []
        for (const status of ['S', 'F', '2', '*', '4']) states.push(await state(status))
        expect(states).toEqual(['PENDING_APPROVAL', 'OPEN', 'OPEN', 'CANCELLED', 'PENDING_APPROVAL'])
      },
      { statuses: { '4': 'PENDING_APPROVAL' } },
    ))

  it('that are paid, due or partly paid say so by id; the list leaves open what only the statement tells', () =>
    using(async ({ erp }) => {
      const listed = (await erp.invoices?.list({ first: 50, after: null }))?.rows ?? []
      const whole = (await erp.invoices?.byId(listed.map(({ id }) => id))) ?? []
      const said = whole.map((row) => (row === null || row instanceof ErpError ? null : row.payment))
      expect(new Set(said)).toEqual(new Set(['PAID', 'UNPAID', 'PARTIAL']))
      expect(listed.map(({ payment }) => payment)).toEqual(
        said.map((one) => (one === 'PAID' ? 'PAID' : null)),
      )
      expect(listed[0]?.id).toMatch(/^I-0{9}2000\d\d$/)
    }))

  it('and customers are the same ones however many zeros a business object writes in front of their keys', () =>
    using(async ({ erp, tap }) => {
      const listed = (await erp.invoices?.list({ first: 50, after: null }))?.rows ?? []
      const whole = (await erp.invoices?.byId(listed.map(({ id }) => id))) ?? []
      expect(whole.map((row) => row && 'dueOn' in row && row.dueOn)).not.toContain(null)
      const [credit] = (await erp.credit?.(['0010001'])) ?? []
      expect(credit).toMatchObject({ limit: { currency: 'EUR' } })
      const statement = tap.exchanges.findLast(({ request }) => request.url.includes('ARSQRY'))
      expect(statement?.response?.body).toContain('<Customer>000000000010001</Customer>')
      expect([bare(' 0000058'), bare('0'), bare('016R069')]).toEqual(['58', '0', '016R069'])
    }))

  it('that were credited in full are void, and not paid', async () => {
    const states = (how: Installation) =>
      using(
        async ({ erp }) => {
          const { rows } = (await erp.invoices?.list({ first: 50, after: null })) ?? { rows: [] }
          const ids = rows.map(({ id }) => id)
          expect((await erp.invoices?.byId(ids))?.map((row) => row && 'state' in row && row.state)).toEqual(
            rows.map(({ state }) => state),
          )
          return rows.map(({ type, state, payment }) => `${type} ${state} ${payment}`)
        },
        {},
        how,
      )
    expect(new Set(await states({}))).toEqual(new Set(['INVOICE PAID PAID', 'INVOICE OPEN null']))
    expect(new Set(await states({ credited: true }))).toEqual(
      new Set(['CREDIT_NOTE PAID PAID', 'INVOICE VOID REVERSED', 'INVOICE OPEN null']),
    )
  })

  it('of customers whose payments are not matched tell what is open of all, and of none whether it is paid', () =>
    using(
      async ({ erp }) => {
        const rows = (await erp.invoices?.list({ first: 50, after: null }))?.rows ?? []
        const whole = (await erp.invoices?.byId(rows.map(({ id }) => id))) ?? []
        for (const row of [...rows, ...whole])
          expect(row).toMatchObject({ state: 'UNKNOWN', payment: 'UNKNOWN' })
        const [credit] = (await erp.credit?.([rows[1]?.customer ?? ''])) ?? []
        expect(credit).toMatchObject({ balance: { currency: 'EUR' } })
      },
      {},
      { balanceForward: true },
    ))

  it('carry our reference, the order number of the customer, the place of delivery and the note', () =>
    using(async ({ erp }) => {
      const shipTo = {
        name: 'Tor 3',
        lines: ['Am Güterbahnhof 7', 'Halle 2'],
        city: 'Łódź',
        postalCode: '90-001',
        region: 'LD',
        country: 'PL',
      }
      const input = orderFor({
        purchaseOrderNumber: `P'O"--%_\\`,
        shipTo,
        note: `Erste Zeile 🔔\n${'ü'.repeat(150)}`,
        requestedDelivery: '2026-12-24',
      })
      const ref = 'ord_0193f2c4a7b87d3e9c1f2a3b4c5d6e7f'
      const made = await erp.order!.create(input, ref)
      const [row] = await erp.orders!.byId([made.id])
      expect(row).toMatchObject({
        reference: ref,
        purchaseOrderNumber: `P'O"--%_\\`,
        shipTo: { ...shipTo, type: 'SHIPPING' },
        requestedDelivery: '2026-12-24',
        net: { amount: '425' },
      })
      expect(row instanceof ErpError ? null : row?.note?.replaceAll('\n', '')).toBe(
        input.note?.replaceAll('\n', ''),
      )
    }))
})

describe('values', () => {
  const row = (value: string) => readXml(`<R><A>${value}</A></R>`)

  it('are read as SYSPRO writes them: padded numbers of any length, days with - or /, blank days as none', () => {
    expect(decimal(row('          25.600000'), 'A')).toBe('25.6')
    expect(decimal(row('   123456789012345.678'), 'A')).toBe('123456789012345.678')
    expect(decimal(row('-.5'), 'A')).toBe('-0.5')
    expect([day(row('2017/08/02'), 'A'), day(row('0000-00-00'), 'A'), day(row(''), 'A')]).toEqual([
      '2017-08-02',
      null,
      null,
    ])
  })

  it('of another kind are a BAD_ANSWER that names the element', () => {
    const cases = [
      () => decimal(row('1,500.00'), 'A'),
      () => decimal(row(''), 'A'),
      () => decimal(row('<B/>'), 'A'),
      () => day(row('2026-13-01'), 'A'),
    ]
    for (const read of cases)
      expect(read).toThrow(expect.objectContaining({ code: 'BAD_ANSWER', field: 'A' }))
  })
})
