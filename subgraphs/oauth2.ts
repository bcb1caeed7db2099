import { SignJWT, importPKCS8 } from 'jose'
import { ErpError, type ErrorCode } from '../schema/errors.ts'
import type { Token } from './auth.ts'
import { type Http, type HttpAnswer, retryAfter } from './http.ts'
import type { Json } from './json.ts'

/** A question to a token endpoint. */
export interface TokenAsk {
  url: string
  form: Record<string, string>
  headers?: Record<string, string>
  /** True when asking twice does no harm; false while a refresh token is spent by it. */
  repeatable: boolean
  /** What a refusal (400, 401, 403) means: wrong credentials, or that a person must sign in again. */
  refused: ErrorCode
  /** After which share of its life a token counts as ended; 1 when left out. */
  share?: number
}

function saidBy(answer: HttpAnswer): string {
  try {
    const { error, error_description: why } = answer.json() as { [key: string]: Json }
    return [error, why].filter((part) => typeof part === 'string').join(': ')
  } catch {
    return answer.text.slice(0, 300)
  }
}

/** What is wrong with the app itself: https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
const OF_CLIENT = /^(invalid|unauthorized)_client\b/

function refusal(answer: HttpAnswer, refused: ErrorCode): ErpError {
  const { status } = answer
  const said = saidBy(answer)
  const retryAfterMs = retryAfter(answer.headers)
  if (status === 429)
    return new ErpError('RATE_LIMITED', 'Too many tokens were asked for.', { said, retryAfterMs })
  if (status >= 500 || status < 400) {
    return new ErpError('UNAVAILABLE', `The token endpoint answers ${status}.`, { said, retryAfterMs })
  }
  // A wrong secret of the app is mended by an operator; signing in once more would change nothing.
  const code = OF_CLIENT.test(said) ? 'AUTHENTICATION_FAILED' : refused
  return new ErpError(code, `The token endpoint refuses the credentials (${status}).`, { said })
}

/** Asks a token endpoint (RFC 6749, 5.1). A rotated refresh token comes back in `keep.refreshToken`. */
export async function askToken(http: Http, ask: TokenAsk): Promise<Token> {
  const answer = await http.send({
    method: 'POST',
    url: ask.url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      ...ask.headers,
    },
    body: new URLSearchParams(ask.form).toString(),
    repeatable: ask.repeatable,
    confidential: true,
  })
  if (answer.status !== 200) throw refusal(answer, ask.refused)
  const body = answer.json() as { [key: string]: Json }
  const { access_token: accessToken, refresh_token: refreshToken } = body
  if (typeof accessToken !== 'string' || accessToken === '') {
    throw new ErpError('BAD_ANSWER', 'The token endpoint gave no access_token.', { field: 'access_token' })
  }
  const seconds = Number(body.expires_in ?? 3600)
  if (!Number.isFinite(seconds)) {
    throw new ErpError('BAD_ANSWER', 'The token endpoint gave no number as expires_in.', {
      field: 'expires_in',
    })
  }
  return {
    accessToken,
    expiresAt: Date.now() + seconds * 1000 * (ask.share ?? 1),
    ...(typeof refreshToken === 'string' && { keep: { refreshToken } }),
  }
}

/**
 * The next token by the kept refresh token; the newest one is in `keep` and is saved before it is used.
 * NEEDS_AUTH when nobody has signed in, or when the refresh token was refused.
 */
export function refreshToken(
  http: Http,
  ask: Omit<TokenAsk, 'refused' | 'repeatable'>,
): (stored: Record<string, string> | null) => Promise<Token> {
  return async (stored) => {
    const token = stored?.refreshToken
    if (!token) throw new ErpError('NEEDS_AUTH', 'Nobody has signed in for this connection yet.')
    return askToken(http, {
      ...ask,
      form: { ...ask.form, grant_type: 'refresh_token', refresh_token: token },
      repeatable: false,
      refused: 'NEEDS_AUTH',
    })
  }
}

/** What a signed assertion says (RFC 7523). */
export interface Assertion {
  /** PKCS #8, PEM; "\n" may be written out. */
  privateKey: string
  algorithm: string
  keyId: string
  /** How long it is good, in seconds. */
  seconds: number
  claims: Record<string, unknown>
}

/** A signed JWT that proves who we are; VALIDATION when the key cannot be read. */
export async function signAssertion(assertion: Assertion): Promise<string> {
  const { algorithm: alg, keyId: kid, claims, seconds } = assertion
  const now = Math.floor(Date.now() / 1000)
  try {
    const key = await importPKCS8(assertion.privateKey.replaceAll('\\n', '\n'), alg)
    return await new SignJWT({ ...claims, iat: now, exp: now + seconds })
      .setProtectedHeader({ typ: 'JWT', alg, kid })
      .sign(key)
  } catch {
    throw new ErpError('VALIDATION', `The private key is no PKCS #8 key in PEM form for ${alg}.`, {
      field: 'privateKey',
    })
  }
}
