import { createHash, randomUUID } from 'node:crypto'
import { Answered } from '../../refusal.ts'
import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { guid, problem } from './answers.ts'

/** The app. */
export const CLIENT = { id: 'XERO0DEMO0CLIENT0ID', secret: 'xero_demo_client_secret_0001' }
/** The organisation that consents. */
export const TENANT = guid('tenant')
/** The refresh token with which a connection may begin. */
export const FIRST_REFRESH = 'xero_demo_refresh_0001'

const LIFE_SECONDS = 1800
/** A refresh token that was used works a little longer, so that a lost answer can be asked again. */
const GRACE_MS = 30 * 60_000

/** Who may come in: the authorization page, the token endpoint, bearer tokens, the tenant. */
export class Access {
  /** Custom connections may leave the tenant out. */
  readonly #tokens = new Map<string, { until: number; custom: boolean }>()
  readonly #codes = new Map<string, { challenge: string | null; redirectUri: string }>()
  readonly #used = new Map<string, number>()
  readonly #now: () => number
  #refresh = FIRST_REFRESH

  constructor(now: () => number) {
    this.#now = now
  }

  /** Ends every access token. */
  expire(): void {
    this.#tokens.clear()
  }

  /** Throws 401 without a good token, 403 without the right tenant. */
  check({ headers }: SandboxRequest): void {
    const token = this.#tokens.get(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '')
    if (!token || token.until <= this.#now())
      throw new Answered(problem(401, 'Unauthorized', 'TokenExpired: token expired at 11/20/2026 09:00:00'))
    const tenant = headers['xero-tenant-id'] ?? ''
    if (tenant === TENANT || (tenant === '' && token.custom)) return
    throw new Answered(problem(403, 'Forbidden', 'AuthenticationUnsuccessful'))
  }

  /** Throws 401 without a good token. */
  checkToken(request: SandboxRequest): void {
    this.check({ ...request, headers: { ...request.headers, 'xero-tenant-id': TENANT } })
  }

  /** The consents: the id of the connection is not the id of the organisation. */
  connections(): SandboxAnswer {
    const times = {
      createdDateUtc: '2026-11-01T20:08:58.2946600',
      updatedDateUtc: '2026-11-01T20:13:58.1012330',
    }
    const body = [
      { id: guid('connection'), authEventId: guid('consent'), tenantId: TENANT, tenantType: 'ORGANISATION' },
    ].map((one) => ({ ...one, tenantName: 'Nordlicht Handel GmbH', ...times }))
    return { status: 200, body }
  }

  /** The authorization page: signs in at once and sends the browser back with a code. */
  authorize({ query }: SandboxRequest): SandboxAnswer {
    const back = query.get('redirect_uri') ?? ''
    const challenge = query.get('code_challenge')
    const good = query.get('client_id') === CLIENT.id && query.get('response_type') === 'code'
    if (!good || !URL.canParse(back) || (challenge && query.get('code_challenge_method') !== 'S256'))
      return { status: 400, body: { error: 'invalid_request' } }
    const code = randomUUID()
    this.#codes.set(code, { challenge, redirectUri: back })
    const location = new URL(back)
    location.searchParams.set('code', code)
    location.searchParams.set('state', query.get('state') ?? '')
    return { status: 302, headers: { location: location.href }, body: null }
  }

  /** The token endpoint: a secret in the header, or a client id in the form. */
  token({ headers, body }: SandboxRequest): SandboxAnswer {
    const form = new URLSearchParams(body)
    const basic = `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}`
    const secret = headers.authorization === basic
    if (!secret && (headers.authorization !== undefined || form.get('client_id') !== CLIENT.id))
      return refused('invalid_client')
    const grant = form.get('grant_type')
    if (grant === 'client_credentials') return secret ? this.#issue(true) : refused('unauthorized_client')
    if (grant === 'authorization_code') return this.#exchange(form, secret)
    if (grant !== 'refresh_token') return refused('unsupported_grant_type')
    const given = form.get('refresh_token') ?? ''
    const late = (this.#used.get(given) ?? -Infinity) + GRACE_MS > this.#now()
    return given === this.#refresh || late ? this.#issueBoth(given) : refused('invalid_grant')
  }

  #exchange(form: URLSearchParams, secret: boolean): SandboxAnswer {
    const code = form.get('code') ?? ''
    const asked = this.#codes.get(code)
    this.#codes.delete(code)
    const verifier = form.get('code_verifier')
    const digest = verifier && createHash('sha256').update(verifier).digest('base64url')
    const proven = asked?.challenge ? digest === asked.challenge : secret
    return asked?.redirectUri === form.get('redirect_uri') && proven
      ? this.#issueBoth(this.#refresh)
      : refused('invalid_grant')
  }

  #issueBoth(used: string): SandboxAnswer {
    if (used === this.#refresh) {
      this.#used.set(used, this.#now())
      this.#refresh = `rt-${randomUUID()}`
    }
    return this.#issue(false, { refresh_token: this.#refresh, scope: 'offline_access' })
  }

  #issue(custom: boolean, more: object = {}): SandboxAnswer {
    const token = `at-${randomUUID()}`
    this.#tokens.set(token, { until: this.#now() + LIFE_SECONDS * 1000, custom })
    return {
      status: 200,
      body: { access_token: token, expires_in: LIFE_SECONDS, token_type: 'Bearer', ...more },
    }
  }
}

function refused(error: string): SandboxAnswer {
  return { status: 400, body: { error } }
}
