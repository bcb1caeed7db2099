import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { sweepLog } from '../../subgraphs/hub/retention.ts'
import { readIn } from '../care.ts'
import { type TestHouse, openHouse } from '../whole.ts'

interface Begun {
  batch: string
  total: number
}
interface Op {
  id: string
  status: string
  direction: string
  externalId: string | null
  externalNumber: string | null
  durationMs: number | null
  requestId: string | null
  providerStatus: number | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  input: Record<string, unknown> | null
  attempts: { exchanges: { url: string; requestBody: string | null; responseBody: string | null }[] }[]
}

const FIELDS = `id status direction externalId externalNumber durationMs requestId providerStatus before after input
  attempts { exchanges { url requestBody responseBody } }`
const PUSH = `mutation ($input: PushOrderInput!, $key: ID!) { pushOrder(input: $input, idempotencyKey: $key, waitMs: 30000) {
  operation { ${FIELDS} } problems { message } } }`
const UPSERT = `mutation ($input: UpsertCustomerInput!, $key: ID!) { upsertCustomer(input: $input, idempotencyKey: $key, waitMs: 30000) {
  operations { ${FIELDS} } problems { message } } }`
const LIST = `query ($f: SyncFilter) { syncOperations(filter: $f) { nodes { ${FIELDS} } } }`
const RESYNC = `mutation ($id: ID!) { resync(operation: $id) { ${FIELDS} } }`
const MANY = `mutation ($o: SyncObject!, $f: ResyncFilter) { resyncRecords(connection: "erpnext:main", object: $o, filter: $f) { batch total } }`
const POLICY = `mutation ($input: ConnectionPolicyInput!) { setConnectionPolicy(connection: "erpnext:main", input: $input) { redactFields } }`

let house: TestHouse
let customer = { id: '', native: '', name: '', email: '' }
let keys = 0

beforeAll(async () => {
  house = await openHouse({
    only: ['erpnext:main'],
    settings: { maxPushMs: 50, backoffMs: 5, backoffMaxMs: 20 },
  })
  await readIn(house, 'erpnext:main', 60, 10)
  const sql = `select c.id, r.native_id as native, c.name, c.email from customer c join external_ref r on r.hub_id = c.id and r.kind = 'customer'
    where c.email is not null order by r.native_id limit 1`
  const [row] = await rows<typeof customer>(house.hub.db.em(), sql)
  if (row) customer = row
  house.work()
}, 240_000)
afterAll(() => house.close())

async function ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const { data, errors } = await house.ask<T>(query, variables)
  expect(errors).toBeUndefined()
  return data
}
async function push(note: string): Promise<Op> {
  const input = {
    connection: 'erpnext:main',
    customer: customer.id,
    note,
    lines: [{ sku: 'DESK-160', quantity: '1' }],
  }
  const { pushOrder } = await ask<{ pushOrder: { operation: Op } }>(PUSH, {
    input,
    key: `log ${(keys += 1)}`,
  })
  return pushOrder.operation
}
const list = async (f: object) =>
  (await ask<{ syncOperations: { nodes: Op[] } }>(LIST, { f })).syncOperations.nodes
/** Waits until a re-reading is through. */
async function readThrough(batch: string): Promise<void> {
  await expect
    .poll(() => rows(house.hub.db.em(), 'select state from job where subject = ?', [batch]), {
      timeout: 60_000,
    })
    .toEqual([{ state: 'DONE' }])
}
const booked = (id: string | null) =>
  house.sandboxes
    .sandbox('erpnext')
    .ledger()
    .orders.filter((one) => one.id === id).length

describe('the log of operations', () => {
  it('says how long it took, and what the provider answered last', async () => {
    const op = await push('first')
    expect(op.status).toBe('DONE')
    expect(op.durationMs).toBeGreaterThan(0)
    expect(op.providerStatus).toBe(200)
    expect(op.input).toMatchObject({ note: 'first' })
  })

  it('finds the operations of one record by whatever one has of it', async () => {
    const op = await push('second')
    const found = async (record: string | null) => (await list({ record })).map(({ id }) => id)
    expect(await found(op.externalNumber)).toEqual([op.id])
    expect(await found(op.externalId)).toEqual([op.id])
    expect((await found(customer.name.slice(1, 5).toLowerCase())).toSorted()).toContain(op.id)
    expect(await found('%')).toEqual([])
    expect(await list({ until: '2000-01-01T00:00:00Z' })).toEqual([])
    expect(await list({ outcomes: ['ERROR'] })).toEqual([])
    expect((await list({ outcomes: ['SUCCESS'], until: '2999-01-01T00:00:00Z' })).length).toBeGreaterThan(1)
    expect(await list({ batch: 'none' })).toEqual([])
    expect(await list({ cause: op.id })).toEqual([])
  })

  it('never shows or keeps the personal fields that an operator named', async () => {
    await ask(POLICY, { input: { redactFields: ['email', 'phone', 'addresses'] } })
    const input = {
      id: customer.id,
      name: customer.name,
      email: 'geheim.person@private.example',
      phone: '+49301119999',
    }
    const { upsertCustomer } = await ask<{ upsertCustomer: { operations: Op[] } }>(UPSERT, {
      input,
      key: 'personal',
    })
    const [op] = upsertCustomer.operations
    expect(op?.status).toBe('DONE')
    expect([op?.input?.email, op?.after?.email, op?.before?.email]).toEqual(['•••', '•••', '•••'])
    expect(op?.after?.name).toBe(customer.name)
    const shown = JSON.stringify(op)
    const [kept] = await rows<{ text: string }>(
      house.hub.db.em(),
      'select exchanges::text as text from attempt where operation = ?',
      [op?.id],
    )
    for (const text of [shown, kept?.text ?? '']) {
      expect(text).not.toContain('geheim.person')
      expect(text).not.toContain('301119999')
      expect(text).not.toContain(customer.email)
    }
    expect(kept?.text).toContain('•••')
    const [golden] = await rows<{ email: string }>(
      house.hub.db.em(),
      'select email from customer where id = ?',
      [customer.id],
    )
    expect(golden?.email).toBe('geheim.person@private.example')
    await house.hub.db.em().execute("update connection set state = 'PAUSED'")
    await house.hub.directory.refresh()
    expect(JSON.stringify(await list({ record: op?.id }))).not.toContain('geheim.person')
    await house.hub.db.em().execute("update connection set state = 'ACTIVE'")
    await house.hub.directory.refresh()
    await ask(POLICY, { input: { redactFields: null } })
  })
})

