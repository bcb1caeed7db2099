import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signInRoutes } from '../gateway/signin.ts'
import { rows } from '../subgraphs/hub/database.ts'
import { asCall } from '../subgraphs/http.ts'
import { type TestHouse, openHouse } from './whole.ts'

/** Systems whose sandbox is configured for a person who signs in; others have tests of their own. */
const IDS = ['sageaccounting:main', 'xero:main', 'quickbooks:main', 'datev:main']

let house: TestHouse
beforeAll(async () => {
  // Xero's own sandbox is configured for a connection without a person.
  // QuickBooks tells on the way back which company was chosen; nobody fills it in before.
  const connection = { grant: 'signIn', company: undefined }
  house = await openHouse({ only: IDS, connection })
  const { url } = await house.serve({ routes: (app) => signInRoutes(app, house.hub) })
  house.hub.publicUrl = url
})
afterAll(() => house.close())

async function tokens(id: string): Promise<string | null> {
  const sql = 'select tokens from connection where id = ?'
  const [row] = await rows<{ tokens: string | null }>(house.hub.db.em(), sql, [id])
  return row?.tokens ?? null
}

describe('signing in to an ERP', () => {
  it.each(IDS)('goes from the start address over the vendor and back, and then %s lets us in', async (id) => {
    const { data } = await house.ask<{ startSignIn: string }>(`mutation { startSignIn(connection: "${id}") }`)
    const address = new URL(data.startSignIn)
    expect(address.searchParams.get('code_challenge_method')).toBe('S256')
    const isOpenId = address.searchParams.get('scope')?.split(' ').includes('openid') ?? false
    expect(address.searchParams.has('nonce')).toBe(isOpenId)
    const sent = await fetch(address, { redirect: 'manual' })
    expect([sent.status, await tokens(id)]).toEqual([302, null])
    const back = await fetch(sent.headers.get('location') ?? '')
    expect([back.status, await back.text()]).toEqual([200, `${id} is connected. You may close this page.`])
    expect(await tokens(id)).not.toMatch(/refreshToken|accessToken/)
    const open = house.hub.directory.find('default', id)
    await expect(asCall({ lane: 'live' }, async () => open?.erp.check())).resolves.toMatchObject({
      name: expect.stringMatching(/\w/),
    })
  })

  it('keeps what the vendor wants in its own address', async () => {
    const query = 'mutation { startSignIn(connection: "sageaccounting:main") }'
    const { data } = await house.ask<{ startSignIn: string }>(query)
    expect(new URL(data.startSignIn).searchParams.get('filter')).toBe('apiv3.1')
  })

  it('takes over the company that the vendor names, sealed, and refuses to mix it with another one', async () => {
    const { data } = await house.ask<{ startSignIn: string }>(
      'mutation { startSignIn(connection: "quickbooks:main") }',
    )
    const sent = await fetch(data.startSignIn, { redirect: 'manual' })
    const back = new URL(sent.headers.get('location') ?? '')
    const company = back.searchParams.get('realmId') ?? ''
    expect(company).toMatch(/^\d+$/)
    const sql = "select secrets from connection where id = 'quickbooks:main'"
    const [row] = await rows<{ secrets: string }>(house.hub.db.em(), sql)
    expect(row?.secrets).not.toContain(company)
    const config = house.hub.safe.open<object>(row?.secrets ?? '', 'default', 'quickbooks:main')
    expect(config).toMatchObject({ company })
    const before = await tokens('quickbooks:main')
    back.searchParams.set('realmId', '4711')
    const other = await fetch(back)
    expect([other.status, await other.text()]).toEqual([400, expect.stringContaining('another company')])
    expect(await tokens('quickbooks:main')).toBe(before)
  })

  it('never wakes a connection that was paused meanwhile', async () => {
    const id = 'xero:main'
    const state = async (): Promise<unknown> =>
      (await rows(house.hub.db.em(), 'select state from connection where id = ?', [id]))[0]
    const { data } = await house.ask<{ startSignIn: string }>(`mutation { startSignIn(connection: "${id}") }`)
    const sent = await fetch(data.startSignIn, { redirect: 'manual' })
    // Another process may still have it open: what it saves wakes nothing.
    const open = house.hub.directory.find('default', id)
    await house.ask(`mutation { pauseConnection(id: "${id}") { id } }`)
    expect(await state()).toEqual({ state: 'PAUSED' })
    const back = await fetch(sent.headers.get('location') ?? '')
    expect(back.status).toBe(400)
    await open?.http.vault.renew(async (stored) => ({ ...stored, accessToken: 'fresh' }))
    expect(await state()).toEqual({ state: 'PAUSED' })
    expect(house.hub.directory.find('default', id)).toBe(null)
  })
})
