import type { IncomingMessage } from 'node:http'

/** The names under which this server may be called, so that a web page cannot reach it by DNS rebinding. */
export class Names {
  readonly #allowed: Set<string>

  constructor(configured: string[]) {
    this.#allowed = new Set([
      'localhost',
      '127.0.0.1',
      '[::1]',
      ...configured.map((name) => name.toLowerCase()),
    ])
  }

  /** Whether the Host header, and the Origin where there is one, name this server. */
  accept(request: IncomingMessage): boolean {
    const { host, origin } = request.headers
    if (!this.names(host)) return false
    return origin === undefined || this.#allowed.has(hostname(origin))
  }

  /** Whether a Host header names this server. */
  names(host: string | undefined): boolean {
    return host !== undefined && this.#allowed.has(hostname(`http://${host}`))
  }
}

function hostname(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.toLowerCase() : ''
}
