import { randomUUID } from 'node:crypto'
import { ERROR_CODES, type ErrorCode, ErpError } from '../../schema/errors.ts'
import type { WireRequest } from '../connector.ts'
import { type Http, type HttpAnswer, type HttpRequest, retryAfter } from '../http.ts'
import type { Json } from '../json.ts'
import { type Config, type Event, wordingOf } from './config.ts'
import type { Document } from './map.ts'
import { messageId, signBody, signStandard } from './sign.ts'
import { Template } from './template.ts'

const MAX_BODY_BYTES = 1024 * 1024
const HIDDEN = '•••'

/** Class and words by status; what is not here is VALIDATION below 500, and UNAVAILABLE from there on. */
const REFUSALS: Record<number, [ErrorCode, string]> = {
  401: ['AUTHENTICATION_FAILED', 'The endpoint refuses the signature or the Authorization header.'],
  403: ['AUTHENTICATION_FAILED', 'The endpoint refuses the signature or the Authorization header.'],
  404: ['NOT_FOUND', 'There is no endpoint at the address.'],
  405: ['NOT_FOUND', 'The address takes no POST.'],
  408: ['UNAVAILABLE', 'The endpoint took too long.'],
  409: ['CONFLICT', 'The endpoint has another document under this id.'],
  410: ['NOT_FOUND', 'The endpoint is gone for good; switch the connection off or change its address.'],
  413: ['VALIDATION', 'The document is too large for the endpoint.'],
  425: ['UNAVAILABLE', 'The endpoint is not ready yet.'],
  429: ['RATE_LIMITED', 'The endpoint wants fewer deliveries.'],
}

/** What an endpoint may say of a document in `code`: certain refusals of the document itself. */
const OWN_WORDS: ErrorCode[] = [
  'INVALID_CUSTOMER',
  'INVALID_ITEM',
  'MISSING_REQUIRED_FIELD',
  'DUPLICATE_ORDER',
  'PERMISSION_DENIED',
  'CONFLICT',
  'RECORD_LOCKED',
  'PERIOD_CLOSED',
  'CREDIT_HOLD',
  'NOT_FOUND',
  'MAPPING_MISSING',
  'VALIDATION',
]

/** The answer as JSON; an answer in any other form says nothing. */
function saidIn(answer: HttpAnswer): Record<string, Json> {
  try {
    const body = answer.json()
    return body !== null && typeof body === 'object' && !Array.isArray(body) ? body : {}
  } catch {
    return {}
  }
}

function classOf(status: number, event: string, code: Json | undefined): [ErrorCode, string] {
  const own = (status === 400 || status === 422) && OWN_WORDS.find((word) => word === code)
  if (own) return [own, `The endpoint refuses the document: ${ERROR_CODES[own].resolution}`]
  if (status === 409 && event === 'order.upsert')
    return ['DUPLICATE_ORDER', 'The endpoint has another order under this id.']
  const known = REFUSALS[status]
  if (known) return known
  if (status >= 500) return ['UNAVAILABLE', `The endpoint failed with ${status}.`]
  if (status < 400) return ['VALIDATION', `The endpoint answers ${status}; give the address it leads to.`]
  return ['VALIDATION', `The endpoint refuses the document with ${status}.`]
}

/** The way to one endpoint: what is posted there, how it is signed, and what its answers mean. */
export class Client {
  readonly #config: Config
  readonly #http: Http
  readonly #templates: Map<string, Template>

