import type { Http, HttpAnswer, HttpRequest } from './http.ts'

/** Headers that prove who we are, for one request (signatures need its method and address). */
export interface Auth {
  headers(request: HttpRequest): Promise<Record<string, string>> | Record<string, string>
  /** Called once after `refused` headers were refused; true when the request may be sent again with fresh ones. */
  renew?(refused: Record<string, string>): Promise<boolean>
  /** Whether an answer means that the token has expired; 401 when left out. */
  expired?(answer: HttpAnswer): boolean
}

/** HTTP basic authentication. */
export function basic(user: string, password: string): Auth {
  const value = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  return { headers: () => ({ authorization: value }) }
}

/** A fixed header, such as an API key or a bearer token that never changes. */
export function fixed(name: string, value: string): Auth {
  return { headers: () => ({ [name]: value }) }
}

/** An access token and when it ends, in milliseconds since 1970. */
export interface Token {
  accessToken: string
  expiresAt: number
  /** What else must be kept, such as the rotating refresh token. */
  keep?: Record<string, string>
}

/** How long before its end a token counts as ended, in milliseconds. */
export const EARLY_MS = 30_000

/**
 * A bearer token that is got by `get` when there is none or it is about to end. Fifty requests at once cause
 * one renewal; a token that another worker saved meanwhile is taken over instead of renewing again.
 */
export function bearer(http: Http, get: (stored: Record<string, string> | null) => Promise<Token>): Auth {
  let current: Token | null = null
  let renewing: Promise<Token> | null = null
  const toToken = (stored: Record<string, string> | null): Token | null => {
    const { accessToken, expiresAt } = stored ?? {}
    return accessToken && expiresAt ? { accessToken, expiresAt: Number(expiresAt) } : null
  }
  const usable = (token: Token | null, refused: string | null): token is Token =>
    token !== null && token.accessToken !== refused && token.expiresAt - EARLY_MS > Date.now()
  const renew = (refused: string | null): Promise<Token> => {
    renewing ??= http.vault
      .renew(async (stored) => {
        const other = toToken(stored)
        if (stored && usable(other, refused)) return stored
        const fresh = await get(stored)
        return {
          ...stored,
          ...fresh.keep,
          accessToken: fresh.accessToken,
          expiresAt: String(fresh.expiresAt),
        }
      })
      .then((stored) => (current = toToken(stored)!))
      .finally(() => (renewing = null))
    return renewing
  }
  return {
    async headers() {
      current ??= toToken(await http.vault.read())
      const token = usable(current, null) ? current : await renew(null)
      return { authorization: `Bearer ${token.accessToken}` }
    },
    async renew(refused) {
      const token = refused.authorization?.slice('Bearer '.length) ?? null
      if (!usable(current, token)) await renew(token)
      return true
    },
  }
}

/** Sends with credentials; when they have expired they are renewed once and the request is sent again. */
export async function sendAs(auth: Auth, http: Http, request: HttpRequest): Promise<HttpAnswer> {
  const headers = await auth.headers(request)
  const answer = await http.send({ ...request, headers: { ...request.headers, ...headers } })
  const expired = auth.expired?.(answer) ?? answer.status === 401
  if (!expired || !auth.renew || !(await auth.renew(headers))) return answer
  return http.send({ ...request, headers: { ...request.headers, ...(await auth.headers(request)) } })
}
