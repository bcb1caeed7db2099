import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ErpError } from '../schema/errors.ts'
import type { Limits } from '../subgraphs/connector.ts'
import {
  type Call,
  type Exchange,
  type HttpAnswer,
  type HttpRequest,
  Outbound,
  asCall,
} from '../subgraphs/http.ts'
import { memoryVault } from './contract/tap.ts'

/** What a wire server does with the nth request, counted from 1. */
export type Play = (request: IncomingMessage, response: ServerResponse, nth: number) => void

/** A real server that answers as `play` says, and a way out to it. */
export interface Wire {
  url: string
  port: number
  /** "METHOD path" of each request that came. */
  got: string[]
  exchanges: Exchange[]
  way: Outbound
  send(request?: Partial<HttpRequest>, call?: Partial<Call>): Promise<HttpAnswer>
}

const LIMITS: Limits = { parallel: 8, batch: 50, timeoutMs: 10_000 }

/** Opens wires and closes them all. */
export class Wires {
  readonly #servers: Server[] = []
  readonly #ways: Outbound[] = []

  async open(play: Play, limits: Partial<Limits> = {}, secrets: string[] = []): Promise<Wire> {
    const got: string[] = []
    const server = createServer((request, response) => {
      got.push(`${request.method} ${request.url}`)
      const nth = got.length
      request.resume().on('end', () => play(request, response, nth))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    this.#servers.push(server)
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}`
    const way = this.way({ ...LIMITS, ...limits }, [`127.0.0.1:${port}`], secrets)
    const exchanges: Exchange[] = []
    const send = (request: Partial<HttpRequest> = {}, call: Partial<Call> = {}) =>
      asCall({ lane: 'live', record: (exchange) => exchanges.push(exchange), ...call }, () =>
        way.send({ method: 'GET', url: `${url}/x`, ...request }),
      )
    return { url, port, got, exchanges, way, send }
  }

  way(limits: Limits, allowHosts: string[], secrets: string[] = []): Outbound {
    const way = new Outbound({ connection: 'acme:main', limits, vault: memoryVault(), allowHosts, secrets })
    this.#ways.push(way)
    return way
  }

  async close(): Promise<void> {
    await Promise.all(this.#ways.map((way) => way.close()))
    for (const server of this.#servers) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

/** The ErpError that a promise ends with; throws anything else. */
export async function failure(work: Promise<unknown>): Promise<ErpError> {
  const end = await work.then(
    (value) => new Error(`It ended well, with ${JSON.stringify(value)?.slice(0, 200)}.`),
    (error: unknown) => error,
  )
  if (end instanceof ErpError) return end
  throw end
}

/** Answers with a status and a body. */
export function reply(status: number, body = '{}', headers: Record<string, string> = {}): Play {
  return (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
}
