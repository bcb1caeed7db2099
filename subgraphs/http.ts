import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { Agent, type Dispatcher, request as undiciRequest } from 'undici'
import { ErpError } from '../schema/errors.ts'
import { guardedConnect, refuseAddress } from './address.ts'
import { Budget, type Lane } from './budget.ts'
import { bodyText, textOf } from './charset.ts'
import type { Limits } from './connector.ts'
import { type Json, parseExact } from './json.ts'
import type { Meter } from './meter.ts'
import { tellSent } from './sent.ts'
import { bytesOf, unpacked } from './unpack.ts'
import type { Trust } from './way.ts'

/** A request to an ERP. Reads that use POST set `repeatable`, so that a lost one is sent again. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Absolute address. */
  url: string
  headers?: Record<string, string>
  body?: string | null
  /** The body in bytes, instead of `body`, where it is no UTF-8; a log shows it as text. */
  bytes?: Uint8Array
  /** True when sending it twice does no harm. GET is, unless this says false. */
  repeatable?: boolean
  /** Milliseconds; the connector's own limit when left out. */
  timeoutMs?: number
  /** True when body and answer carry credentials: neither is written down. */
  confidential?: boolean
  /** Texts of this request alone that must never be seen in a log, such as a session id in its body. */
  secrets?: string[]
}

/** What came back. `json()` keeps numbers as text and throws BAD_ANSWER for anything but JSON. */
export interface HttpAnswer {
  status: number
  /** Lower-case names; repeated headers joined by ", ", set-cookie by newline. */
  headers: Record<string, string>
  text: string
  json(): Json
}

/** Tokens that must survive a restart: read them, or replace them under a lock that all workers share. */
export interface Vault {
  read(): Promise<Record<string, string> | null>
  /** Runs `renew` under the lock with the newest stored tokens; what it gives is saved before it is used. */
  renew(
    renew: (stored: Record<string, string> | null) => Promise<Record<string, string>>,
  ): Promise<Record<string, string>>
}

/** One request and its answer, redacted, as the sync log shows it. */
export interface Exchange {
  request: { method: string; url: string; body: string | null }
  /** `requestId` is what the provider calls the request, where it tells. */
  response: { status: number; body: string; requestId?: string | null } | null
  error: string | null
  startedAt: string
  durationMs: number
}

/** Who is asking: decides the lane, the deadline and where the exchanges are written down. */
export interface Call {
  lane: Lane
  signal?: AbortSignal
  record?: (exchange: Exchange) => void
}

/** A connector's only way out. */
export interface Http {
  send(request: HttpRequest): Promise<HttpAnswer>
  vault: Vault
}

/** What the way out of one connection needs to know. */
export interface HttpOptions {
  connection: string
  limits: Limits
  /** Where several processes count together; this one alone when left out. */
  meter?: Meter | null
  vault: Vault
  /** "host:port" of private addresses that the operator allows. */
  allowHosts: string[]
  /** Texts that must never be seen in a log. */
  secrets: string[]
  /** Certificates of this connection's own. */
  trust?: Trust | null
}

/** Letters of an answer that are written down; twice as many are looked through, so no secret is cut in two. */
const MAX_SHOWN = 20_000
const ATTEMPTS = 3
const calls = new AsyncLocalStorage<Call>()

/** Runs `work` so that every request it sends, however deep, belongs to `call`. */
export function asCall<T>(call: Call, work: () => Promise<T>): Promise<T> {
  return calls.run(call, work)
}

/** How a secret may stand in a text: plain, inside JSON, in an address, in a form, in base64. */
function spellings(secret: string): string[] {
  const address = encodeURIComponent(secret.toWellFormed())
  const form = new URLSearchParams({ s: secret }).toString().slice(2)
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '')
  return [...new Set([secret, JSON.stringify(secret).slice(1, -1), address, form, base64])]
}

/** Replaces every known secret in a text, however it is spelled there. */
export function redact(text: string, secrets: string[]): string {
  return secrets
    .filter((secret) => secret.length > 3)
    .flatMap(spellings)
    .toSorted((one, other) => other.length - one.length)
    .reduce((out, secret) => out.replaceAll(secret, '•••'), text)
}

/**
 * Milliseconds until `Retry-After` (seconds or a date) allows the next request; undefined without one. Vendors
 * have headers of their own that end in the same words; the longest wait counts.
 */
export function retryAfter(headers: Record<string, string>, now = Date.now()): number | undefined {
  const waits = Object.entries(headers).flatMap(([name, value]) => {
    if (!name.endsWith('retry-after')) return []
    const date = /[a-z]{3}|\dT\d/i.test(value) ? Date.parse(value) - now : NaN
    const ms = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) * 1000 : date
    return Number.isFinite(ms) ? [Math.max(0, Math.ceil(ms))] : []
  })
  return waits.length > 0 ? Math.max(...waits) : undefined
}

/** Headers in which vendors name a request, as their support asks for it. */
const REQUEST_IDS = [
  ...['x-request-id', 'request-id', 'x-requestid', 'intuit_tid', 'xero-correlation-id', 'x-correlation-id'],
  ...['x-ms-request-id', 'ms-correlation-x', 'x-netsuite-operationid', 'sap-passport', 'x-amzn-requestid'],
]

