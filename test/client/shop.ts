import { WebSocket } from 'ws'
import { type Client, type ClientOptions, createClient } from '../../client/index.ts'
import { type RequestContext, dedupeKey } from '../../gateway/context.ts'
import { openDocuments } from '../../gateway/documents.ts'
import { type RunningServer, serve } from '../../gateway/server.ts'
import { isReady } from '../../subgraphs/hub/open.ts'
import { type TestHouse, openHouse } from '../whole.ts'

/** A house whose gateway can be stopped and started again at the same address. */
export interface Shop {
  house: TestHouse
  customer: string
  url(): string
  /** Starts the gateway; on the port that it had before. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Accepts one order, without a gateway, and gives its operation. */
  order(key: string): Promise<string>
  close(): Promise<void>
}

const PUSH = `mutation ($customer: ID!, $key: ID!) {
  pushOrder(input: { customer: $customer, lines: [{ sku: "DESK-160", quantity: "1" }] }, idempotencyKey: $key) {
    operation { id } } }`

/** Opens one with the sandbox of Odoo. */
export async function openShop(): Promise<Shop> {
  // An event is told once no older transaction of the server runs; the embedded database has those of this shop alone.
  const house = await openHouse({ only: ['odoo:main'], databaseUrl: null })
  await house.poll()
  const ask = '{ customers(first: 1) { nodes { id } } }'
  const { data } = await house.ask<{ customers: { nodes: { id: string }[] } }>(ask)
  const customer = data.customers.nodes[0]?.id ?? ''
  let server: RunningServer | null = null
  let port = 0
  const stop = async () => {
    await server?.stop()
    server = null
  }
  return {
    house,
    customer,
    url: () => `http://127.0.0.1:${port}/graphql`,
    async start() {
      server = await gatewayOf(house, port)
      port = server.port
    },
    stop,
    async order(key) {
      const pushed = await house.ask<{ pushOrder: { operation: { id: string } } }>(PUSH, { customer, key })
      return pushed.data.pushOrder.operation.id
    },
    async close() {
      await stop()
      await house.close()
    },
  }
}

async function gatewayOf({ hub, engine, contexts }: TestHouse, port: number): Promise<RunningServer> {
  const options = {
    engine,
    context: (authorization?: string, signal?: AbortSignal, id?: string) =>
      contexts.of(authorization, signal, id),
    dedupeKey,
    accept: null,
    ready: () => isReady(hub.db),
    documents: await openDocuments(),
  }
  return serve<RequestContext>(options, '127.0.0.1', port)
}

/** What a client sends over HTTP, and its sockets, so that a test can look and break them. */
export class Wire {
  readonly bodies: Record<string, unknown>[] = []
  readonly sockets: WebSocket[] = []
  /** Told of each new socket once it is open. */
  onOpen: (socket: WebSocket) => void = () => {}

  client(options: ClientOptions): Client {
    // oxlint-disable-next-line typescript/no-this-alias
    const wire = this
    class Watched extends WebSocket {
      constructor(address: string, protocols: string) {
        super(address, protocols)
        wire.sockets.push(this)
        this.once('open', () => wire.onOpen(this))
      }
    }
    const watched: typeof fetch = (input, init) => {
      this.bodies.push(JSON.parse(String(init?.body)) as Record<string, unknown>)
      return fetch(input, init)
    }
    return createClient({ fetch: watched, webSocket: Watched, ...options })
  }
}
