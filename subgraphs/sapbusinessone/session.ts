import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { type Auth, type Token, bearer } from '../auth.ts'
import type { Http, HttpAnswer } from '../http.ts'
import { askToken } from '../oauth2.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'
import { errorOf, faultIn } from './errors.ts'

/** A session ends by idleness only and each use renews it, so no clock of ours can know when. */
const FOREVER_MS = 365 * 86_400_000
/** Users are locked after a few wrong passwords: a refused login is not tried again for so long. */
const REFUSED_MS = 60_000
/** Share of its life after which an OAuth token counts as ended. */
const SHARE = 0.9

const session = z.object({ SessionId: z.string().min(1) })

/**
 * Both cookies by hand: B1SESSION comes without a path and with a stray ";", which cookie jars drop, and ROUTEID
 * keeps the session on its node.
 */
function cookieOf(answer: HttpAnswer): string {
  const { SessionId: id } = shaped(session, answer.json(), 'The session')
  const route = /(?:^|\n)\s*ROUTEID=([^;\s]+)/.exec(answer.headers['set-cookie'] ?? '')?.[1]
  if (/[;\s]/.test(id))
    throw new ErpError('BAD_ANSWER', 'The session id is no cookie.', { field: 'SessionId' })
  return `B1SESSION=${id}${route ? `; ROUTEID=${route}` : ''}`
}

function loginOf(config: Config, http: Http): () => Promise<Token> {
  let refused: { error: ErpError; until: number } | null = null
  const { company: CompanyDB, user: UserName, password: Password, language: Language } = config
  return async () => {
    if (refused && refused.until > Date.now()) throw refused.error
    const answer = await http.send({
      method: 'POST',
      url: `${config.url}/b1s/v2/Login`,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ CompanyDB, UserName, Password, Language }),
      repeatable: true,
      confidential: true,
    })
    if (answer.status !== 200) {
      const error = errorOf(answer)
      if (error.code === 'AUTHENTICATION_FAILED') refused = { error, until: Date.now() + REFUSED_MS }
      throw error
    }
    return { accessToken: cookieOf(answer), expiresAt: Date.now() + FOREVER_MS }
  }
}

/** A node that lost its table definitions refuses everything of its session until somebody logs in elsewhere. */
function isBroken(answer: HttpAnswer): boolean {
  return answer.status === 500 && faultIn(answer.text).code === '407'
}

/** The session login: one session for all workers, kept in the vault, renewed once when the server forgot it. */
function sessionAuth(config: Config, http: Http): Auth {
  const kept = bearer(http, loginOf(config, http))
  return {
    async headers(request) {
      const { authorization = '' } = await kept.headers(request)
      return { cookie: authorization.slice('Bearer '.length) }
    },
    renew: ({ cookie }) => kept.renew?.({ authorization: `Bearer ${cookie}` }) ?? Promise.resolve(false),
    expired: (answer) => answer.status === 401 || isBroken(answer),
  }
}

/** OAuth client credentials of newer landscapes; the company is named in a header (SAP webhook sample). */
function tokenAuth(config: Config, http: Http, url: string): Auth {
  const basic = Buffer.from(`${config.user}:${config.password}`).toString('base64')
  const kept = bearer(http, () =>
    askToken(http, {
      url,
      form: { grant_type: 'client_credentials', scope: 'openid' },
      headers: { authorization: `Basic ${basic}` },
      repeatable: true,
      refused: 'AUTHENTICATION_FAILED',
      share: SHARE,
    }),
  )
  const named: Record<string, string> = config.companyId ? { 'x-b1-companyid': config.companyId } : {}
  return { ...kept, headers: async (request) => ({ ...named, ...(await kept.headers(request)) }) }
}

/** The credentials of this configuration. */
export function authOf(config: Config, http: Http): Auth {
  return config.tokenUrl ? tokenAuth(config, http, config.tokenUrl) : sessionAuth(config, http)
}

/** The names of the headers that `authOf` adds, with what a log may show of them. */
export function shownAuth({ tokenUrl, companyId }: Config): Record<string, string> {
  if (!tokenUrl) return { cookie: '•••' }
  return { ...(companyId && { 'x-b1-companyid': companyId }), authorization: '•••' }
}
