import { getIntrospectionQuery } from 'graphql'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../gateway/limits.ts'
import { codes, post, send } from './client.ts'

function times(count: number, make: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => make(index)).join(' ')
}

/** Fragments of which each spreads the next two, so that writing them out takes 2^count fields. */
function doubling(count: number): string {
  const all = times(count, (n) => `fragment F${n} on Product { ...F${n + 1} ...F${Math.min(n + 2, count)} }`)
  return `{ product(sku: "A") { ...F0 } } ${all} fragment F${count} on Product { sku }`
}

function circle(count: number): string {
  const all = times(
    count,
    (n) => `fragment F${n} on Product { ...F${(n + 1) % count} ...F${(n + 2) % count} }`,
  )
  return `{ product(sku: "A") { ...F0 } } ${all}`
}

function nested(levels: number): string {
  const [open, close] = ['order { customer { '.repeat(levels / 2), ' } }'.repeat(levels / 2)]
  return `{ order(id: "x") { quote { ${open} id ${close} } } }`
}

/** Operations that would cost much more than they look, with the code that refuses them. */
export const bombs: [name: string, query: string, code: string][] = [
  ['a depth of 50', nested(50), 'LIMIT_EXCEEDED'],
  ['500 aliases', `{ ${times(500, (n) => `a${n}: __typename`)} }`, 'LIMIT_EXCEEDED'],
  [
    '500 aliases inside one product',
    `{ product(sku: "A") { ${times(500, (n) => `a${n}: sku`)} } }`,
    'LIMIT_EXCEEDED',
  ],
  ['aliases that fragments multiply', doubling(60).replace('{ sku }', '{ a: sku }'), 'LIMIT_EXCEEDED'],
  ['too many tokens', `{ product(sku: "A") { ${'sku '.repeat(3_001)} } }`, 'LIMIT_EXCEEDED'],
  ['the same field 1,000 times', `{ product(sku: "A") { ${'sku '.repeat(1_000)} } }`, 'LIMIT_EXCEEDED'],
  [
    'rows of many lists',
    `{ ${times(20, (n) => `a${n}: products(first: 501) { nodes { sku } }`)} }`,
    'LIMIT_EXCEEDED',
  ],
  [
    'rows by a default',
    'query ($n: Int = 20000) { products(first: $n) { nodes { sku } } }',
    'LIMIT_EXCEEDED',
  ],
  [
    'many root fields',
    `{ ${times(25, (n) => (n % 2 ? 'systems { name }' : 'connections { id }'))} }`,
    'LIMIT_EXCEEDED',
  ],
  ['2^60 fields by fragments', doubling(60), 'LIMIT_EXCEEDED'],
  ['a circle of 100 fragments', circle(100), 'VALIDATION'],
  ['a fragment within itself', '{ product(sku: "A") { ...F } } fragment F on Product { ...F }', 'VALIDATION'],
  [
    'lists of fields of types of fields, by introspection',
    '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
    'VALIDATION',
  ],
]

/** Operations that are too large are refused at once, with a code, whatever they would multiply to. */
export function describeBombs(url: () => string): void {
  describe('an operation that is too large', () => {
    it.each(bombs)('is refused for %s', async (_name, query, code) => {
      const reply = await post(url(), query)
      expect([reply.status, codes(reply)]).toEqual([200, [code]])
      expect(reply.data).toBeNull()
    })

    it('answers 400 to a client that accepts application/graphql-response+json', async () => {
      const headers = { accept: 'application/graphql-response+json' }
      const reply = await post(url(), bombs[0]![1], {}, { headers })
      expect([reply.status, reply.headers.get('content-type')]).toEqual([
        400,
        'application/graphql-response+json; charset=utf-8',
      ])
      expect(reply.errors[0]?.extensions.requestId).toBe(reply.headers.get('x-request-id'))
    })

    it('counts rows by the values of variables', async () => {
      const query =
        'query ($n: Int!, $s: [ID!]) { products(skus: $s) { nodes { sku } } customers(first: $n) { nodes { id } } }'
      expect(codes(await post(url(), query, { n: 20_000, s: ['A'] }))).toEqual(['LIMIT_EXCEEDED'])
      const skus = Array.from({ length: 10_001 }, (_, n) => `S${n}`)
      expect(codes(await post(url(), query, { n: 1, s: skus }))).toEqual(['LIMIT_EXCEEDED'])
    })

    it('is refused with status 413 from 10 MB on, and the server goes on', async () => {
      const reply = await post(url(), `{ product(sku: "${'x'.repeat(10_000_000)}") { sku } }`)
      expect([reply.status, codes(reply)]).toEqual([413, ['LIMIT_EXCEEDED']])
      expect(reply.errors[0]?.message).toContain(String(LIMITS.bytes))
      expect((await fetch(`${url()}/health/live`)).status).toBe(200)
    })

    it('is refused as a batch', async () => {
      const body = JSON.stringify(Array.from({ length: 100 }, () => ({ query: '{ __typename }' })))
      const headers = { 'content-type': 'application/json' }
      const reply = await send(url(), { method: 'POST', headers, body })
      expect([reply.status, codes(reply)]).toEqual([400, ['VALIDATION']])
    })

    it('does not count introspection against its depth', async () => {
      const reply = await post<{ __schema: { types: object[] } }>(url(), getIntrospectionQuery())
      expect(reply.errors).toEqual([])
      expect(reply.data?.__schema.types.length).toBeGreaterThan(100)
    })
  })
}
