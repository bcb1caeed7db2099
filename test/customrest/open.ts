import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'
import type { Erp } from '../../subgraphs/connector.ts'
import { Client } from '../../subgraphs/customrest/client.ts'
import { config } from '../../subgraphs/customrest/config.ts'
import { customrest } from '../../subgraphs/customrest/index.ts'
import { load } from '../../subgraphs/customrest/load.ts'
import { Outbound } from '../../subgraphs/http.ts'

/** What the small server of a test got. */
export interface Got {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

/** What it answers; a body that is no text is sent as JSON. */
export interface Said {
  status?: number
  headers?: Record<string, string>
  body?: unknown
}

/** A server whose answers a test words itself, one function at a time. */
export class Room {
  got: Got[] = []
  say: (got: Got) => Said = () => ({ body: {} })
  readonly #outs: Outbound[] = []
  #server: Server | undefined

  constructor() {
    beforeAll(async () => {
      this.#server = createServer((request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          const { method = '', url = '', headers } = request
          const got = { method, url, headers, body: Buffer.concat(chunks).toString() }
          this.got.push(got)
          const { status = 200, headers: more, body } = this.say(got)
          const text = typeof body === 'string' ? body : JSON.stringify(body ?? null)
          response.writeHead(status, { 'content-type': 'application/json', ...more }).end(text)
        })
      }).listen(0, '127.0.0.1')
      await new Promise((resolve) => this.#server?.once('listening', resolve))
    })
    afterAll(async () => {
      await Promise.all(this.#outs.map((out) => out.close()))
      this.#server?.closeAllConnections()
      this.#server?.close()
    })
  }

  get url(): string {
    const address = this.#server?.address() as AddressInfo | undefined
    return `http://127.0.0.1:${address?.port ?? 0}`
  }

  /** A connection to this server with the given manifest. */
  open(manifest: object, more: Record<string, unknown> = {}): { erp: Erp; client: Client } {
    this.got = []
    const values = config.parse({ url: this.url, manifest, ...more })
    const out = new Outbound({
      connection: 'customrest:test',
      limits: { ...customrest.limits, perSecond: undefined },
      vault: { read: () => Promise.resolve(null), renew: (renew) => renew(null) },
      allowHosts: [new URL(this.url).host],
      secrets: [],
    })
    this.#outs.push(out)
    const loaded = load(values.manifest, values.units)
    return { erp: customrest.connect(values, out), client: new Client(values, loaded, out) }
  }
}

/** The least manifest, with these capabilities. */
export function small(capabilities: object, more: object = {}): Record<string, unknown> {
  return {
    manifestVersion: 1,
    id: 'small-erp',
    version: '1.0.0',
    name: 'Small ERP',
    http: { baseUrl: '${config.url}', allowedHosts: ['127.0.0.1'] },
    auth: { kind: 'none' },
    capabilities,
    ...more,
  }
}
