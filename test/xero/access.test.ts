import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Outbound } from '../../subgraphs/http.ts'
import { xero } from '../../subgraphs/xero/index.ts'
import { CLIENT, FIRST_REFRESH } from '../../subgraphs/xero/sandbox/access.ts'
import { errorOf, stage } from './open.ts'

const open = stage()
const MINUTES = 60_000
const SIGNED = { grant: 'signIn', refreshToken: FIRST_REFRESH }

describe('signing in to Xero', () => {
  it('gives a client without a secret its tokens by PKCE, and none for another verifier', async () => {
    const { url, wire: _, erp, vault } = open({ grant: 'signIn', clientSecret: undefined })
    // RFC 7636, appendix B.
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    expect(challenge).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
    const config = xero.config.parse({ url, loginUrl: url, identityUrl: url, clientId: CLIENT.id })
    const { authorizeUrl, tokenUrl } = xero.signIn?.(config) ?? { authorizeUrl: '', tokenUrl: '' }
    const allowHosts = [new URL(url).host]
    const way = new Outbound({ connection: 'x', limits: xero.limits, vault, allowHosts, secrets: [] })
    const back = 'https://app.example.test/callback'
    const ask = `response_type=code&client_id=${CLIENT.id}&redirect_uri=${encodeURIComponent(back)}&state=s`
    const exchange = async (given: string) => {
      const page = await way.send({
        method: 'GET',
        url: `${authorizeUrl}?${ask}&code_challenge=${challenge}&code_challenge_method=S256`,
      })
      const code = new URL(page.headers.location ?? '').searchParams.get('code') ?? ''
      const form = { grant_type: 'authorization_code', client_id: CLIENT.id, code, redirect_uri: back }
      const body = new URLSearchParams({ ...form, code_verifier: given }).toString()
      return way.send({ method: 'POST', url: tokenUrl, body })
    }
    expect((await exchange('x'.repeat(43))).json()).toEqual({ error: 'invalid_grant' })
    const tokens = (await exchange(verifier)).json() as Record<string, string>
    await way.close()
    await vault.renew(() => Promise.resolve({ refreshToken: tokens.refresh_token ?? '' }))
    expect((await erp.check()).name).toBe('Nordlicht Handel GmbH')
    expect((await vault.read())?.refreshToken).not.toBe(tokens.refresh_token)
  })

  it('spends a refresh token only once, saves its successor before it is used, and goes on with it', async () => {
    let now = Date.now()
    const { erp, vault, sandbox, again } = open(SIGNED, { now: () => now })
    await erp.check()
    const first = (await vault.read())?.refreshToken
    expect(first).not.toBe(FIRST_REFRESH)
    sandbox.act({ do: 'expireTokens' })
    await Promise.all(Array.from({ length: 20 }, () => erp.stock?.([])))
    await Promise.all(Array.from({ length: 20 }, () => erp.check()))
    expect(vault.renewals).toBe(2)
    const second = (await vault.read())?.refreshToken
    expect(second).not.toBe(first)
    now += 31 * MINUTES
    await again({}).erp.check()
    await vault.renew(async (stored) => ({ ...stored, accessToken: '', refreshToken: first ?? '' }))
    expect((await errorOf(again({}).erp.check())).code).toBe('NEEDS_AUTH')
  })

  it('asks a person to sign in where nobody has, and no person with a custom connection', async () => {
    const { erp } = open({ grant: 'signIn' })
    expect((await errorOf(erp.check())).code).toBe('NEEDS_AUTH')
    const values = { clientId: 'x', clientSecret: 'y' }
    expect(xero.signIn?.(xero.config.parse({ ...values, grant: 'custom' }))).toBe(null)
    const signIn = xero.signIn?.(xero.config.parse(values))
    expect(signIn).toMatchObject({
      authorizeUrl: 'https://login.xero.com/identity/connect/authorize',
      tokenUrl: 'https://identity.xero.com/connect/token',
    })
    expect(signIn?.scopes).toContain('offline_access')
  })
})

describe('the organisation', () => {
  it('is looked up by its tenant id, never by the id of the connection, and only once', async () => {
    const { erp, calls } = open({ tenantId: undefined })
    await erp.check()
    await erp.check()
    expect(calls.filter(({ path }) => path === '/connections')).toHaveLength(1)
    expect(calls.every(({ status }) => status === 200)).toBe(true)
  })

  it('that is not ours is refused with 403, which no new token helps', async () => {
    const { erp, calls } = open({ tenantId: '5b1f2d3e-0a6c-4c1e-9d5d-7f1d0c9b2a10' })
    expect((await errorOf(erp.check())).code).toBe('AUTHENTICATION_FAILED')
    expect(calls.filter(({ path }) => path === '/connect/token')).toHaveLength(1)
  })

  it('whose scope is missing is refused with 401, and no token is renewed for it', async () => {
    const { erp, calls, fault, name } = open()
    await erp.check()
    fault(name, [{ do: 'error', name: 'scope', match: 'GET /api.xro', times: 0 }])
    expect(await errorOf(erp.check())).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      said: 'AuthorizationUnsuccessful',
    })
    expect(calls.filter(({ path }) => path === '/connect/token')).toHaveLength(1)
  })
})

describe('the limits of Xero', () => {
  it('of a minute and a day are told with the time to come back, and our own budget stays below them', async () => {
    expect(xero.limits).toMatchObject({ parallel: 4, perMinute: 55, perDay: 4_800 })
    const minute = open({}, { perMinute: 3 })
    for (let nth = 0; nth < 3; nth += 1) await minute.erp.check()
    const soon = await errorOf(minute.erp.check())
    expect(soon).toMatchObject({ code: 'RATE_LIMITED', message: 'Xero answers 429 (limit: minute).' })
    expect(soon.retryAfterMs).toBeGreaterThan(50_000)
    const day = open({}, { perDay: 1 })
    await day.erp.check()
    expect((await errorOf(day.erp.check())).retryAfterMs).toBeGreaterThan(80_000_000)
  })

  it('for calls at the same time refuses the sixth, tells which limit it was, and goes on afterwards', async () => {
    const { sandbox, wire, erp } = open()
    await erp.check()
    const sent = wire.find(({ request }) => request.url.endsWith('/Organisation'))?.request
    const call = { method: 'GET', path: '/api.xro/2.0/Organisation', query: new URLSearchParams(), body: '' }
    const headers = sent?.headers as Record<string, string>
    const at = () => sandbox.handle({ ...call, headers })
    const answers = await Promise.all(Array.from({ length: 6 }, at))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429])
    expect(answers[5]?.headers).toMatchObject({ 'x-rate-limit-problem': 'concurrent', 'retry-after': '1' })
    expect((await at()).status).toBe(200)
  })
})
