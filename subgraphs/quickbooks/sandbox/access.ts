import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'

/** The demo app and company. */
export const APP = {
  id: 'ABdemo7quickbooks4client9id',
  secret: 'qbo-demo-Secret~8Kx2',
  company: '9130350000000001',
  token: 'AB11780000000-demo-quickbooks-refresh-0',
}
const DAY_MS = 24 * 3_600_000
const LIFE_S = 8_726_400

/** Who may come in: access tokens live an hour, and each renewal brings a new refresh token. */
export class Access {
  readonly #tokens = new Set<string>()
  /** Refresh token -> when it dies; one that was replaced lives another day. */
  readonly #refresh = new Map<string, number>([[APP.token, Infinity]])
  readonly #codes = new Set<string>()
  #made = 0

  /** Ends every access token, as an hour does. */
  expire(): void {
    this.#tokens.clear()
  }

  admits({ headers }: SandboxRequest): boolean {
    return this.#tokens.has((headers.authorization ?? '').replace(/^Bearer /, ''))
  }

  /** A person who always agrees: sends the browser back with a code and the company's id. */
  authorize({ query }: SandboxRequest): SandboxAnswer {
    const back = query.get('redirect_uri') ?? ''
    if (query.get('client_id') !== APP.id || !URL.canParse(back))
      return { status: 400, body: 'invalid_client' }
    const code = `AB11700000000-${++this.#made}`
    this.#codes.add(code)
    const url = new URL(back)
    url.search = new URLSearchParams({
      code,
      state: query.get('state') ?? '',
      realmId: APP.company,
    }).toString()
    return { status: 302, headers: { location: url.href }, body: '' }
  }

  token({ method, headers, body }: SandboxRequest): SandboxAnswer {
    const basic = `Basic ${Buffer.from(`${APP.id}:${APP.secret}`).toString('base64')}`
    if (headers.authorization !== basic) return { status: 401, body: { error: 'invalid_client' } }
    const form = new URLSearchParams(body)
    const [grant, old] = [form.get('grant_type'), form.get('refresh_token') ?? '']
    const bad = { status: 400, body: { error: 'invalid_grant', error_description: 'Token invalid' } }
    if (method !== 'POST') return { status: 400, body: { error: 'invalid_request' } }
    if (grant === 'authorization_code')
      return this.#codes.delete(form.get('code') ?? '') ? this.#fresh() : bad
    if (grant !== 'refresh_token') return { status: 400, body: { error: 'unsupported_grant_type' } }
    if ((this.#refresh.get(old) ?? 0) < Date.now()) return bad
    // The one to begin with never ends, so that the demo can be started again and again.
    if (old !== APP.token) this.#refresh.set(old, Math.min(this.#refresh.get(old) ?? 0, Date.now() + DAY_MS))
    return this.#fresh()
  }

  /** As if a day had passed: refresh tokens that were replaced are dead. */
  passDay(): void {
    for (const [token, until] of this.#refresh) if (until <= Date.now() + DAY_MS) this.#refresh.delete(token)
  }

  #fresh(): SandboxAnswer {
    const made = ++this.#made
    const access = `eyJlbmMiOiJBMTI4Q0JDLUhTMjU2.demo-quickbooks-${made}`
    const refresh = `AB11780000000-demo-quickbooks-refresh-${made}`
    this.#tokens.add(access)
    this.#refresh.set(refresh, Date.now() + LIFE_S * 1000)
    const body = {
      token_type: 'bearer',
      access_token: access,
      expires_in: 3600,
      refresh_token: refresh,
      x_refresh_token_expires_in: LIFE_S,
    }
    return { status: 200, body }
  }
}
