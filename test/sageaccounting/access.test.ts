import { describe, expect, it } from 'vitest'
import { Outbound } from '../../subgraphs/http.ts'
import { sageaccounting } from '../../subgraphs/sageaccounting/index.ts'
import { BUSINESSES, CLIENT, FIRST_REFRESH } from '../../subgraphs/sageaccounting/sandbox/access.ts'
import { DEMO, errorOf, itemIds, stage, value } from './open.ts'

const open = stage()
const SECOND = 1000

describe('signing in to Sage Accounting', () => {
  it('goes by a code that is good once and for a minute, with the secret of the client in the form', async () => {
    let now = Date.now()
    const { url, sandbox, vault } = open({ refreshToken: undefined }, { now: () => now })
    const config = sageaccounting.config.parse(sandbox.config(url))
    const signIn = sageaccounting.signIn?.(config)
    expect(signIn).toMatchObject({ secretIn: 'form', scopes: ['full_access'] })
    const way = new Outbound({
      connection: 'x',
      limits: sageaccounting.limits,
      vault,
      allowHosts: [new URL(url).host],
      secrets: [],
    })
    const back = 'https://app.example.test/callback'
    const enter = async () => {
      const page = new URL(signIn?.authorizeUrl ?? '')
      const ask = { response_type: 'code', client_id: CLIENT.id, redirect_uri: back, scope: 'full_access' }
      for (const [name, text] of Object.entries(ask)) page.searchParams.set(name, text)
      const answer = await way.send({ method: 'GET', url: page.href })
      return new URL(answer.headers.location ?? '').searchParams.get('code') ?? ''
    }
    const exchange = async (code: string) => {
      const form = { client_id: CLIENT.id, client_secret: CLIENT.secret, code, redirect_uri: back }
      const body = new URLSearchParams({ ...form, grant_type: 'authorization_code' }).toString()
      return (await way.send({ method: 'POST', url: signIn?.tokenUrl ?? '', body })).status
    }
    const code = await enter()
    expect([await exchange(code), await exchange(code)]).toEqual([200, 400])
    const late = await enter()
    now += 61 * SECOND
    expect(await exchange(late)).toBe(400)
    await way.close()
  })

  it('spends every refresh token once, saves the next before it is used, and asks for a person when it is lost', async () => {
    const { erp, vault, sandbox, again } = open({}, { onceOnly: true })
    await erp.check()
    const first = (await vault.read())?.refreshToken
    expect(first).not.toBe(FIRST_REFRESH)
    sandbox.act({ do: 'expireTokens' })
    await Promise.all(Array.from({ length: 20 }, () => erp.check()))
    expect(vault.renewals).toBe(2)
    await vault.renew(async (stored) => ({ ...stored, accessToken: '', refreshToken: first ?? '' }))
    expect((await errorOf(again({}).erp.check())).code).toBe('NEEDS_AUTH')
    expect((await errorOf(open({ refreshToken: undefined }).erp.check())).code).toBe('NEEDS_AUTH')
  })

  it('renews a token after its five minutes, once, in the middle of a batch', async () => {
    let now = Date.now()
    const { erp, calls } = open({}, { now: () => now })
    const ids = [...(await itemIds(erp)).values()]
    now += 301 * SECOND
    calls.length = 0
    const rows = await Promise.all(ids.slice(0, 20).map((id) => erp.items?.byId([id])))
    expect(rows.map((row) => value(row?.[0]).id)).toEqual(ids.slice(0, 20))
    expect(calls.filter(({ path }) => path === '/token')).toHaveLength(1)
  })
})

describe('the business', () => {
  it('is named in every request, because without it the lead business would answer in silence', async () => {
    const { erp, wire, raw } = open()
    await erp.items?.list({ first: 5, after: null })
    const reads = wire.filter(({ request }) => request.method === 'GET')
    expect(reads.map(({ request }) => request.headers?.['x-business'])).toEqual(
      reads.map(() => BUSINESSES.demo),
    )
    const lead = await raw('GET', 'stock_items', null, { 'x-business': BUSINESSES.lead })
    expect(lead.json()).toMatchObject({ $total: '0' })
  })

  it('must be filled in where the person has several', async () => {
    const { erp } = open({ businessId: undefined })
    expect(await errorOf(erp.check())).toMatchObject({ code: 'VALIDATION', field: 'businessId' })
    expect(await open().erp.check()).toEqual({ name: DEMO.company, version: '3.1', currency: 'EUR' })
  })

  it('has limits by minute and day, which are told with the time to wait', async () => {
    const { erp } = open({}, { perMinute: 3 })
    await erp.items?.list({ first: 1, after: null }).catch(() => null)
    const error = await errorOf(erp.items?.list({ first: 1, after: null }))
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 60_000 })
  })
})
