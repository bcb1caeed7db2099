import { Webhook } from 'standardwebhooks'
import { beforeAll, describe, expect, it } from 'vitest'
import { acceptOrder } from '../../subgraphs/hub/accept.ts'
import { ANONYMOUS } from '../../subgraphs/hub/access.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { sweepEvents } from '../../subgraphs/hub/events.ts'
import { untilFinal } from '../../subgraphs/hub/waiting.ts'
import type { Setting } from './host.ts'
import type { Item } from './package.ts'
import { OPEN_MS, type Stand, theStand } from './stand.ts'

let stand: Stand
beforeAll(async () => {
  stand = await theStand()
}, OPEN_MS)

let keys = 0
/** Pushes an order to its end; its operation. */
async function push(): Promise<string> {
  const key = (keys += 1)
  const lines = [{ sku: stand.skus[0]!, quantity: '1' }]
  const input = { connection: 'odoo:main', customer: stand.customer, lines }
  const { operations } = await acceptOrder(stand.house.hub, ANONYMOUS, input, `push-${key}`)
  await untilFinal(stand.house.hub, operations, 20_000)
  return operations[0]!
}

async function poll(state: object, more: Partial<Setting> = {}): Promise<Item[]> {
  const setting = { ...stand.login, state: state as Record<string, unknown>, ...more }
  const context = stand.host.context('ErpSupergraphPollingTrigger', setting)
  const polled = await stand.installed.nodes.ErpSupergraphPollingTrigger!.poll!.call(context)
  return polled?.[0] ?? []
}

function operations(items: Item[]): string[] {
  return items.map(({ json }) => (json.operation as { id: string }).id)
}

describe('the polling trigger', () => {
  it('tells of everything since it was switched on, once, whatever happens between two polls', async () => {
    const before = await push()
    const state = {}
    expect(await poll(state)).toEqual([])
    const first = await push()
    const second = await push()
    const items = await poll(state)
    expect(operations(items)).toEqual([first, second])
    expect(items[0]!.json).toMatchObject({
      status: 'DONE',
      cursor: expect.any(String),
      operation: { object: 'ORDER' },
    })
    expect(await poll(state)).toEqual([])
    const third = await push()
    expect(operations(await poll(state))).toEqual([third])
    expect(operations(items)).not.toContain(before)
  })

  it('reads on over many pages, every state in its order', async () => {
    const state = {}
    const parameters = { statuses: [] }
    await poll(state, { parameters })
    const ids = await Promise.all(Array.from({ length: 34 }, push))
    const items = await poll(state, { parameters })
    expect(items.length).toBeGreaterThan(100)
    expect(new Set(items.map(({ json }) => json.cursor)).size).toBe(items.length)
    const of = (id: string) =>
      items.filter((_, nth) => operations(items)[nth] === id).map(({ json }) => json.status)
    for (const id of ids) expect(of(id)).toEqual(['ACCEPTED', 'RUNNING', 'DONE'])
  })

  it('begins where it stood when a poll failed', async () => {
    const state = {}
    await poll(state)
    const id = await push()
    await expect(poll(state, { apiKey: 'wrong' })).rejects.toMatchObject({
      message: expect.stringContaining('[UNAUTHENTICATED]'),
    })
    expect(operations(await poll(state))).toEqual([id])
  })

  it('asks only for what the parameters say', async () => {
    const state = {}
    const none = { filter: { objects: ['CUSTOMER'], connections: 'odoo:main, erpnext:main' } }
    await poll(state, { parameters: none })
    await push()
    expect(await poll(state, { parameters: none })).toEqual([])
  })

  it('shows a sample in the editor without moving on', async () => {
    const state = {}
    await poll(state)
    const id = await push()
    const sample = await poll(state, { mode: 'manual' })
    expect(operations(sample)).toEqual([id])
    expect(operations(await poll(state))).toEqual([id])
  })

  it('says that there is a gap when it was away for longer than events are kept', async () => {
    const state = {}
    await poll(state)
    await push()
    await poll(state)
    const { settings } = stand.house.hub
    const kept = settings.retentionMs
    Object.assign(settings, { retentionMs: 0 })
    await sweepEvents(stand.house.hub)
    Object.assign(settings, { retentionMs: kept })
    const items = await poll(state)
    expect(items.map(({ json }) => json)).toEqual([
      { gap: true, code: 'CURSOR_EXPIRED', message: expect.any(String), resolution: expect.any(String) },
    ])
    const id = await push()
    expect(operations(await poll(state))).toEqual([id])
  })
})

