import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { WireRequest } from '../connector.ts'
import type { Http } from '../http.ts'
import { shaped } from '../shape.ts'
import { type Element, type Markup, at, childrenOf, documentOf, element, readXml, textAt } from '../xml.ts'
import { type Client, WRITE_TIMEOUT_MS } from './client.ts'
import { errorOf, faultIn, gatewayFault } from './errors.ts'

/** An open session: its calls go to the endpoint that came with it. */
interface Session {
  id: string
  endpoint: string
  /** Milliseconds since 1970. */
  endsAt: number
}

/** What one request of the gateway does. */
export interface Work {
  /** Never checked by the gateway; it tells calls apart in its log. */
  controlId: string
  functions: Markup[]
  /** True where a function whose control id was completed before shall be refused. */
  unique: boolean
  /** True for reads: sending it twice does no harm. */
  repeatable: boolean
  /** All functions or none. */
  transaction?: boolean
}

/** Sessions are renewed this early; https://developer.intacct.com/api/company-console/api-sessions/ */
const EARLY_MS = 120_000
const opened = z.object({
  'ia::result': z.object({ sessionId: z.string().min(1), expiresIn: z.string().regex(/^\d+$/).optional() }),
})
const HEADERS = { 'content-type': 'application/xml', accept: 'application/xml' }

/** One function of a request. */
export function functionOf(controlId: string, content: Markup[]): Markup[] {
  return element('function', content, { controlid: controlId })
}

/** Sender credentials may only go where the operator's own address points. */
function sameHouse(endpoint: string, url: string): boolean {
  if (!URL.canParse(endpoint)) return false
  const [theirs, ours] = [new URL(endpoint), new URL(url)]
  const house = (host: string) => host.split('.').slice(-2).join('.')
  const near = /^[\d.]+$|:|^localhost$/.test(ours.hostname)
    ? theirs.host === ours.host
    : house(theirs.hostname) === house(ours.hostname)
  return theirs.protocol === ours.protocol && near
}

/** When a session will end, as the answer to each call says anew; both of its times are the server's. */
function endOf(root: Element): number | null {
  const [from, until] = ['sessiontimestamp', 'sessiontimeout'].map((name) =>
    Date.parse(textAt(root, 'operation', 'authentication', name) ?? ''),
  )
  return from && until ? Date.now() + until - from : null
}

/**
 * The XML gateway, for what REST cannot do: several objects in one transaction, each function at most once, and
 * payments with their parts. Its session is made from the REST token, so nobody signs in twice.
 * https://developer.intacct.com/web-services/requests/
 */
export class Gateway {
  readonly #client: Client
  readonly #http: Http
  #session: Session | null = null
  #opening: Promise<Session> | null = null

  constructor(client: Client, http: Http) {
    this.#client = client
    this.#http = http
  }

  /** The request as it will go out. */
  async request(work: Work): Promise<WireRequest> {
    return this.#requestOf(work, await this.#open(null))
  }

  /** The request as a person may see it, byte for byte but for its secrets. */
  async shown(work: Work): Promise<WireRequest> {
    const { endpoint } = await this.#open(null)
    const auth = element('sessionid', '•••')
    return { method: 'POST', url: endpoint, headers: HEADERS, body: this.#document(work, auth, '•••') }
  }

  /** Runs the functions and gives their results in order; throws the error of the first that failed. */
  async run(work: Work): Promise<Element[]> {
    const session = await this.#open(null)
    const first = await this.#send(work, session)
    const fault = gatewayFault(first)
    if (!fault) return this.#results(first)
    // What was refused for its session has not been executed.
    if (!fault.authentication) throw errorOf(fault.fault, 200)
    const again = await this.#send(work, await this.#open(session))
    const still = gatewayFault(again)
    if (!still) return this.#results(again)
    const error = errorOf(still.fault, 200)
    throw still.authentication
      ? new ErpError('AUTHENTICATION_FAILED', error.message, { said: error.said })
      : error
  }

  /** In a rolled back transaction the culprit is "failure" and all others are "aborted". */
  #results(root: Element): Element[] {
    const results = childrenOf(at(root, 'operation'), 'result')
    const failed =
      results.find((one) => textAt(one, 'status') === 'failure') ??
      results.find((one) => textAt(one, 'status') !== 'success')
    if (failed) {
      const none = { codes: [], said: 'The function failed without a word.' }
      throw errorOf(faultIn(at(failed, 'errormessage')) ?? none, 200)
    }
    if (results.length === 0)
      throw new ErpError('BAD_ANSWER', 'The gateway answered without a result.', { field: 'result' })
    return results
  }

