import { describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { handlers } from '../../subgraphs/hub/handlers.ts'
import { Jobs } from '../../subgraphs/hub/jobs.ts'
import { pauseAfter } from '../../subgraphs/hub/outgoing/retry.ts'
import { isSignedBy, status } from './receiver.ts'
import {
  CREATE,
  UPDATE,
  another,
  deliveries,
  happen,
  house,
  later,
  receiver,
  show,
  subscribe,
  told,
} from './stand.ts'

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
    expect(first.body.data).toMatchObject({ ...data.syncOperation })
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