describe('the webhook trigger', () => {
  const secret = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`
  const body = JSON.stringify({ type: 'sync.done', data: { reference: 'Müller ✨' } }, null, 2)
  const state = () => ({ subscriptions: { 'https://n8n.example/webhook/1': { id: 's1', secret } } })

  function sign(id: string, at = new Date(), by = secret): Record<string, string> {
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': `v1,bm9uZQ== ${new Webhook(by).sign(id, at, body)}`,
    }
  }

  async function deliver(kept: Record<string, unknown>, headers: Record<string, string>, sent = body) {
    const delivery = { headers, body: sent }
    const context = stand.host.context('ErpSupergraphTrigger', { ...stand.login, state: kept, delivery })
    const answer = await stand.installed.nodes.ErpSupergraphTrigger!.webhook!.call(context)
    return { ...answer, ...context.response }
  }

  it('starts the workflow with what was signed, and once however often it is delivered', async () => {
    const kept = state()
    const first = await deliver(kept, sign('msg_1'))
    expect(first.workflowData).toEqual([[{ json: JSON.parse(body) as object }]])
    const again = await deliver(kept, sign('msg_1'))
    expect(again).toEqual({ webhookResponse: { message: 'This came before.' } })
    expect((await deliver(kept, sign('msg_2'))).workflowData).toHaveLength(1)
  })

  it('subscribes itself when the workflow is switched on, once, and ends it when it is switched off', async () => {
    const kept: Record<string, unknown> = {}
    const setting = { ...stand.login, state: kept, webhookUrl: 'https://n8n.example/webhook/7' }
    const context = () => stand.host.context('ErpSupergraphTrigger', setting)
    const {
      checkExists,
      create,
      delete: end,
    } = stand.installed.nodes.ErpSupergraphTrigger!.webhookMethods!.default!
    const there = () =>
      rows<{ url: string; filter: object; maker: { scopes: string[] } }>(
        stand.house.hub.db.em(),
        'select url, filter, maker from webhook_subscription',
      )
    expect(await checkExists!.call(context())).toBe(false)
    expect(await create!.call(context())).toBe(true)
    expect(await checkExists!.call(context())).toBe(true)
    expect(await there()).toMatchObject([
      {
        url: 'https://n8n.example/webhook/7',
        filter: { statuses: ['DEAD', 'DONE', 'REFUSED', 'UNCERTAIN'] },
        maker: { scopes: expect.arrayContaining(['read:sync']) },
      },
    ])
    expect(await end!.call(context())).toBe(true)
    expect(await there()).toEqual([])
    expect(await checkExists!.call(context())).toBe(false)
  })

  it('answers 401 to another secret, other bytes, an old time, and no signature', async () => {
    const other = `whsec_${Buffer.from('another secret').toString('base64')}`
    const old = new Date(Date.now() - 6 * 60_000)
    const { 'webhook-signature': _signature, ...unsigned } = sign('msg_1')
    const refused = [
      await deliver(state(), sign('msg_1', new Date(), other)),
      await deliver(state(), sign('msg_1'), JSON.stringify(JSON.parse(body))),
      await deliver(state(), sign('msg_1', old)),
      await deliver(state(), { ...sign('msg_1'), 'webhook-id': 'msg_2' }),
      await deliver(state(), unsigned),
      await deliver({}, sign('msg_1')),
    ]
    for (const one of refused) expect(one).toMatchObject({ status: 401, noWebhookResponse: true })
    for (const one of refused) expect(one.workflowData).toBeUndefined()
  })
})
