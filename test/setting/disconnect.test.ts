import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demo } from '../../subgraphs/demo.ts'
import { DEFAULT_TENANT } from '../../subgraphs/hub/access.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { sandboxes } from '../../subgraphs/sandboxes.ts'
import { type Answered, type TestHouse, openHouse } from '../whole.ts'

const ODOO = 'odoo:main'

let house: TestHouse
let order: { operation: string; id: string }
let history: string
beforeAll(async () => {
  house = await openHouse({ only: [ODOO] })
  await house.poll()
  history = await begin()
  await house.settle()
})
afterAll(() => house.close())

const sql = <T extends object>(text: string, values: unknown[] = []) =>
  rows<T>(house.hub.db.em(), text, values)

async function refused(answer: Promise<Answered<unknown>>) {
  return (await answer).errors?.[0]?.extensions
}

const act = (name: string, id: string) => {
  const query = `mutation ($id: ID!) { ${name}(id: $id) { id state } }`
  return house.ask<Record<string, { state: string }>>(query, { id })
}

function connect(more: { switchCompany?: boolean } = {}) {
  const query = `mutation ($c: ID!, $config: JSON!, $switch: Boolean!) {
    connect(id: $c, system: "odoo", config: $config, switchCompany: $switch) { state } }`
  const config = house.sandboxes.sandbox('odoo').config(house.sandboxes.url('odoo'))
  const variables = { c: ODOO, config, switch: more.switchCompany ?? false }
  return house.ask<{ connect: { state: string } }>(query, variables)
}

async function begin(): Promise<string> {
  const query = 'mutation ($c: ID!) { startImport(connection: $c, objects: [PRODUCT]) { id } }'
  const { data } = await house.ask<{ startImport: { id: string } }>(query, { c: ODOO })
  return data.startImport.id
}

async function stateOf(id: string): Promise<{ state: string; done: number }> {
  const query = 'query ($id: ID!) { syncImport(id: $id) { state done } }'
  return (await house.ask<{ syncImport: { state: string; done: number } }>(query, { id })).data.syncImport
}

interface Pushed {
  operation: { id: string; status: string } | null
  order: { id: string; state: string | null } | null
  problems: { code: string }[]
}

async function push(key: string): Promise<Pushed> {
  const [buyer] = await sql<{ id: string }>(
    "select hub_id as id from external_ref where kind = 'customer' order by native_id limit 1",
  )
  const query = `mutation ($input: PushOrderInput!, $key: ID!) { pushOrder(input: $input, idempotencyKey: $key) {
    operation { id status } order { id state } problems { code } } }`
  const input = { connection: ODOO, customer: buyer?.id, lines: [{ sku: 'DESK-60', quantity: '2' }] }
  const { data, errors } = await house.ask<{ pushOrder: Pushed }>(query, { input, key })
  expect(errors).toBeUndefined()
  return data.pushOrder
}

/** Reads everything now. */
async function read(): Promise<void> {
  await sql('update poll set next_at = now()')
  await house.poll()
}

/** What is known and must never be lost. */
const KNOWN = `select (select count(*)::int from operation) as operations, (select count(*)::int from event) as events,
  (select count(*)::int from sales_order) as orders, (select count(*)::int from invoice) as invoices,
  (select count(*)::int from payment) as payments, (select count(*)::int from quote) as quotes,
  (select count(*)::int from customer) as customers, (select count(*)::int from product) as products,
  (select count(*)::int from sync_import) as imports`
const REFERENCES = 'select kind, native_id, hub_id from external_ref where not deleted order by 1, 2'

