import { describe, expect, it } from 'vitest'
import type { Change, Cursor, Kind } from '../../subgraphs/connector.ts'
import { hook, sign } from '../../subgraphs/netsuite/hook.ts'
import { Zone } from '../../subgraphs/zone.ts'
import { type Stand, itemId, order, refused, using } from './stand.ts'

const all = { first: 100, after: null }

async function drain({ erp }: Stand, kind: Kind, since: Cursor | null) {
  const changes: Change[] = []
  let cursor = since
  for await (const page of erp.changes?.(kind, since) ?? []) {
    changes.push(...page.changes)
    cursor = page.cursor
  }
  return { changes, cursor }
}

describe('documents', () => {
  it('turn the signs of sales lines round, and take tax as what is left of the total', async () => {
    await using({}, async ({ erp }) => {
      const [row] = (await erp.orders?.list(all))?.rows ?? []
      expect(row).toMatchObject({
        number: 'SO5001',
        customerName: 'C-10001 Acme GmbH',
        orderedOn: '2026-11-01',
        net: { amount: '327.6', currency: 'EUR' },
        tax: { amount: '62.24', currency: 'EUR' },
        total: { amount: '389.84', currency: 'EUR' },
        fulfilment: 'NONE',
        invoicing: 'NONE',
        url: expect.stringContaining('/app/accounting/transactions/salesord.nl?id=5001'),
      })
      expect(row?.lines?.map(({ sku, quantity }) => [sku, quantity])).toEqual([
        ['DESK-60', '1'],
        ['CHAIR-280', '1'],
      ])
    })
  })

  it('tell invoices from credit memos, what is paid from what is open, and the order behind', async () => {
    await using({}, async ({ erp }) => {
      const rows = (await erp.invoices?.list(all))?.rows ?? []
      expect(rows.map(({ state, payment }) => `${state} ${payment}`).slice(0, 3)).toEqual([
        'PAID PAID',
        expect.stringMatching(/^OPEN (PARTIAL|OVERDUE)$/),
        expect.stringMatching(/^OPEN (UNPAID|OVERDUE)$/),
      ])
      expect(rows[0]).toMatchObject({ type: 'INVOICE', orders: ['5003'], balance: { amount: '0' } })
      const memo = rows.find(({ type }) => type === 'CREDIT_NOTE')
      expect(memo).toMatchObject({ state: 'OPEN', lines: [{ quantity: '1' }] })
      expect(Number(memo?.net?.amount)).toBeGreaterThan(0)
      expect(Number(memo?.balance?.amount)).toBe(Number(memo?.total?.amount))
      const [payment] = (await erp.payments?.list(all))?.rows ?? []
      expect(payment).toMatchObject({ allocations: [{ invoice: rows[0]?.id, amount: rows[0]?.total }] })
    })
  })

  it('that were voided were not paid', async () => {
    const alter = (text: string) => text.replaceAll(/("type":"CustInvc"[^}]*?"status":")[AB]"/g, '$1V"')
    await using({ alter }, async ({ erp }) => {
      const rows = (await erp.invoices?.list(all))?.rows ?? []
      const invoices = rows.filter(({ type }) => type === 'INVOICE')
      expect(new Set(invoices.map(({ state, payment }) => `${state} ${payment}`))).toEqual(
        new Set(['VOID REVERSED']),
      )
    })
  })

  it('of the quoting kind say how far they came', async () => {
    await using({}, async ({ erp }) => {
      const rows = (await erp.quotes?.list(all))?.rows ?? []
      expect(rows.map(({ state }) => state)).toEqual([
        'SENT',
        'ACCEPTED',
        'SENT',
        'CANCELLED',
        'SENT',
        'EXPIRED',
      ])
    })
  })

  it('count what is ordered and not billed against the credit limit', async () => {
    await using({}, async (stand) => {
      const input = await order(stand)
      const [before] = (await stand.erp.credit?.([input.customer])) ?? []
      const lines = [
        { item: null, sku: 'DESK-60', quantity: '2', unitPrice: { amount: '100', currency: 'EUR' } },
      ]
      await stand.erp.order?.create({ ...input, lines }, 'ord_credit')
      const [after] = (await stand.erp.credit?.([input.customer])) ?? []
      const free = (credit: typeof before) =>
        credit && !(credit instanceof Error) ? Number(credit.available?.amount) : Number.NaN
      expect(free(before) - free(after)).toBe(200)
    })
  })
})

describe('changes', () => {
  it('are told again when a row changes twice within one second', async () => {
    await using({}, async (stand) => {
      const { cursor } = await drain(stand, 'order', null)
      const ref = await stand.erp.order?.create(await order(stand), 'ord_1')
      const one = await drain(stand, 'order', cursor)
      stand.sandbox.act({ do: 'setOrderStatus', id: ref!.id, status: 'D' })
      const two = await drain(stand, 'order', one.cursor)
      expect([one, two].map(({ changes }) => changes.map(({ id }) => id))).toEqual([[ref?.id], [ref?.id]])
    })
  })

  it('tell deletions once the reading has a beginning', async () => {
    await using({}, async (stand) => {
      const item = await itemId(stand, 'DESK-60')
      const { cursor } = await drain(stand, 'item', null)
      stand.sandbox.act({ do: 'deleteItem', sku: 'DESK-60' })
      const { changes } = await drain(stand, 'item', cursor)
      expect(changes).toEqual([{ kind: 'item', id: item, deleted: true, at: expect.stringMatching(/Z$/) }])
      const customers = await drain(stand, 'customer', null)
      expect((await drain(stand, 'customer', customers.cursor)).changes).toEqual([])
    })
  })

  it('ask with an overlap on the clock of the account, and remember what was told', async () => {
    await using({}, async (stand) => {
      const first = await drain(stand, 'customer', null)
      expect(first.changes[0]?.at).toBe('2025-01-01T08:00:00.000Z')
      stand.calls.length = 0
      const second = await drain(stand, 'customer', first.cursor)
      expect(second.changes).toEqual([])
      // 08:00 UTC is 00:00 on the account's clock; five minutes are read twice.
      expect(stand.statements().find((q) => q.includes('FROM customer'))).toContain(
        `TO_DATE('2024-12-31 23:55:00', 'YYYY-MM-DD HH24:MI:SS')`,
      )
    })
  })

  it('do not ask for deletions where the account does not show them', async () => {
    await using({ config: { without: ['deletedRecords'] } }, async (stand) => {
      const { cursor } = await drain(stand, 'item', null)
      await drain(stand, 'item', cursor)
      expect(stand.statements().some((q) => q.includes('deletedrecord'))).toBe(false)
    })
  })
})

