import { ErpError } from '../../schema/errors.ts'
import type { Answer, Customer, Item, ListAsk, Page, Read } from '../connector.ts'
import { shaped } from '../shape.ts'
import { type Client, type Raw, isId, literal } from './client.ts'
import type { Config } from './config.ts'
import { nameOf, toCustomer, toItem } from './map.ts'
import * as shapes from './shapes.ts'
import { Shelf } from './shelf.ts'

/** A connected organisation. */
export interface Connection {
  client: Client
  config: Config
  articles: Shelf<typeof shapes.article>
  contacts: Shelf<typeof shapes.contact>
}

/** Letters that a filter of contacts needs at least. */
const LEAST = 3

/** Articles: https://developers.lexware.io/docs/ (articles) */
export function articleShelf(client: Client, { copySeconds }: Config): Connection['articles'] {
  return new Shelf(client, { path: 'articles', form: shapes.article, filters: {}, copySeconds })
}

/** Contacts that are customers: https://developers.lexware.io/docs/ (contacts) */
export function contactShelf(client: Client, { copySeconds }: Config): Connection['contacts'] {
  const collection = { path: 'contacts', form: shapes.contact, filters: { customer: 'true' }, copySeconds }
  return new Shelf(client, collection, ({ roles }) => Boolean(roles.customer))
}

/** The value of an answer; throws the error that stands there instead. */
export function valueOf<T>(answer: Answer<T>): T | null {
  if (answer instanceof ErpError) throw answer
  return answer
}

/** The rest of a cursor that was made for this kind; VALIDATION for any other text. */
export function afterOf(kind: string, cursor: string | null, rest: RegExp): string | null {
  if (cursor === null) return null
  const start = `lexware:${kind}:`
  const end = cursor.slice(start.length)
  if (cursor.startsWith(start) && rest.test(end)) return end
  throw new ErpError('VALIDATION', `The cursor is none of ${kind}.`, { field: 'after' })
}

const UUID = /^[\da-f-]{36}$/

/** One page in the order of ids, which is the only order that is the same in every reading. */
function pageOf<T>(
  kind: string,
  { first, after }: ListAsk,
  all: Iterable<Raw>,
  toRecord: (row: Raw) => Answer<T>,
): Page<T> {
  const from = afterOf(kind, after, UUID)
  const sorted = [...all]
    .map((row) => ({ row, id: shaped(shapes.known, row, kind).id }))
    .filter(({ id }) => from === null || id > from)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
  const shown: T[] = []
  for (const [at, { row, id }] of sorted.entries()) {
    const record = valueOf(toRecord(row))
    if (record !== null) shown.push(record)
    if (shown.length >= first && at + 1 < sorted.length) return { rows: shown, next: `lexware:${kind}:${id}` }
  }
  return { rows: shown, next: null }
}

/** Everything on a first page, what the first page saw on the others. */
function copyFor(shelf: Connection['articles'] | Connection['contacts'], after: string | null) {
  return after === null ? shelf.all() : shelf.asPaged()
}

function holds(text: string, values: (string | null | undefined)[]): boolean {
  return values.some((value) => value?.toLowerCase().includes(text))
}

function mapped<F extends { id: string }, T>(answer: Answer<F>, map: (row: F) => T): Answer<T> {
  if (answer === null || answer instanceof ErpError) return answer
  return map(answer)
}

/** Reading articles. */
export function items({ articles, config }: Connection): Read<Item> {
  const record = (answer: Answer<shapes.ArticleRow>) => mapped(answer, (row) => toItem(row, config))
  return {
    byId: async (ids) => (await articles.byId(ids)).map(record),
    async list(ask) {
      const text = ask.search?.trim().toLowerCase()
      afterOf('item', ask.after, UUID)
      const all = await copyFor(articles, ask.after)
      const fits = (row: Raw) => {
        const answer = articles.read(row)
        if (!text || answer === null || answer instanceof ErpError) return text ? null : record(answer)
        return holds(text, [answer.articleNumber, answer.title, answer.gtin]) ? record(answer) : null
      }
      return pageOf('item', ask, all.values(), fits)
    },
  }
}

/** The contacts that a text may mean, from the server where it can look, and from all of them elsewhere. */
async function candidates({ contacts }: Connection, text: string, after: string | null): Promise<Raw[]> {
  const filters: Record<string, string>[] = [
    ...(/^\d{1,18}$/.test(text) ? [{ number: text }] : []),
    ...(text.length >= LEAST
      ? [text.includes('@') ? { email: literal(text) } : { name: literal(text) }]
      : []),
  ]
  if (filters.length === 0) return [...(await copyFor(contacts, after)).values()]
  return (await Promise.all(filters.map((one) => contacts.filtered(one)))).flat()
}

/** Reading contacts that are customers. */
export function customers(connection: Connection): Read<Customer> {
  const { contacts } = connection
  return {
    byId: async (ids) => (await contacts.byId(ids)).map((answer) => mapped(answer, toCustomer)),
    async list(ask) {
      const text = ask.search?.trim() || null
      afterOf('customer', ask.after, UUID)
      const found = text
        ? await candidates(connection, text, ask.after)
        : [...(await copyFor(contacts, ask.after)).values()]
      const unique = new Map(found.map((row) => [shaped(shapes.known, row, 'contacts').id, row]))
      return pageOf('customer', ask, unique.values(), (row) => {
        const answer = contacts.read(row)
        if (answer === null || answer instanceof ErpError) return text ? null : answer
        const words = [nameOf(answer), ...answer.emailAddresses, answer.roles.customer?.number]
        return !text || holds(text.toLowerCase(), words) ? toCustomer(answer) : null
      })
    },
  }
}

/** The article of each line, by id where it is known and by number elsewhere; in the order of the lines. */
export async function articlesOf(
  { articles }: Connection,
  lines: { item: string | null; sku: string }[],
): Promise<Answer<shapes.ArticleRow>[]> {
  const [byId, bySku] = await Promise.all([
    articles.byId(lines.map(({ item }) => item ?? '')),
    articles.byKey(
      'articleNumber',
      lines.map(({ item, sku }) => (item === null ? sku : '')),
    ),
  ])
  return lines.map(({ item }, at) => (item === null ? bySku[at] : byId[at]) ?? null)
}

/** Whether the organisation knows this customer; each once. */
export async function contactOf({ contacts }: Connection, id: string): Promise<shapes.ContactRow | null> {
  if (!isId(id)) return null
  const [answer = null] = await contacts.byId([id])
  return valueOf(answer)
}
