import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { Jobs, enqueue, jobHandler } from '../../subgraphs/hub/jobs.ts'
import { ANONYMOUS } from '../../subgraphs/hub/access.ts'
import { untilFinal } from '../../subgraphs/hub/waiting.ts'
import { readIn } from '../care.ts'
import { type TestHouse, openHouse } from '../whole.ts'

interface Group {
  id: string
  connection: string
  direction: string
  object: string
  status: string
  code: string
  message: string
  resolution: string
  count: number
  firstSeen: string
  lastSeen: string
  samples: { id: string }[]
}
interface Op {
  id: string
  status: string
  outcome: string | null
  discardedBy: string | null
  discardReason: string | null
  problem: { message: string } | null
}

const GROUPS = `query ($c: [ID!]) { deadLetters(connections: $c) {
  id connection direction object status code message resolution count firstSeen lastSeen samples { id } } }`
const OP = '{ id status outcome discardedBy discardReason problem { message } }'
const RETRY = 'mutation ($g: ID!) { retryDeadLetters(group: $g) { count skipped } }'
const DISCARD_ALL =
  'mutation ($g: ID!, $r: String!) { discardDeadLetters(group: $g, reason: $r) { count skipped } }'
const DISCARD = `mutation ($id: ID!, $r: String!) { discardOperation(id: $id, reason: $r) ${OP} }`
const POLICY = `mutation ($input: ConnectionPolicyInput!) { setConnectionPolicy(connection: "odoo:main", input: $input) {
  retry { maxAttempts maxAgeSeconds backoffMs backoffMaxMs } } }`
const PUSH = `mutation ($input: PushOrderInput!, $key: ID!) { pushOrder(input: $input, idempotencyKey: $key) {
  operation { id } order { id } problems { message } } }`

let house: TestHouse
let customers: string[] = []
let keys = 0
const settings = { maxPushMs: 50, backoffMs: 5, backoffMaxMs: 20, idleMs: 20 }

beforeAll(async () => {
  house = await openHouse({ only: ['odoo:main'], settings })
  await readIn(house, 'odoo:main', 40, 5)
  const sql = "select hub_id as id from external_ref where kind = 'customer' order by native_id limit 5"
  customers = (await rows<{ id: string }>(house.hub.db.em(), sql)).map(({ id }) => id)
  house.work()
}, 240_000)
afterAll(() => house.close())

async function ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const { data, errors } = await house.ask<T>(query, variables)
  expect(errors).toBeUndefined()
  return data
}
async function push(note: string): Promise<string> {
  const input = {
    connection: 'odoo:main',
    customer: customers[0],
    note,
    lines: [{ sku: 'DESK-160', quantity: '1' }],
  }
  const answer = await ask<{ pushOrder: { operation: Op } }>(PUSH, { input, key: `dead ${(keys += 1)}` })
  return answer.pushOrder.operation.id
}
const ended = async (ids: string[]) => (await untilFinal(house.hub, ids, 30_000)).map(({ status }) => status)
const groups = async (c?: string[]) => (await ask<{ deadLetters: Group[] }>(GROUPS, { c })).deadLetters
const retryTimes = (maxAttempts: number | null) =>
  ask(POLICY, { input: { retry: maxAttempts && { maxAttempts, backoffMs: 5, backoffMaxMs: 20 } } })
const booked = () =>
  house.sandboxes
    .sandbox('odoo')
    .ledger()
    .orders.filter(({ ref }) => ref?.startsWith('esg_'))

