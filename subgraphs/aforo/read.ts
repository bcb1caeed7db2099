import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, Page, Read } from '../connector.ts'
import type { Json } from '../json.ts'
import type { Client, List } from './client.ts'

/** Where to read on: the page, and the row that was read last; it may have moved on since. */
function positionOf(after: string | null): { page: number; id: Id | null } {
  if (after === null) return { page: 0, id: null }
  const [, page, id] = /^(\d{1,5}) (.+)$/s.exec(after) ?? []
  if (page && id) return { page: Number(page), id }
  throw new ErpError('VALIDATION', 'The cursor is not one of this list.', { field: 'after' })
}

function asRow(error: unknown): ErpError {
  if (error instanceof ErpError) return error
  throw error
}

/**
 * Reads one kind. Aforo has neither reads of several ids nor filters, so ids are read one by one, each distinct one
 * once, and a search pages through the list. https://github.com/aforoai/aforo-nextgen-loadgen
 */
export function openRead<T extends { id: Id }>(
  client: Client,
  list: List,
  map: (native: Json) => T,
  texts: (row: T) => (string | null | undefined)[],
): Read<T> {
  const one = async (id: Id): Promise<T | null> => {
    const row = await client.row(list, id)
    return row === null ? null : map(row)
  }
  return {
    async byId(ids) {
      const reads = new Map<Id, Promise<Answer<T>>>()
      for (const id of ids) if (!reads.has(id)) reads.set(id, one(id).catch(asRow))
      return Promise.all(ids.map((id) => reads.get(id) ?? null))
    },
    async list({ first, after, search }): Promise<Page<T>> {
      const wanted = search?.trim().toLowerCase() ?? ''
      const start = positionOf(after)
      const rows: T[] = []
      const seen = new Set<Id>()
      let next = start.id === null ? '' : null
      for await (const page of client.pages(list, start.page)) {
        for (const native of page.rows) {
          const row = map(native)
          // A row that came in at the front meanwhile moves others to the next page.
          if (seen.has(row.id)) continue
          seen.add(row.id)
          if (next !== null && rows.length === first) return { rows, next }
          const fits = !wanted || texts(row).some((text) => text?.toLowerCase().includes(wanted))
          if (next !== null && fits) rows.push(row)
          if (next !== null || row.id === start.id) next = `${page.number} ${row.id}`
        }
      }
      if (next !== null) return { rows, next: null }
      throw new ErpError('CURSOR_EXPIRED', 'The row behind which to read on stands no longer in the list.')
    },
  }
}