describe('disconnecting', () => {
  it('stops everything at once, keeps what is known, and changes nothing in the ERP', async () => {
    const setting = `mutation { setSync(connection: "${ODOO}", object: PRODUCT, input: { mode: HOURLY }) { mode } }`
    await house.ask(setting)
    const pushed = await push('before')
    expect(pushed.operation?.status).toBe('ACCEPTED')
    order = { operation: pushed.operation?.id ?? '', id: pushed.order?.id ?? '' }
    const [ledger, known, references] = [
      JSON.stringify(house.sandboxes.sandbox('odoo').ledger()),
      await sql<{ events: number; imports: number }>(KNOWN),
      await sql(REFERENCES),
    ]
    const running = await begin()
    house.sandboxes.faults('odoo', [{ do: 'hold', times: 0 }])
    house.sandboxes.calls('odoo').length = 0
    const ended = house.settle()
    const calls = () => house.sandboxes.calls('odoo').length
    await expect.poll(calls, { timeout: 30_000 }).toBeGreaterThan(0)
    const { data } = await act('disconnect', ODOO)
    expect(data.disconnect?.state).toBe('DISCONNECTED')
    // It would stand for ever.
    await ended
    house.sandboxes.faults('odoo', [])
    house.sandboxes.calls('odoo').length = 0

    expect(await stateOf(running)).toEqual({ state: 'CANCELLED', done: 0 })
    const operation = "select status, problem->>'code' as code from operation where id = ?"
    expect(await sql(operation, [order.operation])).toEqual([{ status: 'DEAD', code: 'UNAVAILABLE' }])
    await sql('update job set next_at = now()')
    await read()
    await house.settle()
    expect(house.sandboxes.calls('odoo')).toEqual([])
    expect(JSON.stringify(house.sandboxes.sandbox('odoo').ledger())).toBe(ledger)
    const [now] = known
    // The end of the push is told.
    const more = { ...now, events: (now?.events ?? 0) + 1, imports: (now?.imports ?? 0) + 1 }
    expect(await sql(KNOWN)).toEqual([more])
    expect(await sql(REFERENCES)).toEqual(references)
    const [row] = await sql<{ secrets: string; tokens: string | null }>(
      'select secrets, tokens from connection',
    )
    expect(house.hub.safe.open(row?.secrets ?? '', DEFAULT_TENANT, ODOO)).toEqual({})
    expect(row?.tokens).toBeNull()
  })

  it('is ended by connecting alone, not by resuming', async () => {
    expect(await refused(act('resumeConnection', ODOO))).toMatchObject({ code: 'CONFLICT', field: 'id' })
    expect(await refused(act('pauseConnection', ODOO))).toMatchObject({ code: 'CONFLICT', field: 'id' })
    expect(await refused(act('disconnect', 'odoo:foreign'))).toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('connecting the same id again', () => {
  it('finds every record and setting as it was, and tells nothing twice', async () => {
    const [known, references] = [await sql(KNOWN), await sql(REFERENCES)]
    const { data } = await connect()
    expect(data.connect.state).toBe('ACTIVE')
    await read()
    expect([await sql(KNOWN), await sql(REFERENCES)]).toEqual([known, references])
    const query = '{ connections { sync { object mode } } }'
    const found = await house.ask<{ connections: { sync: object[] }[] }>(query)
    expect(found.data.connections[0]?.sync).toContainEqual({ object: 'PRODUCT', mode: 'HOURLY' })
  })

  it('sends what ended with the connection when a person says so, once', async () => {
    house.work()
    const orders = () => house.sandboxes.sandbox('odoo').ledger().orders.length
    const before = orders()
    const retry = 'mutation ($id: ID!) { retryOperation(id: $id) { status } }'
    expect((await house.ask(retry, { id: order.operation })).errors).toBeUndefined()
    const status = async () =>
      (await sql<{ status: string }>('select status from operation where id = ?', [order.operation]))[0]
        ?.status
    await expect.poll(status, { timeout: 30_000 }).toBe('DONE')
    expect(orders()).toBe(before + 1)
  })
})

/** Another company with the same numbers and ids, of which each means something else. */
function other(): void {
  const found = sandboxes.find(({ connection }) => connection === ODOO)
  if (!found) throw new Error(ODOO)
  const own = demo(found.seed)
  const changed = { customers: own.customers.toReversed(), orders: own.orders.toReversed() }
  house.sandboxes.unmount('odoo')
  house.sandboxes.mount('odoo', found.factory, { ...own, ...changed, company: 'Südlicht Handel GmbH' })
}

describe('connecting another company under the same id', () => {
  it('is refused unless it is meant, and changes nothing', async () => {
    const [known, references] = [await sql(KNOWN), await sql(REFERENCES)]
    await act('pauseConnection', ODOO)
    other()
    expect(await refused(connect())).toMatchObject({ code: 'CONFLICT', field: 'switchCompany' })
    expect([await sql(KNOWN), await sql(REFERENCES)]).toEqual([known, references])
  })

  it('forgets which record was which, and loses nothing that is known', async () => {
    const [known] = await sql<Record<string, number>>(KNOWN)
    expect((await connect({ switchCompany: true })).errors).toBeUndefined()
    expect(await sql(REFERENCES)).toEqual([])
    expect(await sql(KNOWN)).toEqual([known])
    await act('resumeConnection', ODOO)
    await read()
    const [now] = await sql<Record<string, number>>(KNOWN)
    for (const [name, count] of Object.entries(known ?? {})) expect(now?.[name]).toBeGreaterThanOrEqual(count)
    expect(now?.orders).toBeGreaterThan(known?.orders ?? 0)
  })

  it('links each record to what it is in the new company', async () => {
    const wrong = `select r.native_id from external_ref r join mirror m on m.connection = r.connection
      and m.kind = r.kind and m.native_id = r.native_id join customer c on c.id = r.hub_id
      where r.kind = 'customer' and c.name <> m.content->>'name'`
    expect(await sql(wrong)).toEqual([])
    const linked = `select count(*)::int as linked, count(*) filter (where s.native_id is null)::int as former
      from invoice i join sales_order s on s.id = i.sales_order where i.native_id is not null`
    expect(await sql(linked)).toEqual([{ linked: expect.any(Number), former: 0 }])
    expect((await sql<{ linked: number }>(linked))[0]?.linked).toBeGreaterThan(0)
  })

  it('leaves the invoices of a former payment with it', async () => {
    const natives = await sql<{ id: string; native: string | null }>(
      'select id, native_id as native from payment union all select id, native_id from invoice',
    )
    const isFormer = (id?: string) => natives.find((one) => one.id === id)?.native === null
    interface Payments {
      payments: { nodes: { id: string; invoices: { id: string }[] }[] }
    }
    const query = '{ payments(first: 100) { nodes { id invoices { id } } } }'
    const { nodes } = (await house.ask<Payments>(query)).data.payments
    const former = nodes.filter(({ id }) => isFormer(id))
    expect(former.length).toBeGreaterThan(0)
    expect(former.length).toBeLessThan(nodes.length)
    for (const { id, invoices } of nodes)
      expect(invoices.map((one) => isFormer(one.id))).toEqual([isFormer(id)])
  })

  it('never cancels or imports by the ids of the former', async () => {
    const ledger = JSON.stringify(house.sandboxes.sandbox('odoo').ledger())
    const cancel = `mutation ($order: ID!) { cancelOrder(order: $order, idempotencyKey: "former") {
      operation { id } problems { code field } } }`
    const { data } = await house.ask<{ cancelOrder: object }>(cancel, { order: order.id })
    expect(data.cancelOrder).toEqual({
      operation: null,
      problems: [{ code: 'NOT_SUPPORTED', field: 'order' }],
    })
    const resync = 'mutation ($id: ID!) { resync(operation: $id) { id } }'
    expect(await refused(house.ask(resync, { id: order.operation }))).toMatchObject({ code: 'CONFLICT' })
    await sql("update sync_import set state = 'FAILED' where id = ?", [history])
    expect(await refused(act('retryImport', history))).toMatchObject({ code: 'CONFLICT', field: 'id' })
    expect(JSON.stringify(house.sandboxes.sandbox('odoo').ledger())).toBe(ledger)
  })
})
