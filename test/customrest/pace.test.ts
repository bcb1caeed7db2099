import { expect, it } from 'vitest'
import { config } from '../../subgraphs/customrest/config.ts'
import { customrest } from '../../subgraphs/customrest/index.ts'
import { openHouse } from '../whole.ts'
import { small } from './open.ts'

it('shows the limits of the manifest at the connection, unless the operator set others', async () => {
  const query = '{ connections { id budget { parallel limits { seconds limit } } } }'
  const only = ['customrest:main', 'customrest:rpc']
  const house = await openHouse({ only, connection: { limits: { perDay: 900 } } })
  const { data } = await house.ask<{ connections: object[] }>(query)
  expect(data.connections[0]).toEqual({
    id: 'customrest:main',
    budget: {
      parallel: 8,
      limits: [
        { seconds: 1, limit: 10_000 },
        { seconds: 86_400, limit: 900 },
      ],
    },
  })
  await house.close()
})

const LIST = { request: { method: 'GET', path: '/a' }, fields: { externalId: 'id', sku: 'id' } }

it('counts answers as fresh for as long as the manifest says, by what is read', () => {
  const manifest = small({
    'products.list': { ...LIST, cacheTtlS: 999 },
    'products.get': { ...LIST, cacheTtlS: 300 },
    'stock.get': { ...LIST, cacheTtlS: 0 },
    'orders.get': LIST,
  })
  const values = config.parse({ url: 'https://erp.example', manifest })
  expect(customrest.paceOf?.(values).ttlMs).toEqual({ item: 300_000, stock: 0 })
})

it('counts prices as fresh for as long as the list says that they are reckoned from', () => {
  const list = { ...LIST, cacheTtlS: 60 }
  const only = config.parse({ url: 'https://erp.example', manifest: small({ 'prices.list': list }) })
  expect(customrest.paceOf?.(only).ttlMs).toEqual({ price: 60_000 })
})

it.each([
  [undefined, { perSecond: 2, parallel: 2 }],
  [{}, { perSecond: 2, parallel: 2 }],
  [
    { maxConcurrent: 5, perDay: 900 },
    { perSecond: 2, parallel: 5, perDay: 900 },
  ],
  [{ perMinute: 600 }, { perMinute: 600, parallel: 2 }],
  [{ requestsPerSecond: 0.5 }, { perSecond: 0.5, parallel: 2 }],
  [
    { requestsPerSecond: 2.5, perMinute: 100 },
    { perSecond: 2.5, perMinute: 100, parallel: 2 },
  ],
])('asks no more often than the manifest allows, and little where it is silent: %j', (limits, wanted) => {
  const manifest = small({ 'products.list': LIST }, limits && { limits })
  const values = config.parse({ url: 'https://erp.example', manifest })
  expect(customrest.paceOf?.(values).limits).toEqual(wanted)
})

it.each([
  [{}, 'read write'],
  [{ scopeSeparator: ',' }, 'read,write'],
])('asks for the scopes with the separator of the manifest: %j', (more, scope) => {
  const auth = {
    kind: 'oauth2AuthorizationCode',
    authorizeUrl: '${config.url}/authorize',
    tokenUrl: '${config.url}/token',
    clientAuth: 'basic',
    clientId: '${secret.clientId}',
    scopes: ['read', 'write'],
    ...more,
  }
  const manifest = small({ 'products.list': LIST }, { auth })
  const values = config.parse({ url: 'https://127.0.0.1', manifest, credentials: { clientId: 'c' } })
  expect(customrest.signIn?.(values)?.scopes.join(' ')).toBe(scope)
})
