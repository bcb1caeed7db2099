import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { handlers } from '../../subgraphs/hub/handlers.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { Jobs } from '../../subgraphs/hub/jobs.ts'
import { insertOperation } from '../../subgraphs/hub/operations.ts'
import { pauseAfter } from '../../subgraphs/hub/outgoing/retry.ts'
import { addKey } from '../gateway/keys.ts'
import { type Answered, type TestHouse, openHouse } from '../whole.ts'
import { type Receiver, isSignedBy, openReceiver, status } from './receiver.ts'

const CREATE = `mutation ($input: WebhookSubscriptionInput!) { createWebhookSubscription(input: $input) {
  secret subscription { id url state cursor createdBy } } }`
const SHOW = `{ webhookSubscriptions { id state tries problem { code message } failingSince deliveredAt } }`
const DELIVERIES = `query ($id: ID!, $first: Int) { webhookDeliveries(subscription: $id, first: $first) {
  nodes { id type state operation cursor attempts { number status response problem { code message } } } pageInfo { hasNextPage } } }`
const UPDATE = `mutation ($id: ID!, $change: WebhookSubscriptionChange!) {
  updateWebhookSubscription(id: $id, change: $change) { id state problem { code } } }`

interface Made {
  createWebhookSubscription: { secret: string; subscription: { id: string; cursor: string } }
}
interface Shown {
  id: string
  state: string
  tries: number
  problem: { code: string; message: string } | null
}
interface Delivered {
  id: string
  type: string
  state: string
  operation: string
  cursor: string
  attempts: { number: number; status: number | null; problem: { code: string } | null }[]
}

let house: TestHouse
let receiver: Receiver
const further: Receiver[] = []
beforeAll(async () => {
  house = await openHouse({ only: ['qwoty:main', 'aforo:main'] })
  receiver = await another()
})
afterAll(async () => {
  for (const one of further) await one.close()
  await house.close()
})
afterEach(async () => {
  receiver.got.length = 0
  receiver.answer = status(204)
  await house.hub.db.em().execute('delete from webhook_subscription')
})

async function another(): Promise<Receiver> {
  const one = await openReceiver()
  further.push(one)
  house.hub.directory.allowHosts.push(one.host)
  return one
}

async function as<T>(secret: string, query: string, variables: Record<string, unknown> = {}) {
  return house.ask<T>(query, variables, await house.contexts.of(`Bearer ${secret}`))
}

async function subscribe(input: object = {}, secret?: string) {
  const variables = { input: { url: receiver.url, ...input } }
  const { data, errors } = await (secret
    ? as<Made>(secret, CREATE, variables)
    : house.ask<Made>(CREATE, variables))
  expect(errors).toBeUndefined()
  const { subscription, secret: signing } = data.createWebhookSubscription
  return { ...subscription, secret: signing }
}

let orders = 0
/** Something happens: an operation is accepted. */
async function happen(connection = 'qwoty:main', more: { customer?: string } = {}): Promise<string> {
  const id = `op_${(orders += 1)}`
  await house.hub.db.em().transactional((em) =>
    insertOperation(em, {
      ...{ id, tenant: 'default', connection, object: 'ORDER', action: 'CREATE', reference: `ref ${id}` },
      ...{
        input: {},
        salesOrder: null,
        customer: more.customer ?? null,
        dependsOn: null,
        requestedBy: 'shop',
      },
    }),
  )
  return id
}

/** Time goes by: everything that waits for its next try is due. */
async function later(): Promise<void> {
  await house.hub.db.em().execute('update webhook_subscription set next_at = now()')
  await house.hub.db.em().execute('update job set next_at = now()')
  await house.settle()
}

const told = () => receiver.got.map(({ body }) => body.data.id)

async function show(id: string): Promise<Shown> {
  const { data } = await house.ask<{ webhookSubscriptions: Shown[] }>(SHOW)
  const found = data.webhookSubscriptions.find((one) => one.id === id)
  if (!found) throw new Error(`There is no ${id}.`)
  return found
}

async function deliveries(id: string): Promise<Delivered[]> {
  const { data } = await house.ask<{ webhookDeliveries: { nodes: Delivered[] } }>(DELIVERIES, { id })
  return data.webhookDeliveries.nodes
}

