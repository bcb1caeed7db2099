import { randomUUID } from 'node:crypto'
import { Answered } from '../../refusal.ts'
import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { errorAnswer, idOf } from './answers.ts'

/** How strict the imitation is where the shared checks need more room than a real business gives. */
export interface Strictness {
  /** Requests of any minute and day; unlimited when left out. */
  perMinute?: number
  perDay?: number
  /** Whether the first refresh token works once, as every other does; the shared checks begin with it often. */
  onceOnly?: boolean
  /** Codes of items that have no ledger account of sales. */
  withoutAccount?: string[]
  /** The clock, for tests of what lasts some minutes. */
  now?: () => number
}

/** The app. */
export const CLIENT = { id: 'sage-demo-client/0001', secret: 'sage_demo_client_secret_0001' }
/** The refresh token with which a connection may begin. */
export const FIRST_REFRESH = 'sage_demo_refresh_token_0001'
/** The businesses of the person: the first one is the lead business. */
export const BUSINESSES = { lead: idOf('lead business'), demo: idOf('demo business') }

const ACCESS_SECONDS = 300
const REFRESH_SECONDS = 31 * 24 * 3600
const CODE_MS = 60_000
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** Who may come in: the sign-in page, the token endpoint, bearer tokens, limits. */
export class Access {
  readonly #strict: Strictness
  readonly #now: () => number
  readonly #tokens = new Map<string, { until: number; readonly: boolean }>()
  readonly #codes = new Map<string, { until: number; redirectUri: string; scope: string }>()
  readonly #refresh = new Map<string, string>([[FIRST_REFRESH, 'full_access']])
  #sent: number[] = []

  constructor(strict: Strictness) {
    this.#strict = strict
    this.#now = strict.now ?? Date.now
  }

  /** Ends every access token. */
  expire(): void {
    this.#tokens.clear()
  }

  /** Throws 401 without a good token, 403 for a write with a token that only reads, 429 past a limit. */
  check({ headers, method }: SandboxRequest): void {
    const token = this.#tokens.get(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '')
    if (!token || token.until <= this.#now())
      throw new Answered(
        errorAnswer(401, 'AuthenticationFailure', 'The access token has expired or is invalid.'),
      )
    if (token.readonly && method !== 'GET')
      throw new Answered(
        errorAnswer(403, 'AuthorizationFailure', 'The scope of the token allows reading only.'),
      )
    this.#count()
  }

  /** Whose data are asked for; without the header it is the lead business, in silence. */
  business({ headers }: SandboxRequest): 'lead' | 'demo' {
    const id = headers['x-business']
    if (id === undefined || id === BUSINESSES.lead) return 'lead'
    if (id === BUSINESSES.demo) return 'demo'
    throw new Answered(errorAnswer(403, 'AuthorizationFailure', 'No access to this business.', 'X-Business'))
  }

  /** The sign-in page: signs in at once and sends the browser back with a code. */
  authorize({ query }: SandboxRequest): SandboxAnswer {
    const back = query.get('redirect_uri') ?? ''
    const scope = query.get('scope') ?? ''
    const good =
      query.get('filter') === 'apiv3.1' &&
      query.get('client_id') === CLIENT.id &&
      query.get('response_type') === 'code' &&
      ['full_access', 'readonly'].includes(scope)
    if (!good || !URL.canParse(back)) return { status: 400, body: { error: 'invalid_request' } }
    const code = `code-${randomUUID()}`
    this.#codes.set(code, { until: this.#now() + CODE_MS, redirectUri: back, scope })
    const url = new URL(back)
    url.searchParams.set('code', code)
    url.searchParams.set('state', query.get('state') ?? '')
    return { status: 302, headers: { location: url.href }, body: '' }
  }

  /** The token endpoint: id and secret of the client stand in the form, not in a header. */
  token({ body }: SandboxRequest): SandboxAnswer {
    const form = new URLSearchParams(body)
    if (form.get('client_id') !== CLIENT.id || form.get('client_secret') !== CLIENT.secret)
      return refused('invalid_client', 'The client is unknown or its secret is wrong.')
    const grant = form.get('grant_type')
    if (grant === 'authorization_code') {
      const asked = this.#codes.get(form.get('code') ?? '')
      this.#codes.delete(form.get('code') ?? '')
      const good = asked && asked.until > this.#now() && asked.redirectUri === form.get('redirect_uri')
      return good ? this.#issue(asked.scope) : refused('invalid_grant', 'The code is invalid or has expired.')
    }
    if (grant !== 'refresh_token') return refused('unsupported_grant_type', 'The grant is not supported.')
    const given = form.get('refresh_token') ?? ''
    const scope = this.#refresh.get(given)
    if (scope === undefined) return refused('invalid_grant', 'The refresh token is invalid or was used.')
    if (given !== FIRST_REFRESH || this.#strict.onceOnly) this.#refresh.delete(given)
    return this.#issue(scope)
  }

  #issue(scope: string): SandboxAnswer {
    const [token, refresh] = [`at-${randomUUID()}`, `rt-${randomUUID()}`]
    this.#tokens.set(token, { until: this.#now() + ACCESS_SECONDS * 1000, readonly: scope === 'readonly' })
    this.#refresh.set(refresh, scope)
    return {
      status: 200,
      body: {
        access_token: token,
        token_type: 'bearer',
        expires_in: ACCESS_SECONDS,
        refresh_token: refresh,
        refresh_token_expires_in: REFRESH_SECONDS,
        scope,
        requested_by_id: '0b53a2b8-0000-1111-2222-333344445555',
      },
    }
  }

  #count(): void {
    const { perMinute = Infinity, perDay = Infinity } = this.#strict
    if (perMinute === Infinity && perDay === Infinity) return
    const now = this.#now()
    this.#sent = this.#sent.filter((at) => at > now - DAY_MS)
    const minute = this.#sent.filter((at) => at > now - MINUTE_MS)
    const full = this.#sent.length >= perDay || minute.length >= perMinute
    if (full)
      throw new Answered(
        errorAnswer(429, 'RateLimitExceeded', 'Too many requests.', '', { 'retry-after': '60' }),
      )
    this.#sent.push(now)
  }
}

function refused(error: string, why: string): SandboxAnswer {
  return { status: 400, body: { error, error_description: why } }
}
