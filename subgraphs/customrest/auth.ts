import { createHash, createHmac } from 'node:crypto'
import { ErpError } from '../../schema/errors.ts'
import { type Auth, EARLY_MS, basic, bearer, fixed } from '../auth.ts'
import type { Http, HttpRequest } from '../http.ts'
import { askToken, refreshToken } from '../oauth2.ts'
import { type AuthPlan, QUERY_KEY } from './credentials.ts'
import { type Held, type Login, type Logout, sessions } from './session.ts'

/** Puts the credentials into the texts of `auth`; expressions never see them. */
export type Fill = (text: string) => string

type Kind<K extends AuthPlan['kind']> = Extract<AuthPlan, { kind: K }>

interface OAuthPlan {
  clientAuth: 'basic' | 'body'
  clientId: string
  clientSecret?: string
}

function client(
  plan: OAuthPlan,
  fill: Fill,
): { headers: Record<string, string>; form: Record<string, string> } {
  const [id, key] = [fill(plan.clientId), fill(plan.clientSecret ?? '')]
  if (plan.clientAuth === 'body')
    return { headers: {}, form: { client_id: id, ...(plan.clientSecret && { client_secret: key }) } }
  // RFC 6749, 2.3.1: id and secret are form-encoded before they are joined.
  const coded = [id, key].map((text) => new URLSearchParams({ t: text }).toString().slice(2)).join(':')
  return { headers: { authorization: `Basic ${Buffer.from(coded).toString('base64')}` }, form: {} }
}

function hmac(plan: Kind<'hmac'>, fill: Fill): Auth {
  return {
    headers({ method, url, body }: HttpRequest) {
      const { pathname, search } = new URL(url)
      const known: Record<string, string> = {
        method,
        path: pathname,
        query: search.slice(1),
        timestamp: String(Math.floor(Date.now() / 1000)),
        bodySha256: createHash('sha256')
          .update(body ?? '')
          .digest('hex'),
      }
      const put = (text: string): string =>
        text.replace(/\$\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole)
      known.signature = createHmac(plan.algorithm, fill(plan.key))
        .update(put(plan.signedText))
        .digest(plan.encoding ?? 'hex')
      return Object.fromEntries(
        Object.entries(plan.apply).map(([name, text]) => [name.toLowerCase(), fill(put(text))]),
      )
    },
  }
}

function clientCredentials(plan: Kind<'oauth2ClientCredentials'>, fill: Fill, http: Http): Auth {
  const { headers, form } = client(plan, fill)
  const scope = plan.scopes?.join(' ')
  const extra = Object.entries(plan.extraParams ?? {}).map(([name, text]) => [name, fill(text)])
  return bearer(http, () =>
    askToken(http, {
      url: fill(plan.tokenUrl),
      headers,
      form: {
        grant_type: 'client_credentials',
        ...(scope && { scope }),
        ...Object.fromEntries(extra),
        ...form,
      },
      repeatable: true,
      refused: 'AUTHENTICATION_FAILED',
    }),
  )
}

function authorizationCode(plan: Kind<'oauth2AuthorizationCode'>, fill: Fill, http: Http): Auth {
  const { headers, form } = client(plan, fill)
  const refresh = refreshToken(http, { url: fill(plan.tokenUrl), headers, form })
  return bearer(http, async (stored) => {
    const { keep, ...token } = await refresh(stored)
    const early = plan.refreshMarginS === undefined ? 0 : plan.refreshMarginS * 1000 - EARLY_MS
    // A refresh token that never changes stays the stored one, whatever else the answer names.
    const kept = plan.refreshRotates !== false && keep ? { keep } : {}
    return { ...token, ...kept, expiresAt: token.expiresAt - early }
  })
}

/** How requests prove who we are, by the kind that the manifest names. */
export function authOf(plan: AuthPlan, fill: Fill, http: Http, login: Login, logout: Logout | null): Held {
  switch (plan.kind) {
    case 'none':
      return { headers: () => ({}) }
    case 'apiKey':
      return fixed(plan.in === 'query' ? QUERY_KEY : plan.name.toLowerCase(), fill(plan.value))
    case 'basic':
      return basic(fill(plan.username), fill(plan.password))
    case 'bearer':
      return fixed('authorization', `Bearer ${fill(plan.token)}`)
    case 'session':
      return sessions(plan, http, login, logout)
    case 'hmac':
      return hmac(plan, fill)
    case 'oauth2ClientCredentials':
      return clientCredentials(plan, fill, http)
    case 'oauth2AuthorizationCode':
      return authorizationCode(plan, fill, http)
  }
}

/** A header value must be one line of printable letters; a credential that is none is refused before it is sent. */
export function mustBeHeader(headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers))
    if (name !== QUERY_KEY && /[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw new ErpError('VALIDATION', `The credentials cannot stand in the header ${name}.`, {
        field: 'credentials',
      })
}
