import { describe, expect, it } from 'vitest'
import type { Scope } from '../../subgraphs/caller.ts'
import { connectors } from '../../subgraphs/index.ts'
import type { TestHouse } from '../whole.ts'
import { codes, post } from './client.ts'
import { USER, addKey } from './keys.ts'
import { shortest } from './least.ts'

/** What lacks without a right: the field's own branch only. */
const rights: [right: Scope, field: string, query: string][] = [
  ['read:customer', 'customer', '{ customer(id: "x") { id } }'],
  ['read:customer', 'customers', '{ customers { nodes { id } } }'],
  ['read:order', 'order', '{ order(id: "x") { id } }'],
  ['read:order', 'orders', '{ orders { nodes { id } } }'],
  ['read:order', 'invoice', '{ invoice(id: "x") { id } }'],
  ['read:order', 'invoices', '{ invoices { nodes { id } } }'],
  ['read:order', 'quote', '{ quote(id: "x") { id } }'],
  ['read:order', 'quotes', '{ quotes { nodes { id } } }'],
  ['read:sync', 'syncOperations', '{ syncOperations { nodes { id } } }'],
  ['read:customer', 'odoo', '{ odoo { customers { nodes { id } } } }'],
  ['read:order', 'odoo', '{ odoo { orders { nodes { id } } } }'],
  ['read:stock', 'odoo', '{ odoo { items { nodes { id } } } }'],
  [
    'write:order',
    'pushOrder',
    'mutation { pushOrder(input: { customer: "x", lines: [] }, idempotencyKey: "x") { problems { code } } }',
  ],
  [
    'write:order',
    'cancelOrder',
    'mutation { cancelOrder(order: "x", idempotencyKey: "x") { problems { code } } }',
  ],
  [
    'write:customer',
    'upsertCustomer',
    'mutation { upsertCustomer(input: { name: "x" }, idempotencyKey: "x", dryRun: true) { problems { code } } }',
  ],
  ['admin', 'connect', 'mutation { connect(id: "odoo:x", system: "odoo", config: {}) { id } }'],
  ['admin', 'pauseConnection', 'mutation { pauseConnection(id: "x") { id } }'],
  ['admin', 'resumeConnection', 'mutation { resumeConnection(id: "x") { id } }'],
  ['admin', 'startSignIn', 'mutation { startSignIn(connection: "x") }'],
  ['admin', 'retryOperation', 'mutation { retryOperation(id: "x") { id } }'],
  ['admin', 'resolveOperation', 'mutation { resolveOperation(id: "x", create: false) { id } }'],
]
/** Fields of any key; what is under them needs its own rights. */
const FREE = ['product', 'products', 'connections', 'systems', 'syncEvents', 'operation']

/** Each right is asked for wherever it is needed, and its lack spoils nothing else. */
export function describeRights(house: () => TestHouse, url: () => string): void {
  describe('a right', () => {
    it.each(rights)('%s is needed for %s', async (right, _field, query) => {
      const [without, having] = [
        await addKey(house(), { scopes: USER.filter((one) => one !== right) }),
        await addKey(house(), { scopes: [right] }),
      ]
      const reply = await post(url(), query, {}, { key: without })
      expect(codes(reply)).toEqual(['FORBIDDEN'])
      expect(reply.errors[0]?.message).toBe(`The key lacks the scope ${right}.`)
      expect(codes(await post(url(), query, {}, { key: having }))).not.toContain('FORBIDDEN')
    })

    it('is asked of every field that is not free', { timeout: 90_000 }, async () => {
      const { schema } = house().engine
      const key = await addKey(house(), { scopes: ['read:stock'] })
      const lists = new Set<string>(connectors.map(({ field }) => field))
      const open: string[] = []
      for (const [kind, type] of [
        ['query', schema.getQueryType()],
        ['mutation', schema.getMutationType()],
      ] as const)
        for (const field of Object.values(type?.getFields() ?? {})) {
          if (FREE.includes(field.name) || lists.has(field.name)) continue
          const reply = await post(url(), shortest(kind, field), {}, { key })
          if (!codes(reply).includes('FORBIDDEN')) open.push(`${field.name} ${codes(reply).join()}`)
        }
      expect(open).toEqual([])
    })

    it('of stock or price is missed in its own branch, beside what the key may see', async () => {
      const query =
        '{ product(sku: "DESK-140") { name stock { available answers { ... on StockAnswer { status problem { code } } } } prices { ... on PriceAnswer { unitPrice { amount } problem { code } } } } }'
      type Seen = {
        product: {
          name: string
          stock: { available: string | null; answers: object[] }
          prices: { unitPrice: object | null }[]
        }
      }
      const [stock, price] = [
        await addKey(house(), { scopes: ['read:stock'] }),
        await addKey(house(), { scopes: ['read:price'] }),
      ]
      const seen = await post<Seen>(url(), query, {}, { key: price })
      expect(seen.errors).toEqual([])
      expect(seen.data!.product.stock).toEqual({
        available: null,
        answers: [1, 2].map(() => ({ status: 'UNAVAILABLE', problem: { code: 'FORBIDDEN' } })),
      })
      expect(seen.data!.product.prices.map(({ unitPrice }) => unitPrice)).not.toContain(null)
      const other = await post<Seen>(url(), query, {}, { key: stock })
      expect(other.data!.product.prices).toEqual(
        [1, 2].map(() => ({ unitPrice: null, problem: { code: 'FORBIDDEN' } })),
      )
      expect(Number(other.data!.product.stock.available)).toBeGreaterThan(0)
    })

    it('to read orders alone does not show whose they are', async () => {
      const key = await addKey(house(), { scopes: ['read:order'] })
      const reply = await post(
        url(),
        '{ orders(first: 1) { nodes { id customer { name email } } } }',
        {},
        { key },
      )
      expect(codes(reply)).toEqual(['FORBIDDEN'])
      expect(reply.data).toMatchObject({ orders: { nodes: [{ customer: null }] } })
    })
  })
}
