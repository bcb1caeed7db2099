import { afterAll, describe, expect, it } from 'vitest'
import { type Token, basic, bearer, fixed, sendAs } from '../subgraphs/auth.ts'
import type { Http } from '../subgraphs/http.ts'
import { memoryVault } from './contract/tap.ts'
import { askToken } from '../subgraphs/oauth2.ts'
import { type Wire, Wires, failure, reply } from './wire.ts'

const wires = new Wires()
afterAll(() => wires.close())

/** An ERP that takes only the newest of the tokens t1, t2, … that it gave out. */
class Guarded {
  given = 0
  refused = 0
  /** What `get` was handed each time. */
  readonly seen: (Record<string, string> | null)[] = []
  lifeMs = 3_600_000
  wire!: Wire

  static async open(): Promise<Guarded> {
    const guarded = new Guarded()
    guarded.wire = await wires.open((request, response) => {
      const good = request.headers.authorization === `Bearer t${guarded.given}`
      if (!good) guarded.refused += 1
      response.writeHead(good ? 200 : 401).end(request.method)
    })
    return guarded
  }

  /** A worker's way in, with a vault that several workers may share. */
  worker(vault: Http['vault'] = memoryVault()) {
    const http: Http = { vault, send: (request) => this.wire.send(request) }
    const get = (stored: Record<string, string> | null): Promise<Token> => {
      this.seen.push(stored)
      this.given += 1
      const keep = { refreshToken: `r${this.given}` }
      return Promise.resolve({ accessToken: `t${this.given}`, expiresAt: Date.now() + this.lifeMs, keep })
    }
    const auth = bearer(http, get)
    const send = (method: 'GET' | 'POST' = 'GET') =>
      sendAs(auth, http, { method, url: `${this.wire.url}/x`, body: method === 'POST' ? '{}' : null })
    return { send, vault }
  }

  /** The ERP forgets all tokens before their time. */
  expire(): void {
    this.given += 1
  }
}

const fifty = Array.from({ length: 50 })

describe('a bearer token', () => {
  it('is got once for fifty requests that need the first one', async () => {
    const erp = await Guarded.open()
    const { send } = erp.worker()
    const answers = await Promise.all(fifty.map(() => send()))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect([erp.given, erp.wire.got.length]).toEqual([1, 50])
  })

  it('that has expired is renewed exactly once for fifty requests, and all are answered', async () => {
    const erp = await Guarded.open()
    const { send } = erp.worker()
    await send()
    erp.expire()
    const answers = await Promise.all(fifty.map(() => send()))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(erp.seen).toHaveLength(2)
    expect(erp.refused).toBeLessThanOrEqual(50)
  })

  it('is renewed once by two workers that share a vault', async () => {
    const erp = await Guarded.open()
    const vault = memoryVault()
    const [one, two] = [erp.worker(vault), erp.worker(vault)]
    await Promise.all([one.send(), two.send()])
    expect(erp.seen).toHaveLength(1)
    erp.expire()
    const answers = await Promise.all(fifty.flatMap(() => [one.send(), two.send()]))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(erp.seen).toHaveLength(2)
  })

  it('that another process saved is taken over', async () => {
    const erp = await Guarded.open()
    const vault = memoryVault()
    await erp.worker(vault).send()
    expect((await erp.worker(vault).send()).status).toBe(200)
    expect(erp.seen).toHaveLength(1)
  })

  it('that is about to end is renewed before it is refused', async () => {
    const erp = await Guarded.open()
    erp.lifeMs = 20_000
    const { send } = erp.worker()
    await send()
    erp.lifeMs = 3_600_000
    await send()
    await send()
    expect([erp.given, erp.refused]).toEqual([2, 0])
  })

  it('keeps what belongs to it, such as a refresh token that changes each time', async () => {
    const erp = await Guarded.open()
    const { send, vault } = erp.worker()
    await send()
    erp.expire()
    await send()
    expect(erp.seen.map((stored) => stored?.refreshToken)).toEqual([undefined, 'r1'])
    expect(await vault.read()).toMatchObject({ accessToken: 't3', refreshToken: 'r3' })
  })

  it('that is refused again right after it was renewed is renewed no more, and the refusal is handed on', async () => {
    const erp = await Guarded.open()
    const wire = await wires.open((_, response) => response.writeHead(401).end('no'))
    const http: Http = { vault: memoryVault(), send: (request) => wire.send(request) }
    let got = 0
    const auth = bearer(http, () =>
      Promise.resolve({ accessToken: `t${++got}`, expiresAt: Date.now() + 3_600_000 }),
    )
    const answer = await sendAs(auth, http, { method: 'GET', url: `${wire.url}/x` })
    expect([answer.status, got, wire.got.length, erp.given]).toEqual([401, 2, 2, 0])
  })

  it('lets a refused write be sent once more, because the ERP has not handled it', async () => {
    const erp = await Guarded.open()
    const { send } = erp.worker()
    await send()
    erp.expire()
    expect(await send('POST')).toMatchObject({ status: 200, text: 'POST' })
    expect(erp.wire.got).toEqual(['GET /x', 'POST /x', 'POST /x'])
  })

  it('that cannot be got fails those who wait for it, and the next one asks again', async () => {
    const wire = await wires.open((_, response) => response.end('ok'))
    const http: Http = { vault: memoryVault(), send: (request) => wire.send(request) }
    let tries = 0
    const auth = bearer(http, async () => {
      tries += 1
      if (tries === 1) await wire.send({ url: 'http://10.0.0.1/token' })
      return { accessToken: 't', expiresAt: Date.now() + 3_600_000 }
    })
    const send = () => sendAs(auth, http, { method: 'GET', url: `${wire.url}/x` })
    const errors = await Promise.all([failure(send()), failure(send()), failure(send())])
    expect(errors.map(({ code }) => code)).toEqual(['VALIDATION', 'VALIDATION', 'VALIDATION'])
    expect(tries).toBe(1)
    expect((await send()).text).toBe('ok')
    expect([tries, wire.got.length]).toEqual([2, 1])
  })

  it('that will end within the safety margin still serves all who waited for it', async () => {
    const erp = await Guarded.open()
    erp.lifeMs = 20_000
    const { send } = erp.worker()
    await Promise.all(fifty.map(() => send()))
    expect(erp.given).toBe(1)
  })
})