  #document({ controlId, functions, unique, transaction }: Work, who: Markup[], password: string): string {
    const { senderId } = this.#client.config
    const control = [
      ...element('senderid', senderId),
      ...element('password', password),
      ...element('controlid', controlId),
      ...element('uniqueid', String(unique)),
      ...element('dtdversion', '3.0'),
      ...element('includewhitespace', 'false'),
      ...element('showadditionalerrorinfo', 'true'),
    ]
    const operation = element(
      'operation',
      [...element('authentication', who), ...element('content', functions)],
      transaction ? { transaction: 'true' } : {},
    )
    return documentOf(element('request', [...element('control', control), ...operation]))
  }

  #requestOf(work: Work, { id, endpoint }: Session): WireRequest {
    const { senderPassword } = this.#client.config
    const body = this.#document(work, element('sessionid', id), senderPassword)
    return { method: 'POST', url: endpoint, headers: HEADERS, body }
  }

  async #send(work: Work, session: Session): Promise<Element> {
    const root = await this.#exchange(this.#requestOf(work, session), work.repeatable, [session.id])
    session.endsAt = endOf(root) ?? session.endsAt
    return root
  }

  async #exchange(request: WireRequest, repeatable: boolean, secrets: string[]): Promise<Element> {
    const answer = await this.#http.send({
      ...request,
      method: 'POST',
      repeatable,
      secrets,
      ...(secrets.length === 0 && { confidential: true }),
      ...(!repeatable && { timeoutMs: WRITE_TIMEOUT_MS }),
    })
    const { status, text, headers } = answer
    // An old session may also be told by 498 or 401 without a body.
    if (status === 498 || status === 401) return readXml(ENDED)
    const root = /<(response|errormessage)[\s>]/.test(text) && status < 500 ? readXml(text) : null
    if (root && status >= 200 && status < 300) return root
    if (status < 200 || status >= 300) {
      const found = root && gatewayFault(root)
      if (root && found?.authentication) return root
      // With 400 this word is about the session, and about nothing that was asked.
      if (status === 400 && found?.fault.codes.includes('invalidRequest')) return readXml(ENDED)
      throw errorOf(found?.fault ?? { codes: [], said: '' }, status, headers)
    }
    if (/API rate limit exceeded/i.test(text))
      throw errorOf({ codes: [], said: text.slice(0, 200) }, 429, headers)
    throw new ErpError('BAD_ANSWER', 'The gateway answered no XML of its own.', { said: text.slice(0, 300) })
  }

  #open(refused: Session | null): Promise<Session> {
    const now = this.#session
    if (now && now !== refused && now.endsAt - EARLY_MS > Date.now()) return Promise.resolve(now)
    this.#opening ??= this.#start()
      .then((session) => (this.#session = session))
      .finally(() => (this.#opening = null))
    return this.#opening
  }

  /** The token gives a session, and that session the endpoint to which its calls must go. */
  async #start(): Promise<Session> {
    const { url, entity } = this.#client.config
    const answer = await this.#client.secret('/services/core/session/id')
    const { sessionId, expiresIn } = shaped(opened, answer, 'The session')['ia::result']
    const ask = element('getAPISession', element('locationid', entity))
    const work = {
      controlId: 'session',
      functions: functionOf('session', ask),
      unique: false,
      repeatable: true,
    }
    const first = { id: sessionId, endpoint: `${url}/ia/xml/xmlgw.phtml`, endsAt: 0 }
    const root = await this.#exchange(this.#requestOf(work, first), true, [])
    const fault = gatewayFault(root)
    if (fault) throw errorOf(fault.fault, 200)
    const api = at(this.#results(root)[0], 'data', 'api')
    const [id, endpoint] = [textAt(api, 'sessionid'), textAt(api, 'endpoint')]
    if (id === null || endpoint === null || !sameHouse(endpoint, url))
      throw new ErpError('BAD_ANSWER', 'The gateway gave no session at an address of its own.', {
        field: 'endpoint',
      })
    return { id, endpoint, endsAt: endOf(root) ?? Date.now() + Number(expiresIn ?? 3600) * 1000 }
  }
}

const ENDED = `<response><control><status>success</status></control><operation><authentication><status>failure</status>
</authentication></operation></response>`