describe('a re-sync', () => {
  it('reads one record again and takes over what has changed', async () => {
    const change = { email: 'changed@there.example' }
    const open = house.hub.directory.every()[0]
    await open?.erp.customer?.update?.({ id: customer.native }, change, null)
    const { resyncRecords: begun } = await ask<{ resyncRecords: Begun }>(MANY, {
      o: 'CUSTOMER',
      f: { ids: [customer.native] },
    })
    expect(begun.total).toBe(1)
    await readThrough(begun.batch)
    const [line, ...others] = await list({ direction: 'IN' })
    expect(others).toEqual([])
    expect(line).toMatchObject({ externalId: customer.native, after: change, input: null })
    await open?.erp.customer?.update?.({ id: customer.native }, { email: 'once@more.example' }, null)
    const { resync } = await ask<{ resync: Op }>(RESYNC, { id: line?.id })
    expect(resync).toMatchObject({ direction: 'IN', after: { email: 'once@more.example' } })
    expect(resync.id).not.toBe(line?.id)
  })

  it('reads all records of a kind again, in parts, without a word about what is the same', async () => {
    const before = (await list({ direction: 'IN' })).length
    const calls = house.sandboxes.calls('erpnext').length
    const { resyncRecords: begun } = await ask<{ resyncRecords: Begun }>(MANY, { o: 'PRODUCT' })
    expect(begun.total).toBe(60)
    await readThrough(begun.batch)
    expect(house.sandboxes.calls('erpnext').length).toBeGreaterThan(calls)
    expect((await list({ direction: 'IN' })).length).toBe(before)
    const [job] = await rows<{ payload: { done: number } }>(
      house.hub.db.em(),
      "select payload from job where kind = 'resync' order by id desc limit 1",
    )
    expect(job?.payload.done).toBe(60)
  })

  it('sends a document again without doubling it, and a change as a new operation', async () => {
    const op = await push('again')
    await ask(RESYNC, { id: op.id })
    await expect
      .poll(async () => (await list({ record: op.id }))[0]?.status, { timeout: 20_000 })
      .toBe('DONE')
    expect(booked(op.externalId)).toBe(1)
    const [done] = await list({ record: op.id })
    expect(done?.attempts).toHaveLength(2)
    const [changed] = await list({ objects: ['CUSTOMER'], actions: ['UPDATE'], direction: 'OUT' })
    const { resync } = await ask<{ resync: Op }>(RESYNC, { id: changed?.id })
    expect(resync.id).not.toBe(changed?.id)
    await expect
      .poll(async () => (await list({ record: resync.id }))[0]?.status, { timeout: 20_000 })
      .toBe('DONE')
    expect((await list({ cause: changed?.id })).map(({ id }) => id)).toEqual([resync.id])
  })
})

describe('the retention of the log', () => {
  it('deletes what has ended before its days, and never what is open, a golden record or a link', async () => {
    const em = house.hub.db.em()
    const fine = await push('old')
    const young = await push('young')
    const open = ['DEAD', 'UNCERTAIN', 'WAITING']
    for (const status of open)
      await em.execute(
        `insert into operation (id, tenant, connection, object, action, status, reference, input, next_attempt_at, finished_at)
          values (?, 'default', 'erpnext:main', 'CUSTOMER', 'CREATE', ?, 'r', '{}', now() + interval '1 day', now())`,
        [`op_${status}`, status],
      )
    await em.execute(
      "update operation set created_at = created_at - interval '100 days', finished_at = finished_at - interval '100 days' where id <> ?",
      [young.id],
    )
    await em.execute("update request set created_at = created_at - interval '100 days'")
    const count = async () =>
      (
        await rows<{ n: number }>(
          em,
          'select (select count(*) from sales_order)::int + (select count(*) from external_ref)::int + (select count(*) from customer)::int as n',
        )
      )[0]?.n
    const golden = await count()
    await sweepLog(house.hub)
    expect((await list({})).length).toBeGreaterThan(5)
    const KEEP = 'mutation ($d: Int) { setLogDays(days: $d) }'
    expect((await house.ask(KEEP, { d: 0 })).errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION' })
    await ask(KEEP, { d: 30 })
    await sweepLog(house.hub)
    const left = await rows<{ id: string }>(em, 'select id from operation order by id')
    expect(left.map(({ id }) => id).toSorted()).toEqual(
      [young.id, ...open.map((status) => `op_${status}`)].toSorted(),
    )
    expect(await rows(em, 'select operation from attempt')).toEqual([{ operation: young.id }])
    expect((await rows<{ n: number }>(em, 'select count(*)::int as n from request'))[0]?.n).toBe(1)
    expect(await count()).toBe(golden)
    expect(fine.status).toBe('DONE')
    expect(await ask('{ logDays }')).toEqual({ logDays: 30 })
  })
})
