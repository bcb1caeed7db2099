import { createHash, randomBytes } from 'node:crypto'
import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql'
import { ErpError } from '../../schema/index.ts'
import { type Token, basic } from '../auth.ts'
import { demand, reaches } from '../caller.ts'
import type { OpenConnection } from '../connections.ts'
import type { SignIn } from '../connector.ts'
import { askToken } from '../oauth2.ts'
import { rows } from './database.ts'
import { checkConfig } from './directory.ts'
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

/** What came with a person who comes back: the code, our state, and what this vendor adds. */
export type Callback = Record<string, unknown> & { code: string; state: string }

interface Filled {
  before: string
  after: string
}

/**
 * The sealed configuration with what the vendor told on the way back; null where there is nothing to fill. Throws
 * VALIDATION where it says nothing, or something else than what stands there: records of two companies never mix.
 */
async function filled({ db, safe }: Hub, open: OpenConnection, back: Callback): Promise<Filled | null> {
  const told = Object.entries(open.signIn?.fromCallback ?? {})
  if (told.length === 0) return null
  const { id, tenant, connector } = open
  const [row] = await rows<{ secrets: string }>(db.em(), 'select secrets from connection where id = ?', [id])
  const before = row?.secrets ?? ''
  const config = safe.open<Record<string, unknown>>(before, tenant, id)
  const more: Record<string, unknown> = {}
  for (const [parameter, field] of told) {
    const [value, known] = [back[parameter], config[field] ?? null]
    if (known === null ? typeof value !== 'string' : value !== undefined && value !== known) {
      const why = known === null ? 'does not say' : 'is for another'
      throw new ErpError('VALIDATION', `The sign-in ${why} ${field} (${parameter}).`, { field })
    }
    if (known === null) more[field] = value
  }
  if (Object.keys(more).length === 0) return null
  checkConfig(connector, { ...config, ...more })
  return { before, after: safe.close({ ...config, ...more }, tenant, id) }
}

/** Ends the flow: exchanges the code, and keeps the tokens and what the vendor told. Gives the connection's id. */
export async function endSignIn(hub: Hub, back: Callback, now = Date.now()): Promise<string> {
  const { code } = back
  const state = hub.seal.read(back.state) as State | null
  const open = state?.verifier ? hub.directory.find(state.tenant, state.connection) : null
  if (!state || !open?.signIn || state.until < now) {
    throw new ErpError('VALIDATION', 'The sign-in is unknown or too old; start it again.', { field: 'state' })
  }
  const fresh = await filled(hub, open, back)
  const token = await exchange(open, open.signIn, state, code)
  const got = { accessToken: token.accessToken, expiresAt: String(token.expiresAt) }
  await open.http.vault.renew(async (stored) => ({ ...stored, ...token.keep, ...got }))
  if (fresh) await keep(hub, open.id, fresh)
  return open.id
}

async function exchange(open: OpenConnection, signIn: SignIn, state: State, code: string): Promise<Token> {
  const { clientId, clientSecret, tokenUrl, secretIn } = signIn
  const inHeader = clientSecret && secretIn !== 'form'
  const own = inHeader ? basic(clientId, clientSecret).headers({ method: 'POST', url: tokenUrl }) : {}
  const client = inHeader ? {} : { client_id: clientId, ...(clientSecret && { client_secret: clientSecret }) }
  const form = { code, redirect_uri: state.redirectUri, code_verifier: state.verifier, ...client }
  return askToken(open.http, {
    url: tokenUrl,
    form: { grant_type: 'authorization_code', ...form },
    headers: await own,
    repeatable: false,
    refused: 'NEEDS_AUTH',
  })
}

/** Keeps the filled configuration, unless somebody has changed it meanwhile. */
async function keep(hub: Hub, id: string, { before, after }: Filled): Promise<void> {
  const sql = 'update connection set secrets = ? where id = ? and secrets = ? returning id'
  const kept = await hub.db.em().execute<object[]>(sql, [after, id, before])
  if (kept.length === 0) throw new ErpError('CONFLICT', `${id} was changed meanwhile; sign in again.`)
  await hub.directory.refresh()
  hub.db.bus.tell('connection', id)
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