describe('a webhook subscription', () => {
  it('tells in order what happens from then on, signed, as the graph shows it', async () => {
    await happen()
    const { secret } = await subscribe({ description: 'shop' })
    const ids = [await happen(), await happen(), await happen()]
    await later()
    expect(told()).toEqual(ids)
    const [first] = receiver.got
    if (!first) throw new Error('Nothing came.')
    expect(receiver.got.every((message) => isSignedBy(secret, message))).toBe(true)
    expect(isSignedBy(`whsec_${Buffer.alloc(32).toString('base64')}`, first)).toBe(false)
    expect(first.body).toMatchObject({ type: 'sync.operation.accepted', timestamp: expect.any(String) })
    const { data } = await house.ask<{ syncOperation: object }>(
      `{ syncOperation(id: "${ids[0]}") { id connection direction object action status outcome reference externalId
        externalNumber problem { code } before after batch requestedBy createdAt finishedAt nextAttemptAt
        order { id } customer { id } } }`,
    )
    expect(first.body.data).toEqual({ ...data.syncOperation })
    await later()
    expect(told()).toEqual(ids)
  })

  it('keeps its secret sealed and shows it once', async () => {
    const own = `whsec_${Buffer.from('chosen by the receiver itself').toString('base64')}`
    expect((await subscribe({ secret: own })).secret).toBe(own)
    const { secret } = await subscribe()
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const kept = JSON.stringify(await rows(house.hub.db.em(), 'select * from webhook_subscription'))
    expect(kept).not.toContain(own.slice(6))
    expect(kept).not.toContain(secret.slice(6))
    for (const bad of ['secret', 'whsec_', 'whsec_c2hvcnQ=', 'whsec_%%%%%%%%%%%%%%%%%%%%%%%%']) {
      const { errors } = await house.ask(CREATE, { input: { url: receiver.url, secret: bad } })
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION' })
    }
  })

  it('signs with both secrets after a rotation until the overlap ends', async () => {
    const { id, secret } = await subscribe()
    const rotate =
      'mutation ($id: ID!) { rotateWebhookSecret(id: $id) { secret subscription { previousUntil } } }'
    const { data } = await house.ask<{ rotateWebhookSecret: { secret: string } }>(rotate, { id })
    const fresh = data.rotateWebhookSecret.secret
    await happen()
    await later()
    await house.hub.db.em().execute('update webhook_subscription set previous_until = now()')
    await happen()
    await later()
    const [first, second] = receiver.got
    if (!first || !second) throw new Error('Nothing came.')
    expect([isSignedBy(secret, first), isSignedBy(fresh, first)]).toEqual([true, true])
    expect([isSignedBy(secret, second), isSignedBy(fresh, second)]).toEqual([false, true])
  })

  it('tries again what was not taken, with the same id, and nothing overtakes it', async () => {
    const { id } = await subscribe()
    receiver.answer = (message, response, nth) => status(nth <= 2 ? 503 : 204)(message, response, nth)
    const ids = [await happen(), await happen()]
    await later()
    expect(told()).toEqual([ids[0]])
    expect(await show(id)).toMatchObject({ state: 'ACTIVE', tries: 1, problem: { code: 'BAD_ANSWER' } })
    await house.settle()
    expect(told()).toEqual([ids[0]])
    await later()
    await later()
    expect(told()).toEqual([ids[0], ids[0], ids[0], ids[1]])
    expect(new Set(receiver.got.slice(0, 3).map((message) => message.id)).size).toBe(1)
    expect(await show(id)).toMatchObject({ state: 'ACTIVE', tries: 0, problem: null })
    const [last, first] = await deliveries(id)
    expect(first).toMatchObject({
      state: 'DELIVERED',
      attempts: [{ status: 503 }, { status: 503 }, { status: 204 }],
    })
    expect(last).toMatchObject({ operation: ids[1], attempts: [{ number: 1, status: 204 }] })
  })

  it('ends at once where the receiver is gone, and goes on where it stopped', async () => {
    const { id } = await subscribe()
    receiver.answer = status(410)
    const first = await happen()
    await later()
    expect(await show(id)).toMatchObject({
      state: 'DISABLED',
      problem: { message: expect.stringContaining('410') },
    })
    const second = await happen()
    await later()
    expect(told()).toEqual([first])
    receiver.answer = status(200)
    await house.ask(UPDATE, { id, change: { state: 'ACTIVE' } })
    await house.settle()
    expect(told()).toEqual([first, first, second])
    expect(await show(id)).toMatchObject({ state: 'ACTIVE', problem: null })
  })

  it('is disabled when nothing was taken for three days, and not before', async () => {
    const { id } = await subscribe()
    receiver.answer = status(500)
    await happen()
    await later()
    const failing = "update webhook_subscription set failing_since = now() - ? * interval '1 hour'"
    await house.hub.db.em().execute(failing, [71])
    await later()
    expect(await show(id)).toMatchObject({ state: 'ACTIVE', tries: 2 })
    await house.hub.db.em().execute(failing, [72])
    await later()
    expect(await show(id)).toMatchObject({ state: 'DISABLED', problem: { code: 'UNAVAILABLE' } })
  })

  it('waits longer after each failure, as long as the receiver asks, and never longer than six hours', () => {
    const pauses = Array.from({ length: 12 }, (_, index) => pauseAfter(index + 1, 0, 1))
    expect(pauses.slice(0, 4)).toEqual([5_000, 15_000, 45_000, 135_000])
    expect(pauses.at(-1)).toBe(6 * 3_600_000)
    expect(pauseAfter(1, 60_000)).toBe(60_000)
    expect(pauseAfter(1, 90 * 3_600_000)).toBe(6 * 3_600_000)
  })

  it('gives up a message that is never taken once others are, keeps it, and sends it again when asked', async () => {
    const { id } = await subscribe()
    const ids = [await happen(), await happen(), await happen()]
    receiver.answer = (message, response, nth) =>
      status(message.body.data.id === ids[1] ? 400 : 204)(message, response, nth)
    for (let time = 0; time < 5; time += 1) await later()
    const taken = receiver.got.filter(({ body }) => body.data.id !== ids[1]).map(({ body }) => body.data.id)
    expect(taken).toEqual([ids[0], ids[2]])
    const poison = (await deliveries(id)).find(({ operation }) => operation === ids[1])
    expect(poison).toMatchObject({ state: 'FAILED' })
    expect(poison?.attempts).toHaveLength(5)
    receiver.answer = status(204)
    const { errors } = await house.ask('mutation ($d: ID) { replayWebhook(delivery: $d) { id } }', {
      d: poison?.id,
    })
    expect(errors).toBeUndefined()
    await house.settle()
    expect(receiver.got.at(-1)).toMatchObject({ id: poison?.id, body: { data: { id: ids[1] } } })
    expect((await deliveries(id)).map(({ state }) => state)).toEqual(['DELIVERED', 'DELIVERED', 'DELIVERED'])
  })

  it('keeps all waiting while nobody answers, however long, and loses none of them', async () => {
    const { id } = await subscribe()
    const ids = [await happen(), await happen(), await happen()]
    receiver.answer = status(500)
    for (let time = 0; time < 7; time += 1) await later()
    expect((await deliveries(id)).some(({ state }) => state === 'FAILED')).toBe(false)
    receiver.got.length = 0
    receiver.answer = status(204)
    await later()
    expect(told()).toEqual(ids)
  })

  it('tells everything behind a cursor again, in order and with the same ids', async () => {
    const { id, cursor } = await subscribe()
    const ids = [await happen(), await happen(), await happen()]
    await later()
    const first = receiver.got.map((message) => message.id)
    const [, second] = (await deliveries(id)).toReversed()
    const replay = 'mutation ($id: ID, $after: ID) { replayWebhook(subscription: $id, after: $after) { id } }'
    await house.ask(replay, { id, after: second?.cursor })
    await house.settle()
    expect(told()).toEqual([...ids, ids[2]])
    const { errors } = await house.ask(replay, { id, after: 'made up' })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION' })
    expect(receiver.got.at(-1)?.id).toBe(first[2])
    expect(cursor).not.toBe('')
  })

  it('is told again of what a process was telling when it was killed, and misses nothing', async () => {
    await subscribe()
    const ids = [await happen(), await happen()]
    receiver.answer = () => {}
    const dying = new Jobs(house.hub, handlers)
    dying.start()
    await receiver.until(1)
    await dying.stop()
    receiver.answer = status(204)
    await later()
    expect(told()).toEqual([ids[0], ids[0], ids[1]])
    expect(receiver.got[0]?.id).toBe(receiver.got[1]?.id)
  })

  it('does not wait for another whose receiver hangs', async () => {
    const slow = await another()
    slow.answer = () => {}
    for (let one = 0; one < 3; one += 1) await subscribe({ url: slow.url })
    await subscribe()
    const id = await happen()
    const jobs = new Jobs(house.hub, handlers)
    jobs.start()
    await Promise.all([slow.until(3), receiver.until(1)])
    expect(told()).toEqual([id])
    const next = await happen()
    await receiver.until(2)
    expect(told()).toEqual([id, next])
    await jobs.stop()
  })

  it('says at once what a receiver answers to a test', async () => {
    const { id, secret } = await subscribe()
    receiver.answer = status(202)
    const test =
      'mutation ($id: ID!) { testWebhook(id: $id) { delivered status response problem { code message } } }'
    const { data } = await house.ask<{ testWebhook: object }>(test, { id })
    expect(data.testWebhook).toEqual({ delivered: true, status: 202, response: 'said', problem: null })
    expect(receiver.got[0]?.body).toMatchObject({ type: 'webhook.test', data: { subscription: id } })
    expect(receiver.got[0] && isSignedBy(secret, receiver.got[0])).toBe(true)
  })
})

