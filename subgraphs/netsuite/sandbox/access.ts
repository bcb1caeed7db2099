import {
  type KeyObject,
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  randomUUID,
} from 'node:crypto'
import { type JWTPayload, decodeProtectedHeader, jwtVerify } from 'jose'
import { baseString, signature } from '../../oauth1.ts'
import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { Refused, json } from './answers.ts'

/** The account in the realm of OAuth 1.0a; host names say "1234567-sb1". */
export const ACCOUNT = '1234567_SB1'
/** The integration record. */
export const CLIENT = { id: 'client_demo_0001', secret: 'client_secret_demo_0002' }
/** Credentials of token-based authentication. */
export const TOKEN = {
  consumerKey: 'ck_demo_0001',
  consumerSecret: 'cs_demo_0002',
  tokenId: 'tk_demo_0003',
  tokenSecret: 'ts_demo_0004',
}
/** The certificate that is mapped to the integration. */
export const CERTIFICATE = 'cert_demo_0005'

const ALGORITHMS = new Set(['PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'])
const LIFE_SECONDS = 3600
const CLOCK_SECONDS = 300

/** The demo key, made from a fixed text so that every start has the same one. */
export function demoKey(): KeyObject {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(createHash('sha256').update('netsuite sandbox certificate').digest())
  const point = pair.getPublicKey()
  const [x, y, d] = [point.subarray(1, 33), point.subarray(33), pair.getPrivateKey()]
  const part = (bytes: Buffer) => bytes.toString('base64url')
  return createPrivateKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x: part(x), y: part(y), d: part(d) },
  })
}

/** Who may come in: bearer tokens, the token endpoint, signatures of OAuth 1.0a. */
export class Access {
  readonly certificates = new Map<string, KeyObject>([[CERTIFICATE, createPublicKey(demoKey())]])
  readonly #url: () => string
  readonly #tokens = new Map<string, number>()
  readonly #nonces = new Set<string>()
  readonly #codes = new Map<string, string>()
  #refresh = 'refresh_demo_1'
  #rotations = 1

  constructor(url: () => string) {
    this.#url = url
  }

  /** Ends every access token. */
  expire(): void {
    this.#tokens.clear()
  }

  /** Ends the refresh token: a person must sign in again. */
  revoke(): void {
    this.#refresh = randomUUID()
  }

