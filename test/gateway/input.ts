import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../../schema/errors.ts'
import { type Told, INSIDE, codes, post, send } from './client.ts'
import { bombs } from './bombs.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

/** Nothing that the inside looks like may show, and every error says what, where and which request. */
function expectClean(errors: Told[]): void {
  for (const { message, extensions } of errors) {
    expect(Object.keys(ERROR_CODES)).toContain(extensions.code)
    expect(extensions.requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(`${message} ${JSON.stringify(extensions)}`).not.toMatch(INSIDE)
  }
}

const price = (quantity: string) =>
  `{ product(sku: "DESK-160") { price(quantity: ${quantity}) { connection } } }`

/** Questions that are wrong in one way each, with the code that says so. */
const wrong: [name: string, query: string, code: string, variables?: Record<string, unknown>][] = [
  [
    'an unknown customer',
    '{ product(sku: "DESK-160") { price(customer: "cus_none") { connection } } }',
    'INVALID_CUSTOMER',
  ],
  [
    'an unknown customer of all prices',
    '{ product(sku: "DESK-160") { prices(customer: "cus_none") { connection } } }',
    'INVALID_CUSTOMER',
  ],
  ['the quantity "-1"', price('"-1"'), 'VALIDATION'],
  ['the quantity "0"', price('"0"'), 'VALIDATION'],
  ['the quantity "0.000"', price('"0.000"'), 'VALIDATION'],
  ['the quantity "1e400"', price('"1e400"'), 'VALIDATION'],
  ['the quantity "abc"', price('"abc"'), 'VALIDATION'],
  ['a quantity of 41 digits', price(`"${'9'.repeat(41)}"`), 'VALIDATION'],
  [
    'a quantity in a variable',
    'query ($q: Decimal!) { product(sku: "DESK-160") { price(quantity: $q) { connection } } }',
    'VALIDATION',
    { q: '1e400' },
  ],
  ['a missing variable', 'query ($id: ID!) { customer(id: $id) { id } }', 'VALIDATION'],
  [
    'a day that is none',
    '{ product(sku: "DESK-160") { price(on: "2026-02-30") { connection } } }',
    'VALIDATION',
  ],
  [
    'a unit that is none',
    '{ product(sku: "DESK-160") { price(unit: "piece") { connection } } }',
    'VALIDATION',
  ],
  [
    'a currency that is none',
    '{ product(sku: "DESK-160") { price(currency: "€") { connection } } }',
    'VALIDATION',
  ],
  ['a bad cursor of products', '{ products(after: "x") { nodes { sku } } }', 'VALIDATION'],
  ['a bad cursor of customers', '{ customers(after: "WzFd") { nodes { id } } }', 'VALIDATION'],
  ['a bad cursor of orders', '{ orders(after: "x") { nodes { id } } }', 'VALIDATION'],
  ['a cursor of another list', `{ orders(after: "${cursor('a', 'b')}") { nodes { id } } }`, 'VALIDATION'],
  ['a bad cursor of invoices', '{ invoices(after: "x") { nodes { id } } }', 'VALIDATION'],
  ['a bad cursor of quotes', '{ quotes(after: "x") { nodes { id } } }', 'VALIDATION'],
  ['a bad cursor of the sync log', '{ syncOperations(after: "x") { nodes { id } } }', 'VALIDATION'],
  ["a bad cursor of a system's own list", '{ odoo { items(after: "x") { nodes { id } } } }', 'VALIDATION'],
  ['a page of 0', '{ products(first: 0) { nodes { sku } } }', 'LIMIT_EXCEEDED'],
  ['a page of -1', '{ customers(first: -1) { nodes { id } } }', 'LIMIT_EXCEEDED'],
  ['a page of 501', '{ orders(first: 501) { nodes { id } } }', 'LIMIT_EXCEEDED'],
  [
    "a page of 501 of a system's own list",
    '{ odoo { items(first: 501) { nodes { id } } } }',
    'LIMIT_EXCEEDED',
  ],
  [
    'a deadline below 0',
    '{ product(sku: "DESK-160") { stock(deadlineMs: -1) { available } } }',
    'VALIDATION',
  ],
  ['an age below 0', '{ product(sku: "DESK-160") { stock(maxAgeMs: -1) { available } } }', 'VALIDATION'],
  ['an unknown field', '{ product(sku: "A") { colour } }', 'VALIDATION'],
  ['half a query', '{ product(sku: ', 'VALIDATION'],
  ['no operation', 'fragment F on Product { sku }', 'VALIDATION'],
  ['a subscription by plain HTTP', 'subscription { operation(id: "x") { id } }', 'VALIDATION'],
  ['a NUL in an id', '{ product(sku: "a\\u0000b") { sku } customer(id: "b") { id } }', 'VALIDATION'],
  ['a NUL in a variable', 'query ($id: ID!) { customer(id: $id) { id } }', 'VALIDATION', { id: 'a\u0000b' }],
  ['half a surrogate in a search', '{ products(search: "\\uD800") { nodes { sku } } }', 'VALIDATION'],
]

function cursor(...parts: string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** What a client does wrong is told in the words of the closed list, and never in those of the inside. */
export function describeInput(url: () => string): void {
  describe('bad input', () => {
    it('an unknown SKU is null without an error, also among others', async () => {
      const query = '{ product(sku: "NONE") { sku } products(skus: ["DESK-160", "NONE"]) { nodes { sku } } }'
      const reply = await post(url(), query)
      expect(reply.errors).toEqual([])
      expect(reply.data).toEqual({ product: null, products: { nodes: [{ sku: 'DESK-160' }, null] } })
    })

    it.each(wrong)('%s is told', async (_name, query, code, variables) => {
      const reply = await post(url(), query, variables)
      expect(codes(reply)).toEqual(code ? [code] : [])
      expectClean(reply.errors)
    })

    it('garbage in place of JSON, and JSON that is no request, are told with status 400', async () => {
      for (const body of [
        '{ "query',
        '[]',
        '7',
        'null',
        '""',
        '{}',
        '{"query":7}',
        '{"query":"{a}","variables":"x"}',
      ]) {
        const reply = await send(url(), { method: 'POST', headers: JSON_TYPE, body })
        expect([body, reply.status, codes(reply)]).toEqual([body, 400, ['VALIDATION']])
        expectClean(reply.errors)
      }
    })

    it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonx'])(
      'a body of %s is refused with status 415',
      async (type) => {
        const init = { method: 'POST', headers: { 'content-type': type }, body: '{"query":"{ __typename }"}' }
        const reply = await send(url(), init)
        expect([reply.status, codes(reply)]).toEqual([415, ['VALIDATION']])
        expectClean(reply.errors)
      },
    )

    it('a mutation by GET does not run', async () => {
      const query = 'mutation { pauseConnection(id: "odoo:main") { id } }'
      const answer = await fetch(`${url()}/graphql?query=${encodeURIComponent(query)}`)
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
      const { errors } = (await answer.json()) as { errors: Told[] }
      expect(codes({ errors })).toEqual(['VALIDATION'])
      expectClean(errors)
      expect((await post(url(), '{ connections { state } }')).data).toEqual({
        connections: [{ state: 'ACTIVE' }],
      })
    })

    it('an answer in a type that nobody speaks is refused before anything runs', async () => {
      const query = 'mutation { pauseConnection(id: "odoo:main") { id } }'
      const reply = await post(url(), query, {}, { headers: { accept: 'text/csv' } })
      expect([reply.status, codes(reply)]).toEqual([406, ['VALIDATION']])
      expect((await post(url(), '{ connections { state } }')).data).toEqual({
        connections: [{ state: 'ACTIVE' }],
      })
    })

    it('other methods and other places are told in the same shape', async () => {
      for (const [method, path, status, code] of [
        ['PUT', '/graphql', 405, 'NOT_SUPPORTED'],
        ['DELETE', '/graphql', 405, 'NOT_SUPPORTED'],
        ['GET', '/graphqlx', 404, 'NOT_FOUND'],
        ['GET', '/..%2f..%2fetc/passwd', 404, 'NOT_FOUND'],
        ['GET', '/%', 400, 'VALIDATION'],
      ] as const) {
        const answer = await fetch(url() + path, { method })
        const { errors } = (await answer.json()) as { errors: Told[] }
        expect([path, answer.status, codes({ errors })]).toEqual([path, status, [code]])
        expectClean(errors)
      }
    })

    it('every error of a large operation is as clean', async () => {
      for (const [, query] of bombs) expectClean((await post(url(), query)).errors)
    })

    it('an error carries the id of its request, which is in the header too', async () => {
      const reply = await post(url(), '{ product(sku: "DESK-160") { price(quantity: "0") { connection } } }')
      expect(reply.errors[0]).toMatchObject({
        path: ['product', 'price'],
        extensions: { field: 'quantity', retryable: false, requestId: reply.headers.get('x-request-id') },
      })
    })
  })
}