  constructor(config: Config, http: Http) {
    this.#config = config
    this.#http = http
    this.#templates = new Map(
      Object.entries(config.templates).map(([event, template]) => [event, new Template(template)]),
    )
  }

  /** Which events have a template. */
  get templated(): string[] {
    return [...this.#templates.keys()]
  }

  /** The delivery of a document: all attempts have the same body and id. Throws VALIDATION. */
  async delivery(event: Event, document: Document): Promise<HttpRequest> {
    const id = event === 'ping' ? `msg_${randomUUID()}` : messageId(event, document.id)
    const { statuses, connectionId = null, url } = this.#config
    const { status } = document
    const translated =
      typeof status === 'string' && Object.hasOwn(statuses, status) ? statuses[status] : status
    const data = status === undefined ? document : { ...document, status: translated }
    const [kind = ''] = event.split('.')
    const named = event === 'ping' ? {} : { [`${kind}_id`]: document.id }
    // The moment stands in webhook-timestamp alone: a repeat has the same body, so that its receiver can tell.
    const usual = { event, event_id: id, connection_id: connectionId, ...named, data }
    const template = this.#templates.get(event)
    const whole = template ? await template.fill(data, { event, eventId: id }) : usual
    const body = JSON.stringify(whole)
    if (Buffer.byteLength(body) > MAX_BODY_BYTES)
      throw new ErpError('VALIDATION', `The document is larger than ${MAX_BODY_BYTES} bytes.`)
    return this.#signed(url, event, id, body)
  }

  /** The delivery as a preview shows it: what differs from one attempt to the next, or is secret, is hidden. */
  async preview(event: Event, document: Document): Promise<WireRequest> {
    const { method, url, headers = {}, body = null } = await this.delivery(event, document)
    const hidden = ['webhook-signature', 'webhook-timestamp', 'authorization', this.#signatureHeader]
    const shown = Object.entries(headers).map(([name, value]) => [
      name,
      hidden.includes(name) ? HIDDEN : value,
    ])
    return { method, url, headers: Object.fromEntries(shown) as Record<string, string>, body }
  }

  /** Posts a document once; any 2xx is success, and so is a 409 that says "duplicate": true. */
  async deliver(event: Event, document: Document): Promise<Record<string, Json>> {
    const request = await this.delivery(event, document)
    const answer = await this.#http.send({ ...request, repeatable: event === 'ping' })
    if (answer.status >= 200 && answer.status < 300) return saidIn(answer)
    const said = saidIn(answer)
    if (answer.status === 409 && said.duplicate === true) return said
    throw this.#refused(answer, event, said)
  }

  /** Asks the look-up for our reference; null where the endpoint has never got it. */
  async lookUp(url: string, object: string, reference: string): Promise<Record<string, Json> | null> {
    const body = JSON.stringify({ type: 'lookup', object, reference })
    const request = this.#signed(url, 'lookup', `msg_${randomUUID()}`, body)
    const answer = await this.#http.send({ ...request, repeatable: true })
    if (answer.status !== 200) throw this.#refused(answer, 'lookup', saidIn(answer))
    const said = answer.json()
    if (said === null || typeof said !== 'object' || Array.isArray(said) || typeof said.found !== 'boolean')
      throw new ErpError('BAD_ANSWER', 'The look-up does not say "found": true or false.', {
        field: 'found',
        said: answer.text.slice(0, 300),
      })
    return said.found ? said : null
  }

  get #signatureHeader(): string {
    return wordingOf(this.#config).header.toLowerCase()
  }

  #signed(url: string, event: string, id: string, body: string): HttpRequest {
    const { secret, previousSecret, authorization, headers: own } = this.#config
    const at = String(Math.floor(Date.now() / 1000))
    const secrets = previousSecret ? [secret, previousSecret] : [secret]
    const headers: Record<string, string> = {
      ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name.toLowerCase(), value])),
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'erp-supergraph',
      [this.#signatureHeader]: signBody(secret, body, wordingOf(this.#config)),
      'webhook-id': id,
      'webhook-timestamp': at,
      'webhook-signature': signStandard(secrets, id, at, body),
      'idempotency-key': id,
      'webhook-event': event,
      'webhook-format': '1',
      ...(authorization && { authorization }),
    }
    return { method: 'POST', url, headers, body }
  }

  #refused(answer: HttpAnswer, event: string, body: Record<string, Json>): ErpError {
    const [code, message] = classOf(answer.status, event, body.code)
    const words = [body.message, answer.text].find((text) => typeof text === 'string' && text !== '')
    // The same document meets the same conflict again, unlike in an ERP whose record has moved on.
    const isConflict = code === 'CONFLICT' ? { retryable: false } : {}
    return new ErpError(code, message, {
      ...isConflict,
      ...(this.#config.retryAll && { retryable: true }),
      retryAfterMs: retryAfter(answer.headers),
      said: typeof words === 'string' ? words.slice(0, 300) : undefined,
      ...(typeof body.field === 'string' && { field: body.field }),
    })
  }
}
