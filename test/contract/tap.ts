import {
  type Exchange,
  type Http,
  type HttpAnswer,
  type HttpRequest,
  type Outbound,
  type Vault,
  asCall,
} from '../../subgraphs/http.ts'

/** Stands for the end of a process: whoever holds the tap sends nothing more. */
export class Killed extends Error {
  override name = 'Killed'
}

/** What may happen to the nth write of a connection, counted from 1. */
export interface Blow {
  nth: number
  /** before: the process dies before it is sent. after: the process dies once the answer has come. */
  when: 'before' | 'after'
  /** Instead of dying: sets a fault, so that the request meets it on the wire. */
  instead?: () => void
}

/** True for a request that may be sent only once, and does more than fetch credentials. */
export function isWrite(request: HttpRequest): boolean {
  return !(request.repeatable ?? request.method === 'GET') && !request.confidential
}

/** A look at the wire between a connector and its real way out: what was sent, what was written down. */
export class Tap implements Http {
  readonly vault: Vault
  readonly sent: HttpRequest[] = []
  readonly exchanges: Exchange[] = []
  /** Milliseconds after which every request is given up; the connector's own when null. */
  patienceMs: number | null = null
  blow: Blow | null = null
  readonly #way: Outbound
  #writes = 0
  #dead = false

  constructor(way: Outbound) {
    this.#way = way
    this.vault = way.vault
  }

  /** The requests so far that may be sent only once. */
  get writes(): HttpRequest[] {
    return this.sent.filter(isWrite)
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    if (this.#dead) throw new Killed('The process has ended.')
    const struck = isWrite(request) && ++this.#writes === this.blow?.nth ? this.blow : null
    if (struck?.instead) struck.instead()
    else if (struck?.when === 'before') this.#die()
    this.sent.push(request)
    const timeoutMs = this.patienceMs ?? request.timeoutMs
    const answer = await asCall({ lane: 'live', record: (exchange) => this.exchanges.push(exchange) }, () =>
      this.#way.send({ ...request, timeoutMs }),
    )
    if (struck && !struck.instead) this.#die()
    return answer
  }

  close(): Promise<void> {
    return this.#way.close()
  }

  #die(): never {
    this.#dead = true
    throw new Killed('The process has ended.')
  }
}

/** A vault in memory with the lock that the real one has; it outlives the connections that use it. */
export function memoryVault(): Vault & { renewals: number } {
  let stored: Record<string, string> | null = null
  let last: Promise<unknown> = Promise.resolve()
  return {
    renewals: 0,
    read: () => Promise.resolve(stored),
    renew(renew) {
      const next = last.then(async () => {
        this.renewals += 1
        stored = await renew(stored)
        return stored
      })
      last = next.catch(() => undefined)
      return next
    },
  }
}
