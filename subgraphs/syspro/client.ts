import iconv from 'iconv-lite'
import { ErpError } from '../../schema/errors.ts'
import { type Auth, bearer } from '../auth.ts'
import type { WireRequest } from '../connector.ts'
import type { Http, HttpAnswer } from '../http.ts'
import { type Element, type Markup, documentOf, element, readXml } from '../xml.ts'
import type { Config } from './config.ts'
import { isLostSession, refusalOf, statusError } from './errors.ts'

/** A call of the service: its path, and what stands in its query beside the session, in this order. */
export interface Call {
  path: string
  query: [name: string, value: string][]
}

/** The 36 signs of a session: 32 hexadecimal digits, "00" and two blanks that belong to it. */
const SESSION = /^[0-9A-F]{32}/
const HIDDEN = '•••'
const POST_TIMEOUT_MS = 120_000
/** Nobody waits for a log-off longer than this; the server ends the session by itself some time. */
const LOGOFF_TIMEOUT_MS = 5_000
const NAMESPACE = 'http://www.w3.org/2001/XMLSchema-instance'

/** Signs that windows-1252 lacks leave as character references, so that nothing is lost. */
function fit(text: string): string {
  return text.replaceAll(/\P{ASCII}/gu, (sign) =>
    iconv.decode(iconv.encode(sign, 'win1252'), 'win1252') === sign ? sign : `&#${sign.codePointAt(0)};`,
  )
}

/** A document of a business object with the schema that it names. */
export function xmlOf(root: string, schema: string, content: Markup[]): string {
  const attributes = { 'xmlns:xsd': NAMESPACE, 'xsd:noNamespaceSchemaLocation': schema }
  return fit(documentOf(element(root, content, attributes), 'Windows-1252'))
}

/** One text element after the other; null and undefined make none. */
export function fields(values: Record<string, string | null | undefined>): Markup[] {
  return Object.entries(values).flatMap(([name, value]) => element(name, value))
}

/** A body may be bare, in JSON quotes or in a <string> element, depending on the installation. */
function unwrapped(text: string): string {
  if (text.startsWith('"')) {
    try {
      return String(JSON.parse(text))
    } catch {
      return text
    }
  }
  return /^\s*<string[\s>]/.test(text) ? readXml(text).text : text
}

/** The wire: GET with everything in the query, one session per operator, errors as text with status 200. */
export class Client {
  readonly config: Config
  readonly #http: Http
  readonly #auth: Auth
  /** The session that was used last; it holds a licence seat until it is logged off. */
  #session: string | null = null

