import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { isLoopback } from '../config.ts'
import type { Names } from '../subgraphs/names.ts'

/** How long a browser may keep the answer of a preflight, in seconds; Chromium keeps none longer. */
const PREFLIGHT_S = 7200

/**
 * The web pages of other addresses that may read /graphql: those that the operator lists, and in the demo every
 * page of this machine. A page sends its key itself and never a cookie, so credentials are not allowed.
 */
export class Origins {
  readonly #listed: Set<string>
  readonly #loopback: boolean

  constructor(listed: string[], options: { loopback: boolean }) {
    this.#listed = new Set(listed)
    this.#loopback = options.loopback
  }

  /** Whether pages of an origin, as a browser writes it, may read answers. */
  allows(origin: string): boolean {
    if (this.#listed.has(origin)) return true
    if (!this.#loopback || !URL.canParse(origin)) return false
    return isLoopback(new URL(origin).hostname.replace(/^\[|\]$/g, ''))
  }

  /** Whether Host names this server, and Origin, where there is one, this server or a page that may read. */
  accept(request: IncomingMessage, names: Names): boolean {
    const { host, origin } = request.headers
    return names.accept(request) || (names.names(host) && origin !== undefined && this.allows(origin))
  }

  /** Lets browsers show answers of /graphql to these pages, and answers their preflights. */
  routes(app: FastifyInstance): void {
    app.addHook('onRequest', async (request, reply) => {
      if (request.url.split('?')[0] !== '/graphql') return
      reply.header('vary', 'Origin')
      const { origin } = request.headers
      if (origin === undefined || !this.allows(origin)) return
      reply
        .header('access-control-allow-origin', origin)
        .header('access-control-expose-headers', 'retry-after, x-request-id')
      if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return
      await reply
        .code(204)
        .header('access-control-allow-methods', 'GET, POST')
        .header('access-control-allow-headers', 'authorization, content-type')
        .header('access-control-max-age', PREFLIGHT_S)
        .send()
    })
  }
}
