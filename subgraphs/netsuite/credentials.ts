import { type Auth, basic, bearer } from '../auth.ts'
import type { Http } from '../http.ts'
import { oauth1 } from '../oauth1.ts'
import { askToken, refreshToken, signAssertion } from '../oauth2.ts'
import { type Config, addressOf, realmOf } from './config.ts'

/** An assertion must end less than 60 minutes after it was made (help section_162755359851). */
const ASSERTION_SECONDS = 55 * 60
/** There is no refresh token: a new token is got when 80 % of its hour are over. */
const SHARE = 0.8

/** Where tokens are got; also the audience of the assertion. */
export function tokenUrl(config: Config): string {
  return `${addressOf(config, 'suitetalk.api')}/services/rest/auth/oauth2/v1/token`
}

/** What proves who we are, by the kind that the operator chose. */
export function credentials(config: Config, http: Http): Auth {
  const { auth } = config
  if (auth.kind === 'token') return oauth1({ ...auth, realm: realmOf(config.account) })
  if (auth.kind === 'certificate') return bearer(http, () => byCertificate(config, auth, http))
  const { clientId, clientSecret } = auth
  const headers = clientSecret ? basicHeader(clientId, clientSecret) : undefined
  // A public client names itself in the form, a confidential one in the header.
  const form: Record<string, string> = clientSecret ? {} : { client_id: clientId }
  return bearer(http, refreshToken(http, { url: tokenUrl(config), form, headers, share: SHARE }))
}

function basicHeader(user: string, password: string): Record<string, string> {
  return basic(user, password).headers({ method: 'POST', url: '' }) as Record<string, string>
}

async function byCertificate(
  config: Config,
  auth: Extract<Config['auth'], { kind: 'certificate' }>,
  http: Http,
) {
  const url = tokenUrl(config)
  const assertion = await signAssertion({
    privateKey: auth.privateKey,
    algorithm: auth.algorithm,
    keyId: auth.certificateId,
    seconds: ASSERTION_SECONDS,
    claims: { iss: auth.clientId, scope: ['rest_webservices'], aud: url },
  })
  return askToken(http, {
    url,
    form: {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    },
    repeatable: true,
    refused: 'AUTHENTICATION_FAILED',
    share: SHARE,
  })
}
