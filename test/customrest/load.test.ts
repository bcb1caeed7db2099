import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { capabilitiesOf } from '../../subgraphs/connector.ts'
import { config } from '../../subgraphs/customrest/config.ts'
import { restManifest } from '../../subgraphs/customrest/sandbox/manifest.ts'
import { Room, small } from './open.ts'

const LIST = { request: { method: 'GET', path: '/items' }, fields: { externalId: 'id', sku: 'sku' } }

/** What is wrong with a manifest, by its place. */
function problems(manifest: unknown, more: object = {}): Record<string, string> {
  const { error } = config.safeParse({ url: 'https://erp.example', manifest, ...more })
  return Object.fromEntries(
    (error?.issues ?? []).map(({ path, message }) => [path.map(String).join('.'), message]),
  )
}

describe('a manifest', () => {
  const room = new Room()

  it('is refused with the place and the reason of every mistake at once', () => {
    const wrong = small({
      'products.list': {
        ...LIST,
        paging: 'nope',
        fields: { externalId: 'id[', sku: '$contains(a, /(?=x)/)' },
      },
      'orders.create': {
        request: { method: 'GET', path: '/o/${input.id' },
        idempotency: { kind: 'lookup', lookup: 'orders.findByReference' },
      },
    })
    const found = problems(wrong)
    expect(found['manifest.capabilities.products.list.paging']).toContain('no paging named "nope"')
    expect(found['manifest.capabilities.products.list.fields.externalId']).toMatch(/letter 3/)
    expect(found['manifest.capabilities.products.list.fields.sku']).toContain('regular expression')
    expect(found['manifest.capabilities.orders.create.request.path']).toContain('never closed')
    expect(found['manifest.capabilities.orders.create.request.method']).toContain('no GET')
    expect(found['manifest.capabilities.orders.create.idempotency']).toContain('lookup must name')
  })

  it('is refused for words that nobody knows, and for what is neither JSON nor YAML', () => {
    expect(Object.keys(problems(small({ 'products.lost': LIST })))).toEqual(['manifest.capabilities'])
    expect(Object.keys(problems({ ...small({}), surprise: 1 }))).toEqual(['manifest'])
    expect(problems('{"a": [')['manifest']).toContain('neither JSON nor YAML')
    expect(problems(small({}, { auth: { kind: 'magic' } }))['manifest.auth.kind']).toBeDefined()
    expect(
      problems(small({}, { auth: { kind: 'bearer', token: '${secret.nope}' } }))['manifest.auth'],
    ).toContain('no secret "nope"')
  })

  it('is refused where something would be accepted and have no effect, with the reason', () => {
    const create = { request: { method: 'POST', path: '/q', body: "{'r': input.reference}" } }
    expect(problems(small({ 'quotes.create': create }))['manifest.capabilities.quotes.create']).toContain(
      'nothing here writes them',
    )
    const blind = { request: { method: 'GET', path: '/o' }, fields: { externalId: 'id' } }
    const idempotency = { kind: 'lookup', lookup: 'orders.findByReference' }
    const found = problems(
      small({ 'orders.create': { ...create, idempotency }, 'orders.findByReference': blind }),
    )
    expect(found['manifest.capabilities.orders.create.idempotency.lookup']).toContain('input.reference')
    expect(found['manifest.capabilities.orders.findByReference.fields.reference']).toContain('be mapped')
    const job = {
      jobId: 'body.id',
      poll: { method: 'GET', path: '/jobs' },
      status: 'body.state',
      done: ['OK'],
      failed: ['OK'],
    }
    const at = 'manifest.capabilities.products.list.asyncJob'
    const paged = { ...LIST, paging: 'p', asyncJob: job }
    const wrong = problems(small({ 'products.list': paged }, { paging: { p: { kind: 'page' } } }))
    expect(Object.keys(wrong)).toEqual([at, `${at}.poll`, `${at}.failed`])
    const limits = { remainingHeader: 'X-Left' }
    expect(
      problems(small({ 'products.list': LIST }, { limits }))['manifest.limits.remainingHeader'],
    ).toContain('is not read')
    const url = 'https://erp.example'
    const auth = { kind: 'oauth2AuthorizationCode', authorizeUrl: url, tokenUrl: url, clientAuth: 'basic' }
    const plain = small({ 'products.list': LIST }, { auth: { ...auth, clientId: 'c', pkce: false } })
    expect(problems(plain)['manifest.auth.pkce']).toContain('always used')
  })

  it('is refused where no webhook could ever be proved by what it says of the signature', () => {
    const events = [{ when: 'true', emit: 'order.changed', externalId: 'id' }]
    const wrong = (signature: object) =>
      problems(small({ 'products.list': LIST }, { webhook: { signature, events } }))
    const at = 'manifest.webhook.signature'
    expect(Object.keys(wrong({ kind: 'hmac' }))).toEqual([`${at}.header`])
    expect(Object.keys(wrong({ kind: 'staticHeader' }))).toEqual([`${at}.header`])
    expect(wrong({ kind: 'rsa', header: 'X-Sign', key: 'abc' })[`${at}.key`]).toContain('public key')
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = publicKey.export({ type: 'spki', format: 'pem' })
    expect(wrong({ kind: 'rsa', header: 'X-Sign', key })).toEqual({})
    expect(wrong({ kind: 'none' })).toEqual({})
  })

  it('asks for the settings and credentials that it names', () => {
    const manifest = restManifest('erp.example')
    expect(Object.keys(problems(manifest))).toEqual([
      'settings.company',
      'credentials.clientId',
      'credentials.clientSecret',
    ])
    const credentials = { clientId: 'a', clientSecret: 'b' }
    expect(
      problems(manifest, { credentials, settings: { company: 'no good' } })['settings.company'],
    ).toContain('must match')
    expect(problems(manifest, { credentials, settings: { company: 'NW01' } })).toEqual({})
  })

  it('is refused where credentials would go to a host that it does not list', () => {
    const auth = (tokenUrl: string) => ({
      kind: 'oauth2ClientCredentials',
      clientAuth: 'basic',
      clientId: '${secret.clientId}',
      clientSecret: '${secret.clientSecret}',
      tokenUrl,
    })
    const settings = { login: 'id.erp.example' }
    const credentials = { clientId: 'a', clientSecret: 'b' }
    const http = { baseUrl: '${config.url}', allowedHosts: ['erp.example', '*.erp.example'] }
    const wrong = (tokenUrl: string) =>
      problems(small({ 'products.list': LIST }, { auth: auth(tokenUrl), http }), { credentials, settings })
    for (const tokenUrl of [
      'https://id.evil.example/token',
      'https://${config.login}.evil.example/token',
      '/token',
    ])
      expect(Object.keys(wrong(tokenUrl)), tokenUrl).toEqual(['manifest.auth.tokenUrl'])
    expect(wrong('${config.url}/token')).toEqual({})
    expect(wrong('https://${config.login}/token')).toEqual({})
  })

  it('is read as YAML too, and gives exactly what it describes', () => {
    const yaml = [
      'manifestVersion: 1',
      'id: small-erp',
      'version: 1.0.0',
      'name: Small ERP',
      'http: { baseUrl: "${config.url}", allowedHosts: ["127.0.0.1"] }',
      'auth: { kind: none }',
      'capabilities:',
      '  products.list:',
      '    request: { method: GET, path: /items }',
      '    fields: { externalId: id, sku: sku }',
    ].join('\n')
    expect(problems(yaml)).toEqual({})
    expect(capabilitiesOf(room.open(small({ 'products.list': LIST })).erp)).toEqual(['items'])
    const push = { request: { method: 'POST', path: '/o', body: "{'ref': input.reference}" } }
    expect(capabilitiesOf(room.open(small({ 'orders.create': push })).erp)).toEqual(['pushOrder'])
  })

  it('never lets a request leave for a host that it does not list, not even by a link in an answer', async () => {
    const paging = { links: { kind: 'nextUrl', nextUrl: 'next' } }
    const list = { 'products.list': { ...LIST, records: 'rows', paging: 'links' } }
    const { erp } = room.open(small(list, { paging }))
    room.say = () => ({ body: { rows: [{ id: 1, sku: 'A' }], next: 'http://localhost:1/steal' } })
    await expect(erp.items?.list({ first: 1, after: null })).rejects.toMatchObject({ code: 'VALIDATION' })
    const elsewhere = room.open(
      small(list, { paging, http: { baseUrl: '${config.url}', allowedHosts: ['*.erp.example'] } }),
    )
    await expect(elsewhere.erp.items?.list({ first: 1, after: null })).rejects.toMatchObject({
      code: 'VALIDATION',
    })
    expect(room.got).toEqual([])
  })
})
