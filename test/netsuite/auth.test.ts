import { createHash, generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { addressOf, config, hostOf, realmOf } from '../../subgraphs/netsuite/config.ts'
import { netsuite } from '../../subgraphs/netsuite/index.ts'
import { CERTIFICATE, CLIENT, TOKEN } from '../../subgraphs/netsuite/sandbox/access.ts'
import { baseString, oauth1, signature } from '../../subgraphs/oauth1.ts'
import { type Stand, itemId, memory, refused, using } from './stand.ts'

const VECTOR = {
  oauth_consumer_key: 'ck_demo_0001',
  oauth_token: 'tk_demo_0003',
  oauth_nonce: 'n0nce5678',
  oauth_timestamp: '1790000000',
  oauth_signature_method: 'HMAC-SHA256',
  oauth_version: '1.0',
}
const ROOT = 'https://1234567-sb1.suitetalk.api.netsuite.com/services/rest'
const TOKENS = { auth: { kind: 'token', ...TOKEN } }
const SIGN_IN = { auth: { kind: 'signIn', clientId: CLIENT.id, clientSecret: CLIENT.secret } }
const first = ({ erp }: Stand) => erp.items?.list({ first: 1, after: null })

describe('token-based authentication', () => {
  it('signs the vectors of the sheet, query parameters included', () => {
    const sign = (method: string, address: string) =>
      signature(baseString(method, address, VECTOR), 'cs_demo_0002', 'ts_demo_0004')
    expect(baseString('POST', `${ROOT}/query/v1/suiteql?limit=1000&offset=0`, VECTOR)).toBe(
      'POST&https%3A%2F%2F1234567-sb1.suitetalk.api.netsuite.com%2Fservices%2Frest%2Fquery%2Fv1%2Fsuiteql&limit%3D1000%26oauth_consumer_key%3Dck_demo_0001%26oauth_nonce%3Dn0nce5678%26oauth_signature_method%3DHMAC-SHA256%26oauth_timestamp%3D1790000000%26oauth_token%3Dtk_demo_0003%26oauth_version%3D1.0%26offset%3D0',
    )
    expect(sign('POST', `${ROOT}/query/v1/suiteql?limit=1000&offset=0`)).toBe(
      'NqFNIEBd7V3cYeLtxQUOwksBmPQ2WCLKxrSrmAs8pAk=',
    )
    expect(sign('GET', `${ROOT}/record/v1/customer?q=email%20IS%20%22ops%40acme.example%22&limit=100`)).toBe(
      'AMu4YtQEZLMArx/JyJ2B9upBzoixj/+tQTZgR7Zinvk=',
    )
  })

  it('escapes what RFC 3986 reserves', () => {
    const base = baseString('GET', `${ROOT}/x?a=!'()*%20~&b=%C3%BC`, {})
    expect(base.split('&')[2]).toBe('a%3D%2521%2527%2528%2529%252A%2520~%26b%3D%25C3%25BC')
  })

  it('is accepted for reads and writes, each request with a nonce of its own', async () => {
    await using({ config: TOKENS }, async (stand) => {
      const rows = await Promise.all(Array.from({ length: 5 }, () => first(stand)))
      expect(rows.every((page) => page?.rows[0]?.sku === 'DESK-60')).toBe(true)
      const input = { name: 'Signiert ✓', country: 'DE' }
      expect((await stand.erp.customer?.create(input, 'cus_tba'))?.id).toMatch(/^\d+$/)
      expect(stand.calls.filter(({ path }) => path.endsWith('/token'))).toEqual([])
      expect(stand.calls.every(({ status }) => status !== 401)).toBe(true)
    })
  })

  it('signs anew when a repeated read carries a nonce that was used', async () => {
    await using({ config: TOKENS }, async (stand) => {
      await first(stand)
      stand.strike({ do: 'resetAfter', match: 'suiteql', times: 1 })
      expect((await first(stand))?.rows).toHaveLength(1)
      expect(stand.calls.map(({ status }) => status).slice(-2)).toEqual([401, 200])
    })
  })

  it('is refused with a wrong secret, a wrong realm or an old signature', async () => {
    const wrong = { auth: { ...TOKENS.auth, tokenSecret: 'not the one' } }
    for (const config of [wrong, { ...TOKENS, account: '7654321' }]) {
      await using({ config }, async (stand) => {
        expect((await refused(first(stand))).code).toBe('AUTHENTICATION_FAILED')
      })
    }
    await using({ config: TOKENS }, async ({ url }) => {
      const address = `${url}/services/rest/system/v1/governanceLimits`
      const auth = oauth1({ ...TOKEN, realm: '1234567_SB1' })
      const headers = await auth.headers({ method: 'GET', url: address })
      expect((await fetch(address, { headers })).status).toBe(200)
      expect((await fetch(address, { headers })).status).toBe(401)
      const old = {
        authorization: headers.authorization?.replace(/timestamp="\d+"/, 'timestamp="1"') ?? '',
      }
      expect((await fetch(address, { headers: old })).status).toBe(401)
    })
  })
})

describe('the account', () => {
  it('is written with a dash in host names and with an underscore in the realm', () => {
    expect([hostOf('1234567_SB1'), realmOf('1234567-sb1')]).toEqual(['1234567-sb1', '1234567_SB1'])
    expect(addressOf({ account: '1234567_SB1', url: undefined }, 'suitetalk.api')).toBe(
      'https://1234567-sb1.suitetalk.api.netsuite.com',
    )
    expect(config.safeParse({ account: 'evil.example/x', auth: TOKENS.auth }).success).toBe(false)
  })
})

describe('the certificate', () => {
  it('signs with PS256 as well as ES256, and a token serves many requests', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const auth = { kind: 'certificate', clientId: CLIENT.id, certificateId: 'rsa_1' }
    const account = { certificates: { rsa_1: publicKey } }
    // One-line keys, as environment variables hold them, are read too.
    for (const privateKey of [pem, pem.replaceAll('\n', '\\n')]) {
      await using({ account, config: { auth: { ...auth, privateKey } } }, async (stand) => {
        await first(stand)
        await first(stand)
        expect(stand.calls.filter(({ path }) => path.endsWith('/token'))).toHaveLength(1)
      })
    }
  })

  it('is refused by name when it cannot be read, and RS256 is no choice', async () => {
    const auth = { kind: 'certificate', clientId: CLIENT.id, certificateId: CERTIFICATE }
    await using({ config: { auth: { ...auth, privateKey: 'no key' } } }, async (stand) => {
      const { code, field } = await refused(first(stand))
      expect([code, field]).toEqual(['VALIDATION', 'privateKey'])
      expect(stand.calls).toEqual([])
    })
    const rs256 = { account: '1', auth: { ...auth, privateKey: 'x', algorithm: 'RS256' } }
    expect(config.safeParse(rs256).success).toBe(false)
  })

  it('is refused for another client, a life of an hour, another audience or RS256', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    await using({ account: { certificates: { rsa_1: publicKey } } }, async ({ url }) => {
      const audience = `${url}/services/rest/auth/oauth2/v1/token`
      const ask = async (alg: string, iss: string, aud: string, seconds: number) => {
        const now = Math.floor(Date.now() / 1000)
        const assertion = await new SignJWT({
          iss,
          aud,
          scope: ['rest_webservices'],
          iat: now,
          exp: now + seconds,
        })
          .setProtectedHeader({ typ: 'JWT', alg, kid: 'rsa_1' })
          .sign(privateKey)
        const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
        const form = {
          grant_type: 'client_credentials',
          client_assertion_type: type,
          client_assertion: assertion,
        }
        const answer = await fetch(audience, { method: 'POST', body: new URLSearchParams(form) })
        return [answer.status, await answer.json()]
      }
      expect(await ask('PS256', CLIENT.id, audience, 3000)).toEqual([
        200,
        { access_token: expect.any(String), expires_in: '3600', token_type: 'bearer' },
      ])
      const no = [400, { error: 'invalid_grant' }]
      expect(await ask('RS256', CLIENT.id, audience, 3000)).toEqual(no)
      expect(await ask('PS256', 'somebody', audience, 3000)).toEqual(no)
      expect(await ask('PS256', CLIENT.id, 'https://elsewhere.example', 3000)).toEqual(no)
      expect(await ask('PS256', CLIENT.id, audience, 3600)).toEqual(no)
    })
  })

  it('gets one new token when fifty requests at once meet an expired one', async () => {
    await using({}, async (stand) => {
      const item = await itemId(stand, 'DESK-60')
      stand.sandbox.act({ do: 'expireTokens' })
      stand.calls.length = 0
      const asks = Array.from({ length: 50 }, () =>
        stand.erp.stock?.([{ item, sku: 'DESK-60', warehouses: null }]),
      )
      expect((await Promise.all(asks)).every((answer) => answer?.[0])).toBe(true)
      expect(stand.calls.filter(({ path }) => path.endsWith('/token'))).toHaveLength(1)
    })
  })
})