  constructor(config: Config, http: Http) {
    this.config = config
    this.#http = http
    this.#auth = bearer(http, async () => ({
      accessToken: await this.#logon(),
      expiresAt: Date.now() + config.sessionMinutes * 60_000,
    }))
  }

  /** A query object's answer: its root element. */
  async query(object: string, schemaRoot: string, content: Markup[]): Promise<Element> {
    const xml = xmlOf(schemaRoot, `${object}.XSD`, content)
    const text = await this.#send(
      {
        path: 'Query/Query',
        query: [
          ['BusinessObject', object],
          ['XmlIn', xml],
        ],
      },
      true,
    )
    return answerOf(text)
  }

  /** Whether an address with this query would still be taken by the server. */
  fits(object: string, content: Markup[]): boolean {
    const xml = xmlOf('Query', `${object}.XSD`, content)
    return (
      this.#address(
        {
          path: 'Query/Query',
          query: [
            ['BusinessObject', object],
            ['XmlIn', xml],
          ],
        },
        ' '.repeat(36),
      ).length <= this.config.maxUrl
    )
  }

  /** A text of the service that needs a session, such as the profile of the log-on. */
  text(path: string): Promise<string> {
    return this.#send({ path, query: [] }, true)
  }

  /** Sends a transaction or a set-up once, never again by itself, and gives its root element. */
  async write(call: Call): Promise<Element> {
    return answerOf(await this.#send(call, false))
  }

  /** The request as it will go out, without its session. VALIDATION where it is longer than the server takes. */
  shown(call: Call): WireRequest {
    this.checkLength(call)
    return {
      method: 'GET',
      url: this.#address(call, HIDDEN).replace(encodeURIComponent(HIDDEN), HIDDEN),
      headers: {},
      body: null,
    }
  }

  /** Fails with VALIDATION where the address is longer than the server takes. */
  checkLength(call: Call): void {
    const { length } = this.#address(call, ' '.repeat(36))
    if (length <= this.config.maxUrl) return
    throw new ErpError(
      'VALIDATION',
      `The document makes an address of ${length} signs; the server takes ${this.config.maxUrl}.`,
      { field: 'lines' },
    )
  }

  /** The version of SYSPRO; needs no session. */
  async version(): Promise<string | null> {
    const answer = await this.#http.send({ method: 'GET', url: `${this.config.url}/GetVersion` })
    if (answer.status !== 200) throw statusError(answer)
    return /\d+(\.\d+)+/.exec(unwrapped(answer.text))?.[0] ?? null
  }

  /** Logs off, so that the licence seat is free for others. What cannot be reached is left to the server. */
  async close(): Promise<void> {
    const session = this.#session
    this.#session = null
    if (session === null) return
    const request = {
      method: 'GET' as const,
      url: this.#address({ path: 'Logoff', query: [] }, session),
      repeatable: false,
      timeoutMs: LOGOFF_TIMEOUT_MS,
      secrets: [session],
    }
    await this.#http.send(request).catch(() => null)
  }

  #address({ path, query }: Call, session: string): string {
    const all: [string, string][] = [['UserId', session], ...query]
    return `${this.config.url}/${path}?${all.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`
  }

  /** With a session; a lost one is renewed once. A refused session means that nothing was done. */
  async #send(call: Call, repeatable: boolean): Promise<string> {
    const headers = await this.#auth.headers({ method: 'GET', url: this.config.url })
    const first = await this.#once(call, headers, repeatable)
    if (first !== null) return first
    await this.#auth.renew?.(headers)
    const again = await this.#once(
      call,
      await this.#auth.headers({ method: 'GET', url: this.config.url }),
      repeatable,
    )
    if (again !== null) return again
    throw new ErpError(
      'AUTHENTICATION_FAILED',
      'SYSPRO ends every session at once; another log-on uses this operator.',
    )
  }

  /** The text of an answer; null where the session is gone. */
  async #once(call: Call, headers: Record<string, string>, repeatable: boolean): Promise<string | null> {
    const session = headers.authorization?.slice('Bearer '.length) ?? ''
    this.#session = session
    const answer = await this.#http.send({
      method: 'GET',
      url: this.#address(call, session),
      headers: {},
      repeatable,
      ...(repeatable ? {} : { timeoutMs: POST_TIMEOUT_MS }),
      secrets: [session],
    })
    const text = textOf(answer)
    if (isLostSession(text)) return null
    if (text.startsWith('ERROR:')) throw refusalOf(text.slice('ERROR:'.length))
    return text
  }

  async #logon(): Promise<string> {
    const { operator, operatorPassword, company, companyPassword } = this.config
    const query = Object.entries({
      Operator: operator,
      OperatorPassword: operatorPassword,
      CompanyId: company,
      CompanyPassword: companyPassword,
    })
    const url = `${this.config.url}/Logon?${query.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&')}`
    const answer = await this.#http.send({
      method: 'GET',
      url,
      confidential: true,
      secrets: [operatorPassword, companyPassword],
    })
    const text = textOf(answer)
    if (SESSION.test(text)) return text.slice(0, 36)
    if (!text.startsWith('ERROR:'))
      throw new ErpError('BAD_ANSWER', 'The log-on answers neither a session nor an error.')
    const refused = refusalOf(text.slice('ERROR:'.length))
    if (refused.code === 'UNAVAILABLE' || refused.code === 'PERMISSION_DENIED') throw refused
    throw new ErpError('AUTHENTICATION_FAILED', `SYSPRO refuses the log-on: ${refused.said}`, {
      said: refused.said,
    })
  }
}

function textOf(answer: HttpAnswer): string {
  if (answer.status !== 200) throw statusError(answer)
  return unwrapped(answer.text)
}

/** The root of an answer; what lacks the attributes that SYSPRO gives every root is somebody else's page. */
function answerOf(text: string): Element {
  const root = readXml(text)
  if (root.attributes.Language !== undefined || root.attributes.Version !== undefined) return root
  throw new ErpError('BAD_ANSWER', `The answer is no document of SYSPRO but <${root.name}>.`)
}
