import { createHmac } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import type { CustomerInput, Erp, OrderInput } from '../../subgraphs/connector.ts'
import { demo } from '../../subgraphs/demo.ts'
import { type HttpRequest, Outbound } from '../../subgraphs/http.ts'
import type { SandboxFactory } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { webhook } from '../../subgraphs/webhook/index.ts'
import { sandbox } from '../../subgraphs/webhook/sandbox.ts'
import { signStandard } from '../../subgraphs/webhook/sign.ts'
import { memoryVault } from '../contract/tap.ts'

/** A connection to an endpoint of its own. */
export interface Endpoint {
  erp: Erp
  name: string
  url: string
  /** What was sent, with its headers. */
  sent: HttpRequest[]
}

/** HMAC-SHA256 of a text, in small hexadecimal digits. */
export function hex(secret: string, body: string): string {
  return createHmac('sha256', secret).update(body).digest('hex')
}

/** One server for a file of tests; each endpoint on it is fresh. */
export function stage() {
  const server = new SandboxServer()
  const ways: Outbound[] = []
  let count = 0
  beforeAll(() => server.listen(0))
  afterAll(async () => {
    await Promise.all(ways.map((way) => way.close()))
    await server.close()
  })
  /** Posts a body as any sender could, signed over the bytes that are given. */
  async function post({ name, url }: Endpoint, body: string, signed = body): Promise<Response> {
    const secret = String(server.sandbox(name).config('').secret)
    const [id, at] = ['msg_1', String(Math.floor(Date.now() / 1000))]
    return fetch(`${url}/erp/inbox`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-aforo-signature': hex(secret, signed),
        'webhook-id': id,
        'webhook-timestamp': at,
        'webhook-signature': signStandard([secret], id, at, signed),
      },
    })
  }

  return {
    server,
    post,
    open(more: Record<string, unknown> = {}, factory: SandboxFactory = sandbox): Endpoint {
      const name = `webhook${++count}`
      server.mount(name, factory, demo(7))
      const url = server.url(name)
      const config = webhook.config.parse({ ...server.sandbox(name).config(url), ...more })
      const vault = memoryVault()
      const allowHosts = [`127.0.0.1:${server.port}`]
      const secrets = [config.secret]
      const way = new Outbound({ connection: name, limits: webhook.limits, vault, allowHosts, secrets })
      ways.push(way)
      const sent: HttpRequest[] = []
      const send = (request: HttpRequest) => (sent.push(request), way.send(request))
      return { erp: webhook.connect(config, { vault, send }), name, url, sent }
    },
  }
}

/** A customer that no endpoint knows yet. */
export const CUSTOMER: CustomerInput = { name: 'Grünwald Möbel ✨ GmbH', email: 'einkauf@gruenwald.example' }

/** An order of two desks for a customer that every endpoint of the sandbox knows. */
export const ORDER: OrderInput = {
  customer: 'D-1001',
  lines: [{ item: null, sku: 'DESK-160', quantity: '2', unitPrice: { amount: '212.50', currency: 'EUR' } }],
  currency: 'EUR',
  orderedOn: '2026-11-21',
  note: 'Bitte am Tor läuten 🔔',
}
