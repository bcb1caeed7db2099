import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signInRoutes } from '../gateway/signin.ts'
import { rows } from '../subgraphs/hub/database.ts'
import { endSignIn } from '../subgraphs/hub/signin.ts'
import { CLIENT } from '../subgraphs/netsuite/sandbox/access.ts'
import { type TestHouse, openHouse } from './whole.ts'

const ELEVEN_MINUTES = 11 * 60_000

let house: TestHouse

async function start(): Promise<string> {
  const query = 'mutation { startSignIn(connection: "netsuite:main") }'
  const { data, errors } = await house.ask<{ startSignIn: string }>(query)
  expect(errors).toBeUndefined()
  return data.startSignIn
}

/** Signs in at the vendor as a person would, and gives where the vendor sends the browser. */
async function signIn(address: string): Promise<URL> {
  const answer = await fetch(address, { redirect: 'manual' })
  return new URL(answer.headers.get('location') ?? '')
}

async function tokens(): Promise<string | null> {
  const [row] = await rows<{ tokens: string | null }>(
    house.hub.db.em(),
    "select tokens from connection where id = 'netsuite:main'",
  )
  return row?.tokens ?? null
}

async function status(): Promise<unknown> {
  const query = '{ netsuite { items(first: 1) { nodes { sku } } } }'
  const { data, errors } = await house.ask<{ netsuite: { items: { nodes: object[] } } }>(query)
  return errors?.[0]?.extensions?.code ?? data.netsuite.items.nodes.length
}

/** What the connection says of itself. */
async function state(): Promise<unknown> {
  const query = '{ connections { state problem { code resolution } } }'
  const { data } = await house.ask<{ connections: { state: string; problem: object | null }[] }>(query)
  return data.connections[0]
}

beforeAll(async () => {
  const auth = { kind: 'signIn', clientId: CLIENT.id, clientSecret: CLIENT.secret }
  house = await openHouse({ only: ['netsuite:main'], connection: { auth } })
  const { url } = await house.serve({ routes: (app) => signInRoutes(app, house.hub) })
  house.hub.publicUrl = url
})

afterAll(async () => {
  await house.close()
})

describe('signing in to an ERP', () => {
  it('is needed before the first read, and said so by NEEDS_AUTH', async () => {
    expect(await status()).toBe('NEEDS_AUTH')
  })

  it('is asked for at the connection itself, with what to do', async () => {
    expect(await state()).toMatchObject({
      state: 'NEEDS_AUTH',
      problem: { code: 'NEEDS_AUTH', resolution: expect.stringMatching(/sign/i) },
    })
  })

  it('refuses a callback whose state was not made here, is too old, or carries no code', async () => {
    const address = await start()
    const state = new URL(address).searchParams.get('state') ?? ''
    const callback = `${house.hub.publicUrl}/connect/callback`
    const forged = await fetch(`${callback}?code=x&state=${state.slice(0, -2)}AA`)
    expect([forged.status, (await fetch(`${callback}?state=${state}`)).status]).toEqual([400, 400])
    const late = endSignIn(house.hub, { state, code: 'x' }, Date.now() + ELEVEN_MINUTES)
    await expect(late).rejects.toMatchObject({ code: 'VALIDATION' })
    expect(await tokens()).toBeNull()
  })

  it('sends state and PKCE, exchanges the code, keeps the tokens sealed, and reads go through', async () => {
    const address = await start()
    expect(new URL(address).searchParams.get('code_challenge_method')).toBe('S256')
    const back = await signIn(address)
    const answer = await fetch(back)
    expect([answer.status, await answer.text()]).toEqual([
      200,
      'netsuite:main is connected. You may close this page.',
    ])
    expect(await tokens()).not.toMatch(/refreshToken|accessToken/)
    expect(await status()).toBe(1)
    expect(await state()).toEqual({ state: 'ACTIVE', problem: null })
  })
})