describe('other credentials', () => {
  it('are sent as basic authentication in UTF-8, or as a fixed header, and a refusal is handed on', async () => {
    const sent: (string | undefined)[] = []
    const wire = await wires.open((request, response) => {
      sent.push(request.headers.authorization, request.headers['x-api-key'] as string | undefined)
      response.writeHead(401).end()
    })
    const http: Http = { vault: memoryVault(), send: (request) => wire.send(request) }
    for (const auth of [basic('jürgen', 'pä:ß'), fixed('x-api-key', 'k')]) {
      const request = { method: 'GET' as const, url: wire.url, headers: { accept: 'text/plain' } }
      expect((await sendAs(auth, http, request)).status).toBe(401)
    }
    expect(sent).toEqual([
      `Basic ${Buffer.from('jürgen:pä:ß').toString('base64')}`,
      undefined,
      undefined,
      'k',
    ])
  })

  it('say themselves what "expired" looks like, and are renewed once', async () => {
    const wire = await wires.open((_, response, nth) => response.end(nth === 1 ? 'session expired' : 'fine'))
    const http: Http = { vault: memoryVault(), send: (request) => wire.send(request) }
    let renewals = 0
    const auth = {
      headers: () => ({ cookie: `s=${renewals}` }),
      renew: (refused: Record<string, string>) => Promise.resolve(refused.cookie === `s=${renewals++}`),
      expired: ({ text }: { text: string }) => text.includes('expired'),
    }
    expect((await sendAs(auth, http, { method: 'GET', url: wire.url })).text).toBe('fine')
    expect([renewals, wire.got.length]).toEqual([1, 2])
  })
})

describe('a token endpoint that refuses', () => {
  const asked = async (error: string, refused: 'NEEDS_AUTH' | 'AUTHENTICATION_FAILED') => {
    const wire = await wires.open(reply(400, JSON.stringify({ error })))
    const http: Http = { vault: memoryVault(), send: (request) => wire.send(request) }
    return failure(askToken(http, { url: `${wire.url}/token`, form: {}, refused, repeatable: false }))
  }

  it('sends a person to sign in again only where that helps, and an operator where the app itself is wrong', async () => {
    expect((await asked('invalid_grant', 'NEEDS_AUTH')).code).toBe('NEEDS_AUTH')
    expect((await asked('invalid_client', 'NEEDS_AUTH')).code).toBe('AUTHENTICATION_FAILED')
    expect((await asked('unauthorized_client', 'NEEDS_AUTH')).code).toBe('AUTHENTICATION_FAILED')
  })
})
