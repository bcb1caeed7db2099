import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ANONYMOUS } from '../../subgraphs/hub/access.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { importIds } from '../../subgraphs/hub/intake.ts'
import type { Customer } from '../../subgraphs/records.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const NEXT = 'erpnext:main'
const WAIT = { timeout: 60_000, interval: 30 }

interface Row {
  operation: string
  state: string
  reason: string | null
  message: string | null
  changes: { field: string; now: unknown; to: unknown }[]
}

describe('a rollback', () => {
  let house: TestHouse
  let used = 0
  beforeAll(async () => {
    house = await openHouse({ only: [NEXT], settings: { maxPushMs: 400, backoffMs: 20 } })
    await house.poll()
    house.work()
  }, 120_000)
  afterAll(() => house.close())

  const open = () => {
    const found = house.hub.directory.find('default', NEXT)
    if (!found) throw new Error(NEXT)
    return found
  }
  /** A customer that no other test touches. */
  const next = async () => {
    used += 1
    const sql = `select hub_id as hub, native_id as native from external_ref where kind = 'customer' order by hub_id offset ? limit 1`
    const [row] = await rows<{ hub: string; native: string }>(house.hub.db.em(), sql, [used])
    if (!row) throw new Error('There are no more customers.')
    return row
  }
  const live = async (native: string) => (await open().erp.customers?.byId([native]))?.[0] as Customer
  const golden = async (hub: string) =>
    (await rows<{ phone: string }>(house.hub.db.em(), 'select phone from customer where id = ?', [hub]))[0]
  const write = async (hub: string, phone: string) => {
    const query = `mutation ($input: UpsertCustomerInput!, $key: ID!) {
      upsertCustomer(input: $input, idempotencyKey: $key, waitMs: 30000) { operations { id status } } }`
    const [row] = await rows<{ name: string }>(house.hub.db.em(), 'select name from customer where id = ?', [
      hub,
    ])
    const input = { id: hub, name: row?.name, phone, connections: [NEXT] }
    const { data } = await house.ask<{ upsertCustomer: { operations: { id: string; status: string }[] } }>(
      query,
      {
        input,
        key: `${hub} ${phone}`,
      },
    )
    const [operation] = data.upsertCustomer.operations
    expect(operation?.status).toBe('DONE')
    return operation?.id ?? ''
  }
  const ROWS = 'nodes { operation state reason message changes { field now to } }'
  const plan = async (input: object) => {
    const query = `query ($input: RollbackInput!) { planRollback(input: $input) { total rows { ${ROWS} } } }`
    const { data, errors } = await house.ask<{ planRollback: { rows: { nodes: Row[] } } }>(query, { input })
    expect(errors).toBeUndefined()
    return data.planRollback.rows.nodes
  }
  const run = async (input: object) => {
    const start = 'mutation ($input: RollbackInput!) { startRollback(input: $input) { id } }'
    const started = await house.ask<{ startRollback: { id: string } }>(start, { input })
    expect(started.errors).toBeUndefined()
    const { id } = started.data.startRollback
    const query = `query ($id: ID!) { rollback(id: $id) { state restored skipped failed rows { ${ROWS} } } }`
    const report = async () =>
      (await house.ask<{ rollback: { state: string; rows: { nodes: Row[] } } }>(query, { id })).data.rollback
    await expect.poll(async () => (await report()).state, WAIT).toBe('DONE')
    return report()
  }

  it('gives a record and the golden record their values back, once', async () => {
    const { hub, native } = await next()
    const before = await live(native)
    const operation = await write(hub, '+493011111')
    const [planned] = await plan({ operation })
    expect(planned).toMatchObject({
      state: 'PLANNED',
      changes: [{ field: 'phone', now: '+493011111', to: before.phone }],
    })
    expect(await live(native)).toMatchObject({ phone: '+493011111' })
    expect(await run({ operation })).toMatchObject({ restored: 1, skipped: 0 })
    expect(await live(native)).toMatchObject({ phone: before.phone })
    expect(await golden(hub)).toEqual({ phone: before.phone })
    const again = await run({ operation })
    expect(again.rows.nodes).toMatchObject([{ state: 'SKIPPED', reason: 'ALREADY' }])
  })

  it('undoes the later of two changes first, and shows both before', async () => {
    const { hub, native } = await next()
    const before = await live(native)
    const from = (await rows<{ now: string }>(house.hub.db.em(), 'select now()::text as now'))[0]?.now ?? ''
    await write(hub, '+493022222')
    await write(hub, '+493033333')
    const input = { from: new Date(from).toISOString(), connections: [NEXT], objects: ['CUSTOMER'] }
    expect(await plan(input)).toMatchObject([
      { state: 'PLANNED', changes: [{ to: '+493022222' }] },
      { state: 'PLANNED', changes: [{ to: before.phone }] },
    ])
    expect(await run(input)).toMatchObject({ restored: 2, skipped: 0 })
    expect(await live(native)).toMatchObject({ phone: before.phone })
  })

  it('takes a change IN out of the golden record and writes nothing to the ERP it came from', async () => {
    const { hub, native } = await next()
    const before = await golden(hub)
    await open().erp.customer?.update?.({ id: native }, { phone: '+493044444' }, null)
    await importIds(house.hub, open(), 'customer', [native], { by: 'webhook' })
    await expect.poll(() => golden(hub), WAIT).toEqual({ phone: '+493044444' })
    const sql = `select id from operation where direction = 'IN' and customer = ? and action = 'UPDATE'`
    const [op] = await rows<{ id: string }>(house.hub.db.em(), sql, [hub])
    const operation = op?.id ?? ''
    expect(await run({ operation })).toMatchObject({ restored: 1 })
    expect(await golden(hub)).toEqual(before)
    expect(await live(native)).toMatchObject({ phone: '+493044444' })
    const writes = `select count(*)::int as n from operation where customer = ? and direction = 'OUT'`
    expect(await rows(house.hub.db.em(), writes, [hub])).toEqual([{ n: 0 }])
  })

  it('cancels an order that was created, and leaves one that somebody has gone on with', async () => {
    const { hub } = await next()
    const sku = `select number as sku from external_ref where kind = 'item' order by number limit 1`
    const [item] = await rows<{ sku: string }>(house.hub.db.em(), sku)
    const push = async (key: string) => {
      const query = `mutation ($input: PushOrderInput!, $key: ID!) { pushOrder(input: $input, idempotencyKey: $key, waitMs: 30000) {
        operation { id status externalId } problems { message } } }`
      const input = { connection: NEXT, customer: hub, lines: [{ sku: item?.sku, quantity: '1' }] }
      type Pushed = { pushOrder: { operation: { id: string; status: string; externalId: string } } }
      return (await house.ask<Pushed>(query, { input, key })).data.pushOrder.operation
    }
    const [one, other] = [await push('one'), await push('other')]
    expect([one.status, other.status]).toEqual(['DONE', 'DONE'])
    await open().erp.order?.undo?.({ id: other.externalId })
    expect(await run({ operation: one.id })).toMatchObject({ restored: 1 })
    expect((await run({ operation: other.id })).rows.nodes).toMatchObject([{ reason: 'CHANGED' }])
    const states = house.sandboxes.sandbox('erpnext').ledger().orders
    expect(states.find(({ id }) => id === one.externalId)?.state).toBe('cancelled')
  })

  it('says what a person has to do where the ERP cannot', async () => {
    const query = `mutation { upsertCustomer(input: { name: "Ganz Neu KG", email: "ganz@neu.example", country: "DE" },
      idempotencyKey: "new", waitMs: 30000) { operations { id status } } }`
    const { data } = await house.ask<{ upsertCustomer: { operations: { id: string }[] } }>(query)
    const [row] = await plan({ operation: data.upsertCustomer.operations[0]?.id })
    expect(row).toMatchObject({ state: 'SKIPPED', reason: 'NOT_REVERSIBLE' })
    expect(row?.message).toBeTruthy()
  })

  it('is started by an admin alone, and shows nothing of a foreign connection', async () => {
    const { hub } = await next()
    const operation = await write(hub, '+493055555')
    const as = (more: object) => house.contexts.make({ ...ANONYMOUS, ...more }, undefined, undefined, 'test')
    const code = async (query: string, more: object) =>
      (await house.ask(query, {}, as(more))).errors?.[0]?.extensions?.code
    const start = `mutation { startRollback(input: { operation: "${operation}" }) { id } }`
    expect(await code(start, { scopes: ['read:sync'] })).toBe('FORBIDDEN')
    expect(await code(start, { connections: ['odoo:main'] })).toBe('NOT_FOUND')
    expect(await code('{ planRollback(input: {}) { total } }', {})).toBe('VALIDATION')
    expect(await code(`{ rollback(id: "rol_none") { id } }`, {})).toBe('NOT_FOUND')
  })
})
