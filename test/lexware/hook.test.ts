import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Hook } from '../../subgraphs/connector.ts'
import { delivery } from '../../subgraphs/lexware/sandbox/hooks.ts'
import { webhookKey } from '../../subgraphs/lexware/sandbox/key.ts'
import { errorOf, stage, value } from './open.ts'

const SECRET = 'whsec_lexware_0123456789'
const CHANGE = {
  kind: 'order',
  id: '57b8d457-1fb6-4ae9-944a-9d763b0f8ff0',
  deleted: false,
  at: '2026-11-20T09:00:00.000Z',
} as const

describe('webhooks', () => {
  const { open } = stage()
  const hookOf = (more: object = {}): Hook => value(open({ ...more }).erp.hook ?? null)

  it('are signed by the vendor’s key of 4096 bits, and name the record and the moment', async () => {
    expect(webhookKey().sign.asymmetricKeyDetails?.modulusLength).toBe(4096)
    const raw = delivery(CHANGE, SECRET)
    expect(hookOf().verify(raw, SECRET)).toBe(true)
    expect(await hookOf().read(raw)).toEqual([CHANGE])
    expect(await hookOf().read(delivery({ ...CHANGE, deleted: true }, SECRET))).toEqual([
      { ...CHANGE, deleted: true },
    ])
  })

  it('that come twice have one name, and credit notes and vouchers of bookkeeping are invoices', async () => {
    const hook = hookOf()
    const raw = delivery(CHANGE, SECRET)
    expect(await hook.delivery?.(raw)).toBe(await hook.delivery?.(delivery(CHANGE, SECRET)))
    const later = { ...CHANGE, at: '2026-11-20T09:00:01.000Z' }
    expect(await hook.delivery?.(raw)).not.toBe(await hook.delivery?.(delivery(later, SECRET)))
    for (const subject of ['credit-note', 'voucher']) {
      const text = raw.body.toString('utf8').replace('order-confirmation', subject)
      expect(await hook.read({ ...raw, body: Buffer.from(text) })).toMatchObject([{ kind: 'invoice' }])
    }
  })

  it('are refused for another organisation, from another address, and while no key is filled in', () => {
    const raw = delivery(CHANGE, SECRET)
    expect(hookOf({ organizationId: 'another' }).verify(raw, SECRET)).toBe(false)
    expect(hookOf({ webhookPublicKey: '' }).verify(raw, SECRET)).toBe(false)
    expect(hookOf({ webhookPublicKey: 'no key' }).verify(raw, SECRET)).toBe(false)
    expect(hookOf().verify({ ...raw, query: {} }, SECRET)).toBe(false)
  })

  it('are not asked for at an address that does not answer HEAD', async () => {
    const office = open()
    const error = await errorOf(office.erp.hook?.subscribe?.('http://127.0.0.1:9/webhooks/x', SECRET))
    expect(error).toMatchObject({ code: 'VALIDATION', field: 'callbackUrl' })
  })
})

describe('an address that answers HEAD', () => {
  const { open } = stage()
  const probes: string[] = []
  const server = createServer(({ method, url }, response) => {
    probes.push(`${method} ${url}`)
    response.writeHead(204).end()
  })
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => server.close())

  it('is subscribed to every event once, with our secret in it, and the secret is never written down', async () => {
    const office = open()
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/webhooks/lexware:main`
    const until = await office.erp.hook?.subscribe?.(url, SECRET)
    expect(Date.parse(until ?? '')).toBeGreaterThan(Date.now())
    expect(probes.length).toBeGreaterThan(10)
    expect(new Set(probes)).toEqual(new Set([`HEAD /webhooks/lexware:main?secret=${SECRET}`]))
    const posts = office.sent.filter(({ method }) => method === 'POST')
    expect(posts.every(({ confidential }) => confidential)).toBe(true)
    await office.reopen().erp.hook?.subscribe?.(url, SECRET)
    expect(office.calls.filter(({ method }) => method === 'POST').map(({ status }) => status)).toEqual(
      posts.map(() => 201),
    )
  })
})
