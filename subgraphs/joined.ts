import { ErpError } from '../schema/errors.ts'
import type { ChangePage, Cursor, Id, Read } from './connector.ts'

/** Two lists of the ERP that are one kind to us, such as invoices and credit notes: one behind the other. */
export function joinedRead<T>(one: Read<T>, other: Read<T>): Read<T> {
  return {
    async byId(ids) {
      const first = await one.byId(ids)
      const missing = ids.filter((_, index) => first[index] === null)
      if (missing.length === 0) return first
      const more = await other.byId(missing)
      const found = new Map(missing.map((id, index) => [id, more[index] ?? null]))
      return first.map((answer, index) => answer ?? found.get(ids[index] ?? '') ?? null)
    },
    async list(ask) {
      const [, part = '0', inner = ''] = /^([01]):(.*)$/s.exec(ask.after ?? '0:') ?? []
      if (ask.after !== null && !/^[01]:/.test(ask.after))
        throw new ErpError('VALIDATION', 'The cursor is none of ours.', { field: 'after' })
      const page = await (part === '0' ? one : other).list({ ...ask, after: inner === '' ? null : inner })
      if (page.next !== null) return { ...page, next: `${part}:${page.next}` }
      return { ...page, next: part === '0' ? '1:' : null }
    },
  }
}

/** Records under ids of their own, where the ids of two lists may be the same. */
export function prefixedRead<T extends { id: Id }>(read: Read<T>, prefix: string): Read<T> {
  const named = (row: T): T => ({ ...row, id: prefix + row.id })
  return {
    async byId(ids) {
      const mine = ids.filter((id) => id.startsWith(prefix))
      if (mine.length === 0) return ids.map(() => null)
      const rows = await read.byId(mine.map((id) => id.slice(prefix.length)))
      const found = new Map(mine.map((id, index) => [id, rows[index] ?? null]))
      return ids.map((id) => {
        const row = found.get(id) ?? null
        return row === null || row instanceof ErpError ? row : named(row)
      })
    },
    async list(ask) {
      const { rows, next } = await read.list(ask)
      return { rows: rows.map(named), next }
    },
  }
}

/** Changes of one list since its own cursor. */
export type Told = (since: Cursor | null) => AsyncIterable<ChangePage>

function write(places: (Cursor | null)[]): Cursor {
  return `joined:${Buffer.from(JSON.stringify(places)).toString('base64url')}`
}

/** Where each list stands. A cursor from before there were as many is that of the first ones. */
function read(since: Cursor | null, count: number): (Cursor | null)[] {
  const none = Array.from({ length: count }, () => null)
  if (!since?.startsWith('joined:')) return none.with(0, since as null)
  try {
    const places: unknown = JSON.parse(Buffer.from(since.slice('joined:'.length), 'base64url').toString())
    const fits = (one: unknown): one is Cursor | null => one === null || typeof one === 'string'
    if (Array.isArray(places) && places.length <= count && places.every(fits))
      return none.map((_, index) => places[index] ?? null)
  } catch {
    // Told below, as for one of another shape.
  }
  throw new ErpError('VALIDATION', 'The cursor is none of ours.', { field: 'since' })
}

/** Changes of several lists as those of one kind, one after the other; the cursor says where each of them stands. */
export async function* joinedChanges(lists: Told[], since: Cursor | null): AsyncIterable<ChangePage> {
  const places = read(since, lists.length)
  for (const [index, told] of lists.entries()) {
    for await (const { changes, cursor } of told(places[index] ?? null)) {
      places[index] = cursor
      yield { changes, cursor: write(places) }
    }
  }
}