  /** Throws 401 unless the request proves who it is. */
  check(request: SandboxRequest): void {
    const header = request.headers.authorization ?? ''
    const [kind = '', value = ''] = header.split(/ (.*)/s)
    const good =
      kind === 'Bearer'
        ? (this.#tokens.get(value) ?? 0) > Date.now()
        : kind === 'OAuth' && this.#signed(request, value)
    if (!good)
      throw new Refused(
        401,
        'INVALID_LOGIN',
        'Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at Setup > Users/Roles > User Management > View Login Audit Trail.',
      )
  }

  #signed(request: SandboxRequest, header: string): boolean {
    const said = new Map(
      [...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
        name,
        decodeURIComponent(value),
      ]),
    )
    const { realm, oauth_signature: given, ...oauth } = Object.fromEntries(said)
    const { oauth_nonce: nonce = '', oauth_timestamp: time = '' } = oauth
    const fresh = Math.abs(Date.now() / 1000 - Number(time)) <= CLOCK_SECONDS && !this.#nonces.has(nonce)
    const known =
      realm === ACCOUNT &&
      oauth.oauth_consumer_key === TOKEN.consumerKey &&
      oauth.oauth_token === TOKEN.tokenId &&
      oauth.oauth_signature_method === 'HMAC-SHA256' &&
      /^[\w-]{11,64}$/.test(nonce)
    this.#nonces.add(nonce)
    const query = request.query.toString()
    const address = `${this.#url()}${request.path}${query && `?${query}`}`
    const wanted = signature(
      baseString(request.method, address, oauth),
      TOKEN.consumerSecret,
      TOKEN.tokenSecret,
    )
    return fresh && known && given === wanted
  }

  /** The authorization page: signs in at once and sends the browser back with a code. */
  authorize({ query }: SandboxRequest): SandboxAnswer {
    const back = query.get('redirect_uri') ?? ''
    const challenge = query.get('code_challenge') ?? ''
    const good =
      query.get('client_id') === CLIENT.id && query.get('code_challenge_method') === 'S256' && challenge
    if (!good || !URL.canParse(back)) return json(400, { error: 'invalid_request' })
    const code = randomUUID()
    this.#codes.set(code, challenge)
    const location = new URL(back)
    for (const [name, value] of Object.entries({
      code,
      state: query.get('state') ?? '',
      role: '3',
      entity: '1',
      company: ACCOUNT,
    })) {
      location.searchParams.set(name, value)
    }
    return { status: 302, headers: { location: location.href }, body: null }
  }

  /** The token endpoint. */
  async token({ headers, body }: SandboxRequest): Promise<SandboxAnswer> {
    const form = new URLSearchParams(body)
    const grant = form.get('grant_type')
    if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
      return refused('invalid_request')
    if (grant === 'client_credentials')
      return (await this.#asserted(form)) ? this.#issue() : refused('invalid_grant')
    if (!this.#isClient(headers.authorization, form)) return refused('invalid_client', 401)
    if (grant === 'authorization_code') return this.#exchange(form)
    if (grant !== 'refresh_token') return refused('unsupported_grant_type')
    if (form.get('refresh_token') !== this.#refresh) return refused('invalid_grant')
    return this.#issueBoth()
  }

  #isClient(header: string | undefined, form: URLSearchParams): boolean {
    const basic = `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}`
    return header === undefined ? form.get('client_id') === CLIENT.id : header === basic
  }

  #exchange(form: URLSearchParams): SandboxAnswer {
    const challenge = this.#codes.get(form.get('code') ?? '')
    this.#codes.delete(form.get('code') ?? '')
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    return challenge === verifier ? this.#issueBoth() : refused('invalid_grant')
  }

  /** Checks a signed assertion as NetSuite does: algorithm, certificate, audience, issuer, life below an hour. */
  async #asserted(form: URLSearchParams): Promise<boolean> {
    const assertion = form.get('client_assertion') ?? ''
    if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      return false
    try {
      const { alg = '', kid = '', typ } = decodeProtectedHeader(assertion)
      const key = this.certificates.get(kid)
      if (!key || typ !== 'JWT' || !ALGORITHMS.has(alg)) return false
      const audience = `${this.#url()}/services/rest/auth/oauth2/v1/token`
      const { payload } = await jwtVerify(assertion, key, { audience, issuer: CLIENT.id })
      return isShort(payload) && scopesOf(payload).includes('rest_webservices')
    } catch {
      return false
    }
  }

  #issue(more: object = {}): SandboxAnswer {
    const token = `at-${randomUUID()}`
    this.#tokens.set(token, Date.now() + LIFE_SECONDS * 1000)
    // The life is told as a text.
    return json(200, { access_token: token, expires_in: String(LIFE_SECONDS), token_type: 'bearer', ...more })
  }

  #issueBoth(): SandboxAnswer {
    this.#rotations += 1
    this.#refresh = `refresh_demo_${this.#rotations}`
    return this.#issue({ refresh_token: this.#refresh })
  }
}

function isShort({ iat = 0, exp = 0 }: JWTPayload): boolean {
  return exp - iat < 3600 && Math.abs(Date.now() / 1000 - iat) < CLOCK_SECONDS
}

function scopesOf({ scope }: JWTPayload): string[] {
  return Array.isArray(scope) ? scope.map(String) : String(scope ?? '').split(',')
}

function refused(error: string, status = 400): SandboxAnswer {
  return json(status, { error })
}
