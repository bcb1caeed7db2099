import { ErpError } from '../../schema/errors.ts'
import type { Answer, Credit, Customer, Id, Invoice, ListAsk, Page, Read } from '../connector.ts'
import { rowOf } from '../shape.ts'
import type { Books } from './books.ts'
import { type Config, isDebtor } from './config.ts'
import { type Debtor, shortAccount, toCredit, toCustomer, toInvoice } from './map.ts'
import { today } from './upload.ts'

/** Where to read on: how many rows were passed, and the last id of them. */
interface Place {
  skip: number
  last: string
}

function cursorOf(place: Place): string {
  return Buffer.from(JSON.stringify(['datev', place.skip, place.last])).toString('base64url')
}

function placeOf(cursor: string | null): Place {
  if (cursor === null) return { skip: 0, last: '' }
  try {
    const [own, skip, last] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (own === 'datev' && Number.isSafeInteger(skip) && typeof last === 'string')
      return { skip: Number(skip), last }
  } catch {
    // Falls through: it is not ours.
  }
  throw new ErpError('VALIDATION', 'The cursor is not one of this connection.', { field: 'after' })
}

/** Rows behind the last one seen, in the order of their ids. */
function pageOf<T extends { id: string }>(rows: T[], { first, after }: ListAsk): Page<T> {
  const { skip, last } = placeOf(after)
  const sorted = rows.filter(({ id }) => id > last).toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const page = sorted.slice(0, first)
  const end = page.at(-1)
  const more = end && sorted.length > first
  return { rows: page, next: more ? cursorOf({ skip: skip + page.length, last: end.id }) : null }
}

function holds(texts: (string | null | undefined)[], search: string): boolean {
  const wanted = search.trim().toLowerCase()
  return texts.some((text) => text?.toLowerCase().includes(wanted))
}

/** The debtors of an ordered batch: null where there is none. */
async function debtorsOf<T>(
  { accountLength }: Config,
  books: Books,
  ids: Id[],
  map: (row: Debtor) => T,
): Promise<Answer<T>[]> {
  const known = ids.filter((id) => isDebtor(id, accountLength))
  const rows = known.length > 0 ? await books.debtorsOf(known) : new Map<string, Debtor>()
  return ids.map((id) => {
    const row = rows.get(id)
    return row ? rowOf(() => map(row)) : null
  })
}

/** Customers: the debtors of DATEVconnect. */
export function customers(config: Config, books: Books): Read<Customer> {
  const { accountLength } = config
  const map = (row: Debtor): Customer => toCustomer(row, accountLength)
  return {
    byId: (ids) => debtorsOf(config, books, ids, map),
    async list(ask) {
      const { search, first, after } = ask
      if (search) {
        const all = (await books.allDebtors()).map(map)
        return pageOf(
          all.filter(({ number, name, email }) => holds([number, name, email], search)),
          ask,
        )
      }
      const { skip, last } = placeOf(after)
      const rows = await books.debtors(skip, first)
      // What was inserted before this page moves rows into it that were seen already.
      const fresh = rows.filter((row) => shortAccount(row.account_number, accountLength) > last).map(map)
      const end = fresh.at(-1)?.id ?? last
      return {
        rows: fresh,
        next: rows.length < first ? null : cursorOf({ skip: skip + rows.length, last: end }),
      }
    },
  }
}

/** Invoices: the open and cleared items of DATEVconnect, by invoice number. */
export function invoices({ accountLength }: Config, books: Books): Read<Invoice> {
  const all = async (search?: string | null): Promise<Invoice[]> => {
    const day = today()
    const known = (await books.items()).flatMap((item) => {
      const row = toInvoice(item, accountLength, day)
      return row ? [{ row, text: item.posting_description }] : []
    })
    // The same number at two debtors: the lower account counts, so that an id means one invoice.
    const order = known.toSorted((a, b) => ((a.row.customer ?? '') < (b.row.customer ?? '') ? 1 : -1))
    return [...new Map(order.map((one) => [one.row.id, one])).values()]
      .filter(({ row, text }) => !search || holds([row.number, text], search))
      .map(({ row }) => row)
  }
  return {
    async byId(ids) {
      if (ids.length === 0) return []
      const rows = new Map((await all()).map((row) => [row.id, row]))
      return ids.map((id) => rows.get(id) ?? null)
    },
    list: async (ask) => pageOf(await all(ask.search), ask),
  }
}

/** Credit limit and balance of debtors. */
export function credit(config: Config, books: Books, ids: Id[]): Promise<Answer<Credit>[]> {
  return debtorsOf(config, books, ids, toCredit)
}
