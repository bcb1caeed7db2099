import type { Json } from '../../json.ts'
import type { SandboxAnswer } from '../../sandbox.ts'
import { Raised } from './raised.ts'

/** Who may come in: keys that never end, and tokens of an OAuth Client that do. */
export class Tokens {
  static readonly KEY = 'demo-key-4f2a'
  static readonly SECRET = 'demo-secret-91c7'
  static readonly SALES = 'sales-key-77b1:sales-secret-0d3e'
  static readonly CLIENT = 'demo-client'
  static readonly REFRESH = 'demo-refresh-5b21'
  #generation = 1
  #valid: string | null = null
  /** How often a token was given out. */
  grants = 0

  /** Ends the access token that is in use; the refresh token goes on. */
  expire(): void {
    this.#valid = null
  }

  /** The user of an Authorization header; without one, Guest. */
  userOf(header: string | undefined): string {
    if (!header) return 'Guest'
    const [scheme = '', value = ''] = header.split(/\s+(.*)/)
    const pair = scheme.toLowerCase() === 'basic' ? Buffer.from(value, 'base64').toString('utf8') : value
    if (scheme.toLowerCase() === 'bearer' && this.#valid !== null && value === this.#valid)
      return 'Administrator'
    if (['token', 'basic'].includes(scheme.toLowerCase())) {
      if (pair === `${Tokens.KEY}:${Tokens.SECRET}`) return 'Administrator'
      if (pair === Tokens.SALES) return 'sales@example.com'
    }
    throw new Raised('AuthenticationError', '')
  }

  /** The token endpoint of frappe.integrations.oauth2. */
  grant(args: { [name: string]: Json }): SandboxAnswer {
    const known =
      args.grant_type === 'refresh_token' &&
      args.refresh_token === Tokens.REFRESH &&
      args.client_id === Tokens.CLIENT
    if (!known) return { status: 400, body: JSON.stringify({ error: 'invalid_grant' }) }
    this.grants += 1
    this.#valid = `access-${this.#generation++}`
    const body = {
      access_token: this.#valid,
      expires_in: 3600,
      token_type: 'Bearer',
      refresh_token: Tokens.REFRESH,
      scope: 'openid all',
    }
    return { status: 200, body: JSON.stringify(body) }
  }
}