describe('the clock of the account', () => {
  it('is read by name with summer time, or measured to the quarter of an hour', () => {
    const berlin = Zone.named('Europe/Berlin')
    expect(berlin.toUtc('2026-07-01T10:00:00')).toBe('2026-07-01T08:00:00.000Z')
    expect(berlin.toUtc('2026-12-01T10:00:00')).toBe('2026-12-01T09:00:00.000Z')
    expect(berlin.toLocal(Date.parse('2026-03-29T01:00:00Z'))).toBe('2026-03-29T03:00:00')
    expect(berlin.toUtc('2026-03-29T03:00:00')).toBe('2026-03-29T01:00:00.000Z')
    const measured = Zone.measured('2026-11-21T15:44:10', Date.parse('2026-11-21T10:14:03Z'))
    expect(measured.toUtc('2026-11-21T15:30:00')).toBe('2026-11-21T10:00:00.000Z')
    expect(() => Zone.named('Mars/Olympus')).toThrow(/IANA/)
    expect(() => berlin.toUtc('11/21/2026')).toThrow(/time was expected/)
  })

  it('by name needs no question to the account', async () => {
    await using({ config: { timeZone: 'America/Los_Angeles' } }, async (stand) => {
      const page = await stand.erp.items?.list({ first: 1, after: null })
      expect(page?.rows[0]?.updatedAt).toBe('2025-01-01T08:00:00.000Z')
      expect(stand.statements().some((q) => q.includes('FROM item'))).toBe(true)
      expect(stand.statements().filter((q) => /SYSDATE|CURRENT/i.test(q))).toEqual([])
    })
  })
})

describe('rows', () => {
  it('with an odd field become BAD_ANSWER naming the field, and spoil no other row', async () => {
    const alter = (text: string) => text.replace('"itemid":"DESK-80"', '"itemid":{"id":"x"}')
    await using({ alter }, async (stand) => {
      const [answer, good] = (await stand.erp.items?.byId(['1002', '1001'])) ?? []
      expect(answer).toMatchObject({ code: 'BAD_ANSWER', field: 'itemid' })
      expect(good).toMatchObject({ sku: 'DESK-60' })
      const error = await refused(stand.erp.items?.list(all))
      expect([error.code, error.field]).toEqual(['BAD_ANSWER', 'itemid'])
    })
  })

  it('of prices and stock with an odd figure spoil that item alone', async () => {
    const alter = (text: string) =>
      text
        .replace(/("item":"1002"[^}]*"unitprice":)"[^"]*"/g, '$1"twelve"')
        .replace(/("id":"1002"[^}]*"quantityonhand":)"[^"]*"/, '$1"1,5"')
    await using({ alter }, async ({ erp }) => {
      const ask = { sku: '', customer: null, quantity: '1', unit: null, currency: null, on: '2026-11-21' }
      const prices = await erp.prices?.(['1001', '1002'].map((item) => ({ ...ask, item })))
      expect(prices).toMatchObject([{ source: 'list' }, { code: 'BAD_ANSWER', field: 'unitprice' }])
      const stock = await erp.stock?.(['1001', '1002'].map((item) => ({ item, sku: '', warehouses: null })))
      expect(stock).toMatchObject([{ unit: 'H87' }, { code: 'BAD_ANSWER', field: 'quantityonhand' }])
    })
  })

  it('show units by Rec 20, by the map of the operator first, and always as the account writes them', async () => {
    await using({ config: { units: { Kilogram: 'XBG' } } }, async ({ erp }) => {
      const page = await erp.items?.list({ first: 5, after: null, search: 'SCREW-60' })
      expect(page?.rows[0]).toMatchObject({ unit: 'XBG', nativeUnit: 'Kilogram', type: 'GOODS' })
    })
  })
})

describe('the webhook of the User Event script', () => {
  it('passes records of other types over, and reads several events at once', () => {
    const body = Buffer.from(
      JSON.stringify([
        { recordType: 'salesOrder', id: 5012, eventType: 'edit' },
        { recordType: 'vendor', id: '1', eventType: 'edit' },
        { recordType: 'customer', id: '107', eventType: 'delete' },
      ]),
    )
    const raw = { headers: { 'x-erp-signature': sign(body, 's3cret') }, body, query: {} }
    expect(hook.verify(raw, 's3cret')).toBe(true)
    expect(hook.read(raw)).toEqual([
      { kind: 'order', id: '5012', deleted: false, at: null },
      { kind: 'customer', id: '107', deleted: true, at: null },
    ])
  })
})
