import { LRUCache } from 'lru-cache'
import type { Answer, Customer, Id, Read } from '../connector.ts'
import type { Vault } from '../http.ts'
import { shaped } from '../shape.ts'
import { type Client, segment } from './client.ts'
import type { Config } from './config.ts'
import { eachOnce, finds, isRow, Known } from './known.ts'
import { toCustomer } from './map.ts'
import { type NativeCustomer, customer } from './shapes.ts'

const MINUTES_MS = 10 * 60_000

/** The customers of a workspace that this connection knows of. */
export interface Customers {
  customers: Read<Customer>
  /** One customer, live; null where Qwoty does not know it. */
  one(id: Id): Promise<NativeCustomer | null>
  /** The customers of quotes, at most ten minutes old. */
  ofQuotes(ids: Id[]): Promise<Answer<NativeCustomer>[]>
  /** Takes note of what was written, so that nothing older is shown. */
  wrote(row: NativeCustomer): Promise<void>
}

/** Customers as Qwoty has them: asked now, or as they were read within minutes. */
function openRows(client: Client) {
  const seen = new LRUCache<Id, NativeCustomer>({ max: 10_000, ttl: MINUTES_MS })
  async function one(id: Id): Promise<NativeCustomer | null> {
    const path = segment(id)
    const row = path === null ? null : await client.row('customer', `/customers/${path}`)
    if (row === null) return null
    const found = shaped(customer, row, 'A customer of Qwoty')
    seen.set(id, found)
    return found
  }
  return { one, recent: async (id: Id) => seen.get(id) ?? one(id), seen }
}

/** Opens the customers of a workspace. https://docs.qwoty.io/llms.txt */
export function openCustomers(client: Client, config: Config, vault: Vault): Customers {
  const known = new Known(vault, 'customers', config.customers)
  const { one, recent, seen } = openRows(client)

  async function ofQuotes(ids: Id[]): Promise<Answer<NativeCustomer>[]> {
    const answers = await eachOnce(ids, recent)
    await meet(answers)
    return answers
  }
  async function meet(answers: Answer<NativeCustomer>[]): Promise<void> {
    await known.meet(answers.filter(isRow).map(({ id }) => id))
  }
  const mapped = (answers: Answer<NativeCustomer>[]): Answer<Customer>[] =>
    answers.map((row) => (isRow(row) ? toCustomer(row, config) : row))
  return {
    one,
    ofQuotes,
    wrote: async (row) => {
      seen.set(row.id, row)
      await known.meet([row.id])
    },
    customers: {
      async byId(ids) {
        const answers = await eachOnce(ids, one)
        await meet(answers)
        return mapped(answers)
      },
      list: ({ first, after, search }) => {
        const read = search ? ofQuotes : (ids: Id[]) => eachOnce(ids, one)
        return known.page(
          { first, after, search },
          async (ids) => mapped(await read(ids)),
          ({ name, taxId }) => finds(search, name, taxId),
        )
      },
    },
  }
}
