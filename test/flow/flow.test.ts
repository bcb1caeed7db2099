import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { importIds } from '../../subgraphs/hub/intake.ts'
import type { Invoice, Kind } from '../../subgraphs/connector.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const [ODOO, QUICKBOOKS, AFORO] = ['odoo:main', 'quickbooks:main', 'aforo:main']
const SAVE = `mutation ($input: FlowInput!) { saveFlow(input: $input) { id condition } }`

interface Run {
  id: string
  state: string
  record: string
  problem: { code: string; field: string | null; message: string } | null
  operation: { id: string; status: string; externalId: string; cause: { connection: string } } | null
}

describe('a flow between two connections', () => {
  let house: TestHouse
  beforeAll(async () => {
    house = await openHouse({ only: [ODOO, QUICKBOOKS, AFORO], settings: { maxPushMs: 200 } })
    await house.poll()
    house.work()
  })
  afterAll(() => house.close())

  const open = (connection: string) => {
    const found = house.hub.directory.find('default', connection)
    if (!found) throw new Error(connection)
    return found
  }
  const saved = async (input: object): Promise<string> => {
    const { data, errors } = await house.ask<{ saveFlow: { id: string } }>(SAVE, { input })
    expect(errors).toBeUndefined()
    return data.saveFlow.id
  }
  const runs = async (flow: string): Promise<Run[]> => {
    const query = `query ($flow: ID) { flowRuns(flow: $flow) { nodes { id state record problem { code field message }
      operation { id status externalId cause { connection } } } } }`
    const { data, errors } = await house.ask<{ flowRuns: { nodes: Run[] } }>(query, { flow })
    expect(errors).toBeUndefined()
    return data.flowRuns.nodes
  }
  /** All that follows is done. */
  const quiet = async () => {
    const sql = `select (select count(*) from job where state = 'WAITING' and tries < 4)::int
      + (select count(*) from operation where status in ('ACCEPTED', 'RUNNING', 'WAITING'))::int as n`
    await expect
      .poll(async () => (await rows<{ n: number }>(house.hub.db.em(), sql))[0]?.n, {
        timeout: 25_000,
        interval: 20,
      })
      .toBe(0)
  }
  /** Tells records as an import of history would. */
  const told = async (connection: string, kind: Kind, ids: string[]) => {
    await importIds(house.hub, open(connection), kind, ids, { by: 'import', batch: 'history' })
    await quiet()
  }
  const known = async (connection: string, kind: string, where: string) => {
    const sql = `select native_id as id, content from mirror where connection = ? and kind = ? and ${where} order by native_id`
    return rows<{ id: string; content: { net: { amount: string }; customer: string; lines: unknown[] } }>(
      house.hub.db.em(),
      sql,
      [connection, kind],
    )
  }
  const invoice = async (connection: string, id: string): Promise<Invoice> => {
    const [found] = (await open(connection).erp.invoices?.byId([id])) ?? []
    if (!found || found instanceof ErpError) throw new Error(`no invoice ${id}`)
    return found
  }
  const off = (flow: string) =>
    house.hub.db.em().execute('update flow set enabled = false where id = ?', [flow])

  it('makes one invoice of a delivered order in the accounting system, with its customer, lines and total', async () => {
    const [order] = await known(ODOO, 'order', "content->>'fulfilment' = 'FULL'")
    const flow = await saved({
      name: 'Bill',
      source: ODOO,
      sourceObject: 'ORDER',
      target: QUICKBOOKS,
      targetObject: 'INVOICE',
    })
    for (let time = 0; time < 3; time += 1) await told(ODOO, 'order', [order?.id ?? ''])
    const [run, ...others] = await runs(flow)
    expect(others).toEqual([])
    expect(run).toMatchObject({
      state: 'DONE',
      record: order?.id,
      operation: { status: 'DONE', cause: { connection: ODOO } },
    })
    const made = await invoice(QUICKBOOKS, run?.operation?.externalId ?? '')
    expect(Number(made.net?.amount)).toBe(Number(order?.content.net.amount))
    expect(made.lines?.length).toBe(order?.content.lines.length)
    await off(flow)
  })

  it('tries out what it would write, and sends and stores nothing', async () => {
    const [, order] = await known(ODOO, 'order', "content->>'fulfilment' = 'FULL'")
    const before = house.sandboxes
      .calls('quickbooks')
      .filter(({ method, path }) => method === 'POST' && path.includes('/invoice'))
    const input = {
      name: 'Dry',
      source: ODOO,
      sourceObject: 'ORDER',
      target: QUICKBOOKS,
      targetObject: 'INVOICE',
    }
    const query = `query ($input: FlowInput, $record: ID) { testFlow(input: $input, record: $record) { matches document plan { method url body } problems { code } } }`
    const { data, errors } = await house.ask<{
      testFlow: {
        matches: boolean
        document: { lines: unknown[] }
        plan: { method: string }[]
        problems: unknown[]
      }
    }>(query, { input, record: order?.id })
    expect(errors).toBeUndefined()
    expect(data.testFlow).toMatchObject({ matches: true, problems: [] })
    expect(data.testFlow.document.lines.length).toBe(order?.content.lines.length)
    expect(data.testFlow.plan.length).toBeGreaterThan(0)
    const after = house.sandboxes
      .calls('quickbooks')
      .filter(({ method, path }) => method === 'POST' && path.includes('/invoice'))
    expect(after.length).toBe(before.length)
    expect(await rows(house.hub.db.em(), "select id from flow where name = 'Dry'")).toEqual([])
  })

  it('takes a finalised usage invoice to the accounting system with its number, and never a draft', async () => {
    const flow = await saved({
      ...{
        name: 'Usage',
        source: AFORO,
        sourceObject: 'INVOICE',
        target: QUICKBOOKS,
        targetObject: 'INVOICE',
      },
      options: { defaultSku: 'DESK-160' },
    })
    const [final] = await known(AFORO, 'invoice', "content->>'state' = 'OPEN'")
    const [draft] = await known(AFORO, 'invoice', "content->>'state' = 'DRAFT'")
    await told(
      AFORO,
      'invoice',
      [final, draft].flatMap((one) => (one ? [one.id] : [])),
    )
    const all = await runs(flow)
    expect(all.map(({ record }) => record)).toEqual([final?.id])
    expect(all[0]).toMatchObject({ state: 'DONE', operation: { status: 'DONE' } })
    const [source, made] = [
      await invoice(AFORO, final?.id ?? ''),
      await invoice(QUICKBOOKS, all[0]?.operation?.externalId ?? ''),
    ]
    expect(made.number).toBe(source.number)
    expect(Number(made.net?.amount)).toBe(Number(source.net?.amount))
    await off(flow)
  })

  it('applies a payment of the accounting system to the invoice of the order in the ERP', async () => {
    const flow = await saved({
      name: 'Paid',
      source: QUICKBOOKS,
      sourceObject: 'PAYMENT',
      target: ODOO,
      targetObject: 'PAYMENT',
    })
    const [theirs] = await known(
      ODOO,
      'invoice',
      "content->>'payment' = 'UNPAID' and content->>'state' = 'OPEN'",
    )
    const ours = await invoice(ODOO, theirs?.id ?? '')
    // The same invoice stands in the accounting system, under the number that it has in the ERP.
    const [link] = await rows<{ id: string; customer: string }>(
      house.hub.db.em(),
      'select id, customer from invoice where connection = ? and native_id = ?',
      [ODOO, ours.id],
    )
    const [line] = ours.lines ?? []
    const push = `mutation ($input: PushInvoiceInput!) { pushInvoice(input: $input, idempotencyKey: "paid", waitMs: 20000) {
      invoice { id } operation { status externalId } problems { message } } }`
    const price = ours.total
    const pushed = await house.ask<{
      pushInvoice: { invoice: { id: string }; operation: { status: string; externalId: string } }
    }>(push, {
      input: {
        ...{ connection: QUICKBOOKS, customer: link?.customer, number: ours.number, currency: ours.currency },
        lines: [{ sku: line?.sku ?? 'DESK-160', quantity: '1', unitPrice: price }],
      },
    })
    expect(pushed.data.pushInvoice).toMatchObject({ operation: { status: 'DONE' }, problems: [] })
    await house.hub.db
      .em()
      .execute("update operation set subject = null where object = 'INVOICE' and subject = ?", [
        pushed.data.pushInvoice.invoice.id,
      ])
    const half = { amount: '10.00', currency: ours.currency ?? 'EUR' }
    const native = open(QUICKBOOKS)
    const [buyer] = await rows<{ id: string }>(
      house.hub.db.em(),
      "select native_id as id from external_ref where connection = ? and kind = 'customer' and hub_id = ?",
      [QUICKBOOKS, link?.customer],
    )
    const paid = await native.erp.payment?.create(
      {
        customer: buyer?.id ?? '',
        amount: half,
        paidOn: '2026-11-20',
        allocations: [{ invoice: pushed.data.pushInvoice.operation.externalId, amount: half }],
      },
      'esg_FLOWTEST00000001',
    )
    await importIds(house.hub, native, 'payment', [paid?.id ?? ''], { by: 'webhook' })
    await quiet()
    const [run] = await runs(flow)
    expect(run).toMatchObject({ state: 'DONE', operation: { status: 'DONE' } })
    const now = await invoice(ODOO, ours.id)
    expect(Number(ours.balance?.amount) - Number(now.balance?.amount)).toBeCloseTo(10, 6)
    await off(flow)
  })

  it('says why a record cannot go through, changes nothing, and goes on when the cause is mended', async () => {
    const [, , order] = await known(ODOO, 'order', "content->>'fulfilment' = 'FULL'")
    const flow = await saved({
      ...{ name: 'Broken', source: ODOO, sourceObject: 'ORDER', target: QUICKBOOKS, targetObject: 'INVOICE' },
      condition: `id = "${order?.id}"`,
      options: { skus: Object.fromEntries(skusOf(order).map((sku) => [sku, 'NOBODY-SELLS-THIS'])) },
    })
    await told(ODOO, 'order', [order?.id ?? ''])
    const [run] = await runs(flow)
    expect(run).toMatchObject({ state: 'REFUSED', operation: null, problem: { code: 'INVALID_ITEM' } })
    const sql = `select id, status, problem->>'code' as code from operation where direction = 'IN' and external_id = ? and object = 'ORDER'`
    const [op] = await rows<{ id: string; status: string; code: string }>(house.hub.db.em(), sql, [order?.id])
    expect(op).toMatchObject({ status: 'DEAD', code: 'INVALID_ITEM' })
    await saved({
      id: flow,
      name: 'Mended',
      source: ODOO,
      sourceObject: 'ORDER',
      target: QUICKBOOKS,
      targetObject: 'INVOICE',
      options: { skus: {} },
    })
    const retry = 'mutation ($id: ID!) { retryOperation(id: $id) { status } }'
    expect((await house.ask(retry, { id: op?.id })).errors).toBeUndefined()
    await quiet()
    expect((await runs(flow))[0]).toMatchObject({ state: 'DONE', problem: null })
    await off(flow)
  })

  it('is not held up for ever by a condition that never ends', async () => {
    const [order] = await known(ODOO, 'order', "content->>'fulfilment' = 'FULL'")
    const input = {
      ...{
        name: 'Endless',
        source: ODOO,
        sourceObject: 'ORDER',
        target: QUICKBOOKS,
        targetObject: 'INVOICE',
      },
      condition: '($f := function($n) { $f($n + 1) }; $f(1))',
    }
    const query = `query ($input: FlowInput, $record: ID) { testFlow(input: $input, record: $record) { matches } }`
    const { errors } = await house.ask(query, { input, record: order?.id })
    expect(errors?.[0]?.extensions?.code).toBe('VALIDATION')
  })
})

function skusOf(order: { content: { lines: unknown[] } } | undefined): string[] {
  return (order?.content.lines ?? []).map((line) => (line as { sku: string }).sku)
}
