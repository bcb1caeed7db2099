import { describe, expect, it } from 'vitest'
import { addKey } from '../gateway/keys.ts'
import type { Answered } from '../whole.ts'
import { status } from './receiver.ts'
import { CREATE, SHOW, type Shown, another, as, happen, house, later, receiver, subscribe } from './stand.ts'

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
