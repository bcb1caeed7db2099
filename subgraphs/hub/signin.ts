import { createHash, randomBytes } from 'node:crypto'
import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql'
import { ErpError } from '../../schema/index.ts'
import { basic } from '../auth.ts'
import { demand, reaches } from '../caller.ts'
import type { OpenConnection } from '../connections.ts'
import { askToken } from '../oauth2.ts'
import type { Hub, HubContext } from './hub.ts'

/** Where the vendor sends a person back to, below the address of this server. */
export const CALLBACK_PATH = '/connect/callback'

const VALID_MS = 10 * 60_000

/** What travels through the vendor and back; sealed, so only we can make or read it. */
interface State {
  tenant: string
  connection: string
  verifier: string
  redirectUri: string
  until: number
}

/** Starts the authorization code flow: the address at which a person signs in, with state and PKCE (RFC 7636). */
export function beginSignIn(hub: Hub, open: OpenConnection, now = Date.now()): string {
  const { signIn } = open
  if (!signIn) throw new ErpError('NOT_SUPPORTED', 'Nobody signs in to this system; it takes credentials.')
  const verifier = randomBytes(48).toString('base64url')
  const redirectUri = hub.publicUrl + CALLBACK_PATH
  const state: State = {
    tenant: open.tenant,
    connection: open.id,
    verifier,
    redirectUri,
    until: now + VALID_MS,
  }
  const url = new URL(signIn.authorizeUrl)
  const asked = {
    response_type: 'code',
    client_id: signIn.clientId,
    redirect_uri: redirectUri,
    scope: signIn.scopes.join(' '),
    state: hub.seal.close(state),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
  // Some services of OpenID Connect want one always (OpenID Connect Core 1.0, 3.1.2.1); no id token is ever used.
  if (signIn.scopes.includes('openid')) url.searchParams.set('nonce', randomBytes(16).toString('base64url'))
  return url.href
}

/** Ends the flow: exchanges the code and keeps the tokens. Gives the connection's id. */
export async function endSignIn(hub: Hub, sealed: string, code: string, now = Date.now()): Promise<string> {
  const state = hub.seal.read(sealed) as State | null
  const open = state?.verifier ? hub.directory.find(state.tenant, state.connection) : null
  if (!state || !open?.signIn || state.until < now) {
    throw new ErpError('VALIDATION', 'The sign-in is unknown or too old; start it again.', { field: 'state' })
  }
  const { clientId, clientSecret, tokenUrl, secretIn } = open.signIn
  const inHeader = clientSecret && secretIn !== 'form'
  const own = inHeader ? basic(clientId, clientSecret).headers({ method: 'POST', url: tokenUrl }) : {}
  const client = inHeader ? {} : { client_id: clientId, ...(clientSecret && { client_secret: clientSecret }) }
  const form = { code, redirect_uri: state.redirectUri, code_verifier: state.verifier, ...client }
  const token = await askToken(open.http, {
    url: tokenUrl,
    form: { grant_type: 'authorization_code', ...form },
    headers: await own,
    repeatable: false,
    refused: 'NEEDS_AUTH',
  })
  const fresh = { accessToken: token.accessToken, expiresAt: String(token.expiresAt) }
  await open.http.vault.renew(async (stored) => ({ ...stored, ...token.keep, ...fresh }))
  return open.id
}

/** Adds the mutation that starts a sign-in. */
@Resolver()
export class SignInResolver {
  @Mutation(() => String, {
    description: 'The address at which a person signs in to the ERP for this connection.',
  })
  startSignIn(@Arg('connection', () => ID) connection: string, @Ctx() { hub, caller }: HubContext): string {
    demand(caller, 'admin')
    const open = hub.directory.find(caller.tenant, connection)
    if (!open || !reaches(caller, connection)) throw new ErpError('NOT_FOUND', 'There is no such connection.')
    return beginSignIn(hub, open)
  }
}