describe('the address of a webhook', () => {
  const refused = async (url: string) => (await house.ask(CREATE, { input: { url } })).errors?.[0]
  const test = async (url: string) => {
    const { id } = await subscribe({ url })
    const ask = 'mutation ($id: ID!) { testWebhook(id: $id) { delivered problem { code message } } }'
    return (await house.ask<{ testWebhook: { problem: { code: string; message: string } } }>(ask, { id }))
      .data.testWebhook
  }

  it('is refused where it is private, plain, with credentials, or no web address', async () => {
    const bad = [
      'https://127.0.0.1/x',
      'https://[::1]/',
      'https://10.1.2.3/',
      'https://169.254.169.254/latest',
    ]
    const more = ['http://example.com/', 'https://a:b@example.com/', 'ftp://example.com/', 'nowhere']
    for (const url of [...bad, ...more]) {
      const error = await refused(url)
      expect([url, error?.extensions?.code]).toEqual([url, 'VALIDATION'])
    }
  })

  it('is refused by the address that is connected to, whatever its name says', async () => {
    const port = receiver.host.split(':')[1]
    const { problem } = await test(`https://localhost:${port}/in`)
    expect(problem).toMatchObject({ code: 'VALIDATION', message: expect.stringContaining('private address') })
    expect(receiver.got).toEqual([])
  })

  it('is not left by a redirect', async () => {
    const other = await another()
    receiver.answer = status(307, { location: other.url })
    expect(await test(receiver.url)).toMatchObject({ delivered: false, problem: { code: 'BAD_ANSWER' } })
    expect(other.got).toEqual([])
  })
})

