import { z } from 'zod'
import { expression, request, whole } from './request.ts'

/** The secrets that a manifest may name as `${secret.name}`, in its `auth` only. */
export const SECRETS = [
  'username',
  'password',
  'token',
  'apiKey',
  'clientId',
  'clientSecret',
  'signingKey',
  'hookSecret',
] as const

/** The name under which a proof for the query travels until the address is made. */
export const QUERY_KEY = 'x-query-key'

const clientAuth = z.enum(['basic', 'body'])
const inHeader = z.enum(['header', 'query'])
/** How a manifest says that we prove who we are. */
export const auth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('apiKey'), in: inHeader, name: z.string().min(1), value: z.string() }),
  z.strictObject({ kind: z.literal('basic'), username: z.string(), password: z.string() }),
  z.strictObject({ kind: z.literal('bearer'), token: z.string() }),
  z.strictObject({
    kind: z.literal('oauth2ClientCredentials'),
    tokenUrl: z.string(),
    clientAuth,
    clientId: z.string(),
    clientSecret: z.string(),
    scopes: z.array(z.string()).optional(),
    extraParams: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({
    kind: z.literal('oauth2AuthorizationCode'),
    authorizeUrl: z.string(),
    tokenUrl: z.string(),
    clientAuth,
    clientId: z.string(),
    clientSecret: z.string().optional(),
    scopes: z.array(z.string()).optional(),
    scopeSeparator: z.string().optional(),
    pkce: z.literal(true, { error: 'is always used: it cannot be false' }).optional(),
    authorizeParams: z.record(z.string(), z.string()).optional(),
    refreshRotates: z.boolean().optional(),
    refreshMarginS: whole(0).optional(),
  }),
  z.strictObject({
    kind: z.literal('session'),
    login: request,
    token: expression,
    expiresInS: expression.optional(),
    apply: z.strictObject({
      in: z.enum(['header', 'cookie', 'query']),
      name: z.string().min(1),
      value: z.string(),
    }),
    maxSessions: whole(1).optional(),
    logout: request.optional(),
  }),
  z.strictObject({
    kind: z.literal('hmac'),
    algorithm: z.enum(['sha256', 'sha512']),
    key: z.string(),
    signedText: z.string(),
    encoding: z.enum(['hex', 'base64']).optional(),
    apply: z.record(z.string(), z.string()),
  }),
])
/** How we prove who we are. */
export type AuthPlan = z.output<typeof auth>

/** Under which name of the query the proof stands; null where it stands in a header. */
export function queryName(plan: AuthPlan): string | null {
  if (plan.kind === 'apiKey' && plan.in === 'query') return plan.name
  return plan.kind === 'session' && plan.apply.in === 'query' ? plan.apply.name : null
}