describe('signing in', () => {
  it('tells the addresses of the account', () => {
    const settings = config.parse({ account: '1234567_SB1', ...SIGN_IN })
    expect(netsuite.signIn?.(settings)).toEqual({
      authorizeUrl: 'https://1234567-sb1.app.netsuite.com/app/login/oauth2/authorize.nl',
      tokenUrl: `${ROOT}/auth/oauth2/v1/token`,
      scopes: ['rest_webservices'],
      clientId: CLIENT.id,
      clientSecret: CLIENT.secret,
    })
  })

  it('is asked for while nobody has signed in, without a request', async () => {
    await using({ config: SIGN_IN }, async (stand) => {
      expect((await refused(first(stand))).code).toBe('NEEDS_AUTH')
      expect(stand.calls).toEqual([])
    })
  })

  it('works with PKCE: a code and its verifier become tokens, another verifier does not', async () => {
    await using({}, async ({ url }) => {
      const verifier = 'v'.repeat(43)
      const challenge = createHash('sha256').update(verifier).digest('base64url')
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: CLIENT.id,
        redirect_uri: 'https://app.example/back',
        scope: 'rest_webservices',
        state: 's1',
        code_challenge: challenge,
        code_challenge_method: 'S256',
      })
      const exchange = async (code_verifier: string) => {
        const page = await fetch(`${url}/app/login/oauth2/authorize.nl?${query}`, { redirect: 'manual' })
        const back = new URL(page.headers.get('location') ?? '')
        expect(back.searchParams.get('state')).toBe('s1')
        const code = back.searchParams.get('code') ?? ''
        const form = { grant_type: 'authorization_code', code, code_verifier, client_id: CLIENT.id }
        const token = `${url}/services/rest/auth/oauth2/v1/token`
        return (await fetch(token, { method: 'POST', body: new URLSearchParams(form) })).json()
      }
      expect(await exchange(verifier)).toMatchObject({ refresh_token: expect.any(String) })
      expect(await exchange('x'.repeat(43))).toEqual({ error: 'invalid_grant' })
    })
  })

  it('keeps the newest refresh token before it is used, for a confidential and a public client', async () => {
    const open = { auth: { kind: 'signIn', clientId: CLIENT.id } }
    for (const config of [SIGN_IN, open]) {
      const vault = memory({ refreshToken: 'refresh_demo_1', note: 'kept' })
      await using(
        { config },
        async (stand) => {
          expect((await first(stand))?.rows).toHaveLength(1)
          expect(vault.stored).toMatchObject({ refreshToken: 'refresh_demo_2', note: 'kept' })
          stand.sandbox.act({ do: 'expireTokens' })
          expect((await first(stand))?.rows).toHaveLength(1)
          expect(vault.stored?.refreshToken).toBe('refresh_demo_3')
        },
        vault,
      )
    }
  })

  it('is asked for again once the refresh token is refused', async () => {
    await using(
      { config: SIGN_IN },
      async (stand) => {
        expect((await refused(first(stand))).code).toBe('NEEDS_AUTH')
      },
      memory({ refreshToken: 'revoked' }),
    )
  })
})