describe('a key with a part of the rights', () => {
  it('makes, sees and changes only subscriptions that tell no more than it may see', async () => {
    const mine = await addKey(house, { scopes: ['read:sync'], connections: ['qwoty:main'] })
    const { id: everything } = await subscribe()
    const { id: quotes } = await subscribe({ filter: { connections: ['qwoty:main'] } }, mine)
    const { data } = await as<{ webhookSubscriptions: Shown[] }>(mine, SHOW)
    expect(data.webhookSubscriptions.map(({ id }) => id)).toEqual([quotes])
    for (const query of [
      `mutation { deleteWebhookSubscription(id: "${everything}") }`,
      `mutation { testWebhook(id: "${everything}") { delivered } }`,
      `mutation { updateWebhookSubscription(id: "${everything}", change: { url: "https://example.com/" }) { id } }`,
      `mutation { rotateWebhookSecret(id: "${everything}") { secret } }`,
      `{ webhookDeliveries(subscription: "${everything}") { nodes { id } } }`,
    ]) {
      const answer: Answered<unknown> = await as(mine, query)
      expect([query, answer.errors?.[0]?.extensions?.code]).toEqual([query, 'NOT_FOUND'])
    }
    const foreign = { input: { url: receiver.url, filter: { connections: ['aforo:main'] } } }
    expect((await as(mine, CREATE, foreign)).errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION' })
    const none = await addKey(house, { scopes: ['read:stock'] })
    expect((await as(none, SHOW)).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' })
  })

  it('is told only of its connections, and of what it may read', async () => {
    const sql = "insert into customer (id, tenant, name, name_key) values ('cus_w', 'default', 'Ada', 'ada')"
    await house.hub.db.em().execute(sql)
    const mine = await addKey(house, { scopes: ['read:sync'], connections: ['qwoty:main'] })
    await subscribe({}, mine)
    await subscribe()
    await happen('aforo:main')
    const own = await happen('qwoty:main', { customer: 'cus_w' })
    await later()
    const seen = receiver.got.filter(({ body }) => body.data.id === own).map(({ body }) => body.data.customer)
    expect(receiver.got).toHaveLength(3)
    expect(seen).toContainEqual(null)
    expect(seen).toContainEqual({ id: 'cus_w', name: 'Ada' })
  })
})
