import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hookRoutes } from '../../gateway/hooks.ts'
import { InboxWorker } from '../../subgraphs/hub/inbox.ts'
import { type TestHouse, openHouse } from '../whole.ts'
import { Room, small } from './open.ts'

const SECRET = 'whsec_0123456789abcdef0123456789abcdef'

let house: TestHouse
let url: string
let inbox: InboxWorker

/** A delivery of Nordwerk, signed. */
async function deliver(eventId: string, events: object[]): Promise<number> {
  const body = JSON.stringify({ eventId, events })
  const time = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex')
  const headers = {
    'content-type': 'application/json',
    'x-nordwerk-time': time,
    'x-nordwerk-signature': `sha256=${signature}`,
  }
  const answer = await fetch(`${url}/webhooks/customrest:main`, { method: 'POST', headers, body })
  await inbox.once()
  return answer.status
}

function asked(path: string): number {
  return house.sandboxes.calls('customrest').filter((call) => call.path.endsWith(path)).length
}

beforeAll(async () => {
  house = await openHouse({ only: ['customrest:main'], connection: { webhookSecret: SECRET } })
  inbox = new InboxWorker(house.hub)
  ;({ url } = await house.serve({ routes: (app) => hookRoutes(app, house.hub) }))
})
afterAll(() => house.close())

describe('webhooks that a manifest describes', () => {
  const sku = 'DESK-60'
  /** Asks for stock as a live query does: what is kept is taken while it is fresh. */
  const stock = async (): Promise<void> => {
    const open = house.hub.directory.find('default', 'customrest:main')
    const ask = { item: sku, sku, warehouses: null }
    await open?.readers.stock.read([{ ask, patience: { deadlineMs: 60_000, maxAgeMs: null } }])
  }

  it('are worked once under their delivery id, and again under another one', async () => {
    const event = [{ type: 'article', article: sku }]
    expect(await deliver('e-1', event)).toBe(200)
    const once = asked('/articles')
    expect(once).toBeGreaterThan(0)
    expect(await deliver('e-1', event)).toBe(200)
    expect(asked('/articles')).toBe(once)
    await deliver('e-2', event)
    expect(asked('/articles')).toBeGreaterThan(once)
  })

  it('drop only what is kept where the manifest says that nothing is to be read again', async () => {
    await stock()
    await stock()
    const [items, before] = [asked('/articles'), asked('/stock/query')]
    expect(before).toBe(1)
    await deliver('e-3', [{ type: 'stock', article: sku }])
    expect([asked('/articles'), asked('/stock/query')]).toEqual([items, before])
    await stock()
    expect(asked('/stock/query')).toBe(before + 1)
  })
})

describe('a webhook by itself', () => {
  const room = new Room()

  it('is read to the last digit of the id that it names', async () => {
    const list = { request: { method: 'GET', path: '/a' }, fields: { externalId: 'id', sku: 'id' } }
    const events = [{ when: "type = 'a'", emit: 'product.changed', externalId: '$string(id)' }]
    const webhook = { signature: { kind: 'none' }, events }
    const { hook } = room.open(small({ 'products.list': list }, { webhook })).erp
    const body = Buffer.from('{"type":"a","id":12345678901234567890}')
    const id = '12345678901234567890'
    expect(await hook?.read({ headers: {}, body, query: {} })).toMatchObject([{ id }])
  })
})
