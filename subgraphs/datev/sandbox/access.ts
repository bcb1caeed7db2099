import { createHash, randomUUID } from 'node:crypto'
import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'

/** The app. */
export const APP = { id: 'datev-demo-client-id', secret: 'datev_demo_client_secret_0001' }
/** The refresh token with which a connection may begin. */
export const FIRST_REFRESH = 'datev_demo_refresh_0001'
const LIFE_SECONDS = 900
const ISSUED = /^datev_refresh_[\da-f-]{36}$/

/** Signing in: the authorization page with PKCE, and tokens that change at every use. */
export class Access {
  readonly #tokens = new Set<string>()
  readonly #codes = new Map<string, { challenge: string; redirectUri: string }>()
  readonly #spent = new Set<string>()

  /** Ends every access token. */
  expire(): void {
    this.#tokens.clear()
  }

  /** What is wrong with the credentials of a request, or null: both headers are needed. */
  refuse({ headers }: SandboxRequest): SandboxAnswer | null {
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
    if (headers['x-datev-client-id'] !== APP.id) return gateway('Invalid client id or secret.')
    return this.#tokens.has(token) ? null : gateway('This server could not verify that you are authorized.')
  }

  /** The authorization page: signs in at once and sends the browser back with a code. */
  authorize({ query }: SandboxRequest): SandboxAnswer {
    const back = query.get('redirect_uri') ?? ''
    const [challenge, state] = [query.get('code_challenge'), query.get('state') ?? '']
    const good = query.get('client_id') === APP.id && query.get('response_type') === 'code'
    const proof = challenge && query.get('code_challenge_method') === 'S256'
    if (!good || !proof || state.length < 20 || !URL.canParse(back)) return refused('invalid_request')
    const code = randomUUID()
    this.#codes.set(code, { challenge, redirectUri: back })
    const location = new URL(back)
    location.searchParams.set('code', code)
    location.searchParams.set('state', state)
    return { status: 302, headers: { location: location.href }, body: null }
  }

  /** The token endpoint. */
  token({ headers, body }: SandboxRequest): SandboxAnswer {
    const expected = `Basic ${Buffer.from(`${APP.id}:${APP.secret}`).toString('base64')}`
    if (headers.authorization !== expected) return refused('invalid_client', 401)
    const form = new URLSearchParams(body)
    if (form.get('grant_type') === 'authorization_code') return this.#exchange(form)
    if (form.get('grant_type') !== 'refresh_token') return refused('unsupported_grant_type')
    const given = form.get('refresh_token') ?? ''
    // The first one stands for a sign-in of its own each time; one of ours dies at its first use, and is known
    // by its form alone, as an imitation that is started anew remembers none.
    if (given !== FIRST_REFRESH && (!ISSUED.test(given) || this.#spent.has(given)))
      return refused('invalid_grant')
    this.#spent.add(given)
    return this.#issue()
  }

  #exchange(form: URLSearchParams): SandboxAnswer {
    const code = form.get('code') ?? ''
    const asked = this.#codes.get(code)
    this.#codes.delete(code)
    const digest = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const good = asked?.challenge === digest && asked.redirectUri === form.get('redirect_uri')
    return good ? this.#issue() : refused('invalid_grant')
  }

  #issue(): SandboxAnswer {
    const token = `datev-access-${randomUUID()}`
    this.#tokens.add(token)
    const scope = 'openid offline_access datev:accounting:clients datev:accounting:extf-files-import'
    const more = { refresh_token: `datev_refresh_${randomUUID()}`, scope }
    return {
      status: 200,
      body: { access_token: token, token_type: 'Bearer', expires_in: LIFE_SECONDS, ...more },
    }
  }
}

function refused(error: string, status = 400): SandboxAnswer {
  return { status, body: { error, error_description: 'The request was refused.' } }
}

function gateway(why: string): SandboxAnswer {
  return { status: 401, body: { httpCode: '401', httpMessage: 'Unauthorized', moreInformation: why } }
}