describe('the queue of dead letters', () => {
  it('gives up when the policy of the connection says so, and groups what failed by its cause', async () => {
    await retryTimes(2)
    house.sandboxes.faults('odoo', [{ do: 'status', status: 503, match: 'sale.order', times: 0 }])
    const ids = [await push('one'), await push('two'), await push('three')]
    expect(await ended(ids)).toEqual(['DEAD', 'DEAD', 'DEAD'])
    house.sandboxes.faults('odoo', [])
    const [row] = await rows<{ tries: number }>(
      house.hub.db.em(),
      'select max(attempts) as tries from operation',
    )
    expect(row?.tries).toBe(2)
    const [group, ...others] = await groups()
    expect(others).toEqual([])
    expect(group).toMatchObject({
      connection: 'odoo:main',
      object: 'ORDER',
      status: 'DEAD',
      code: 'UNAVAILABLE',
      count: 3,
    })
    expect(group?.samples.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    expect(group && group.firstSeen <= group.lastSeen && group.resolution.length > 10).toBe(true)
  })

  it('shows another key only what it may see', async () => {
    const blind = house.contexts.make(
      { ...ANONYMOUS, connections: ['xero:main'] },
      undefined,
      undefined,
      'test',
    )
    expect((await house.ask<{ deadLetters: Group[] }>(GROUPS, {}, blind)).data.deadLetters).toEqual([])
    const [group] = await groups()
    const foreign = await house.ask(RETRY, { g: group?.id }, blind)
    expect(foreign.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' })
    const buyer = { ...ANONYMOUS, customer: { id: customers[1] ?? '', natives: {} } }
    const other = house.contexts.make(buyer, undefined, undefined, 'test')
    expect((await house.ask<{ deadLetters: Group[] }>(GROUPS, {}, other)).data.deadLetters).toEqual([])
  })

  it('tries all of one cause again, each once', async () => {
    await retryTimes(null)
    const [group] = await groups()
    const answer = await ask<{ retryDeadLetters: object }>(RETRY, { g: group?.id })
    expect(answer.retryDeadLetters).toEqual({ count: 3, skipped: 0 })
    expect(await ended(group?.samples.map(({ id }) => id) ?? [])).toEqual(['DONE', 'DONE', 'DONE'])
    expect(booked()).toHaveLength(3)
    expect(await groups()).toEqual([])
  })

  it('takes numbers, names and references out of the words of a cause', async () => {
    const say = `update operation set status = 'REFUSED', outcome = 'ERROR', problem = jsonb_build_object('code', 'VALIDATION',
      'message', 'The item "' || id || '" of S000' || right(id, 2) || ' cannot be sold: 12.50', 'resolution', 'Do it.')
      where direction = 'OUT'`
    await house.hub.db.em().execute(say)
    const [group, ...others] = await groups()
    expect(others).toEqual([])
    expect(group).toMatchObject({
      count: 3,
      code: 'VALIDATION',
      message: 'The item … of # cannot be sold: #',
    })
  })

  it('discards one or all only with a reason, and keeps who said so and why', async () => {
    const [group] = await groups()
    const [one = { id: '' }] = group?.samples ?? []
    const silent = await house.ask(DISCARD, { id: one.id, r: '  ' })
    expect(silent.errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION' })
    const { discardOperation: op } = await ask<{ discardOperation: Op }>(DISCARD, {
      id: one.id,
      r: 'Sent by mail',
    })
    expect(op).toMatchObject({ status: 'CANCELLED', discardedBy: 'anonymous', discardReason: 'Sent by mail' })
    expect(op.problem?.message).toContain('cannot be sold')
    const again = await house.ask(DISCARD, { id: one.id, r: 'Twice' })
    expect(again.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT' })
    const rest = await ask<{ discardDeadLetters: object }>(DISCARD_ALL, { g: group?.id, r: 'A test' })
    expect(rest.discardDeadLetters).toEqual({ count: 2, skipped: 0 })
    const events = "select count(*)::int as n from event where status = 'CANCELLED'"
    expect(await rows(house.hub.db.em(), events)).toEqual([{ n: 3 }])
    const gone = await house.ask(DISCARD_ALL, { g: group?.id, r: 'Again' })
    expect(gone.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('tries again what should have followed from a change that was taken over', async () => {
    let works = false
    const handler = jobHandler({
      kind: 'follow',
      parallel: 1,
      work: () => (works ? Promise.resolve() : Promise.reject(new ErpError('VALIDATION', 'Not yet.'))),
    })
    const em = house.hub.db.em()
    await em.execute(`insert into operation (id, tenant, connection, direction, object, action, status, outcome, reference, input, finished_at)
      values ('op_in', 'default', 'odoo:main', 'IN', 'ORDER', 'UPDATE', 'DONE', 'SUCCESS', '1', '{}', now())`)
    await enqueue(em, [{ tenant: 'default', kind: 'follow', subject: 'op_in', operation: 'op_in' }])
    const jobs = new Jobs(house.hub, [handler])
    await jobs.once()
    const [group] = await groups()
    expect(group).toMatchObject({ direction: 'IN', count: 1, message: 'Not yet.' })
    works = true
    await ask(RETRY, { g: group?.id })
    await jobs.once()
    const [op] = await rows(em, "select status, outcome, problem from operation where id = 'op_in'")
    expect(op).toEqual({ status: 'DONE', outcome: 'SUCCESS', problem: null })
  })
})

describe('a poison record', () => {
  it('never holds up another one of the same connection', async () => {
    house.sandboxes.faults('odoo', [{ do: 'status', status: 503, match: 'poison', times: 0 }])
    await ask(POLICY, { input: { retry: { maxAttempts: 1_000, backoffMs: 1, backoffMaxMs: 1 } } })
    const poison = await push('poison')
    const good = await Promise.all(Array.from({ length: 12 }, (_, index) => push(`good ${index}`)))
    expect(new Set(await ended(good))).toEqual(new Set(['DONE']))
    const [row] = await rows<{ status: string }>(
      house.hub.db.em(),
      'select status from operation where id = ?',
      [poison],
    )
    expect(row?.status).not.toBe('DONE')
    house.sandboxes.faults('odoo', [])
    expect(await ended([poison])).toEqual(['DONE'])
  })
})

describe('an ERP that is down for an hour', () => {
  it('loses nothing and gets everything once when it is back', async () => {
    // The same pauses and limits, a thousand times faster: an hour is 3.6 seconds of at most 86.
    const retry = { maxAttempts: 1_000, maxAgeSeconds: 86, backoffMs: 1, backoffMaxMs: 360 }
    await ask(POLICY, { input: { retry } })
    const before = booked().length
    house.sandboxes.faults('odoo', [{ do: 'reset', times: 0 }])
    const ids = await Promise.all(Array.from({ length: 10 }, (_, index) => push(`down ${index}`)))
    const tried =
      'select count(*)::int as n from operation where status = ? and attempts > 1 and id in (select jsonb_array_elements_text(?::jsonb))'
    await expect
      .poll(() => rows(house.hub.db.em(), tried, ['WAITING', JSON.stringify(ids)]), { timeout: 60_000 })
      .toEqual([{ n: 10 }])
    expect(booked()).toHaveLength(before)
    house.sandboxes.faults('odoo', [])
    expect(new Set(await ended(ids))).toEqual(new Set(['DONE']))
    expect(booked()).toHaveLength(before + 10)
    expect(new Set(booked().map(({ ref }) => ref)).size).toBe(booked().length)
  })
})