function requestIdOf(headers: Record<string, string>): string | null {
  const name = REQUEST_IDS.find((one) => headers[one])
  return (name && headers[name]?.slice(0, 200)) || null
}

/** A connection's way out: timeout, repeats for reads, rate budget, breaker, address guard, redaction. */
export class Outbound implements Http {
  readonly vault: Vault
  readonly budget: Budget
  readonly #agent: Agent
  readonly #options: HttpOptions

  constructor(options: HttpOptions) {
    this.#options = options
    this.vault = options.vault
    this.budget = new Budget(options.limits, options.connection, options.meter)
    this.#agent = new Agent({
      connections: options.limits.parallel,
      keepAliveTimeout: 10_000,
      connect: guardedConnect(options.allowHosts, options.trust),
    })
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const call = calls.getStore() ?? { lane: 'background' }
    refuseAddress(request.url, this.#options.allowHosts)
    const repeatable = request.repeatable ?? request.method === 'GET'
    for (let attempt = 1; ; attempt += 1) {
      const last = !repeatable || attempt >= ATTEMPTS
      const answer = await this.budget
        .run(call.lane, call.signal, () => this.#once(request, call))
        .catch((error: unknown) => {
          if (last || call.signal?.aborted || !isLost(error)) throw error
        })
      if (answer && (last || !isBusy(answer.status))) return answer
      const pause = (answer && retryAfter(answer.headers)) ?? 50 * 2 ** attempt * Math.random()
      if (answer && pause > 1000) return answer
      await wait(pause, undefined, { signal: call.signal }).catch(() => {
        throw this.#stopped()
      })
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  async #once(request: HttpRequest, call: Call): Promise<HttpAnswer> {
    const { connection } = this.#options
    const started = Date.now()
    const exchange: Exchange = {
      request: {
        method: request.method,
        url: request.url,
        body: seen(request, bodyText(request, 2 * MAX_SHOWN)),
      },
      response: null,
      error: null,
      startedAt: new Date(started).toISOString(),
      durationMs: 0,
    }
    try {
      const answer = await this.#exchange(request, call.signal)
      const body = seen(request, answer.text.slice(0, 2 * MAX_SHOWN))
      exchange.response = { status: answer.status, body, requestId: requestIdOf(answer.headers) }
      return answer
    } catch (error) {
      exchange.error = error instanceof Error ? error.message : String(error)
      throw error
    } finally {
      exchange.durationMs = Date.now() - started
      tellSent({ connection, status: exchange.response?.status ?? null, durationMs: exchange.durationMs })
      call.record?.(this.#redacted(exchange, request.secrets ?? []))
    }
  }

  #redacted({ request, response, error, ...rest }: Exchange, more: string[]): Exchange {
    const hide = (text: string): string => redact(text, [...this.#options.secrets, ...more])
    return {
      ...rest,
      request: { ...request, url: hide(request.url), body: request.body && hide(request.body) },
      response: response && {
        ...response,
        body: hide(response.body).slice(0, MAX_SHOWN),
        requestId: response.requestId && hide(response.requestId),
      },
      error: error && hide(error),
    }
  }

  async #exchange(request: HttpRequest, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    const timeoutMs = request.timeoutMs ?? this.#options.limits.timeoutMs
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const answer = await undiciRequest(request.url, {
        method: request.method,
        headers: request.headers,
        body: request.bytes ?? request.body ?? null,
        dispatcher: this.#agent,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      const bytes = await bytesOf(answer.body)
      return toAnswer(answer, unpacked(bytes, answer.headers['content-encoding']))
    } catch (error) {
      throw this.#lost(error, timeout.aborted ? timeoutMs : null, signal)
    }
  }

  #stopped(): ErpError {
    const { connection } = this.#options
    return new ErpError('DEADLINE_EXCEEDED', 'The caller stopped waiting.', { connection })
  }

  #lost(error: unknown, timeoutMs: number | null, signal: AbortSignal | undefined): ErpError {
    const connection = this.#options.connection
    if (error instanceof ErpError) return error
    if (timeoutMs !== null) {
      return new ErpError('DEADLINE_EXCEEDED', `${connection} did not answer within ${timeoutMs} ms.`, {
        connection,
      })
    }
    if (signal?.aborted) return this.#stopped()
    const said =
      error instanceof Error ? `${error.message} ${String((error as NodeJS.ErrnoException).code ?? '')}` : ''
    return new ErpError('UNAVAILABLE', `${connection} cannot be reached.`, {
      connection,
      said: redact(said, this.#options.secrets),
    })
  }
}

function seen<T extends string | null>(request: HttpRequest, body: T): T | string {
  return request.confidential && body ? '•••' : body
}

function isLost(error: unknown): boolean {
  return error instanceof ErpError && error.code === 'UNAVAILABLE' && error.retryAfterMs === undefined
}

function isBusy(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504
}

function toAnswer(answer: Dispatcher.ResponseData, bytes: Buffer): HttpAnswer {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value === undefined) continue
    headers[name] = Array.isArray(value) ? value.join(name === 'set-cookie' ? '\n' : ', ') : value
  }
  const text = textOf(bytes, headers['content-type'])
  return { status: answer.statusCode, headers, text, json: () => parseExact(text) }
}
