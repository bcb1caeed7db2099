import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Cursor } from '../connector.ts'
import type { Entity, Filter, Head, Port, Search } from './port.ts'

/** Rows of one entity; several of them are walked as one list. */
export interface Source {
  entity: Entity
  filters: Filter[]
  searchTerm?: string
}

/** Where a walk stands: the instant of the last row, and the rows of that instant that were given already. */
export interface Place {
  by: Search['sortBy']
  at: string
  seen: string[]
  /** When it was read, for changes that were committed late. */
  read?: string
}

/** A row and what it is; `at` is the instant by which the walk goes. */
export interface Step {
  entity: Entity
  id: string
  at: string
  head: Head
}

const EPOCH = '1970-01-01T00:00:00.000Z'
const instant = z.iso.datetime()
const place = z.object({
  by: z.enum(['createdAt', 'updatedAt']),
  at: instant,
  seen: z.array(z.string()),
  read: instant.optional(),
})

/** The beginning of a walk, or the place that a cursor names; VALIDATION for a cursor of somebody else. */
export function placeOf(cursor: Cursor | null, by: Place['by']): Place {
  if (cursor === null) return { by, at: EPOCH, seen: [] }
  try {
    const known = place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    if (known.by === by) return known
  } catch {
    // Told below, as for a place in another walk.
  }
  throw new ErpError('VALIDATION', 'The cursor is not one of this list.', { field: 'after' })
}

/** A place as a cursor. */
export function cursorOf(at: Place): Cursor {
  return Buffer.from(JSON.stringify(at)).toString('base64url')
}

/**
 * The rows from a place on. Conditions and orders that the server does not know, or the user may not use, are
 * left out by it in silence, so that what comes is checked. https://github.com/customermates/customermates
 */
async function from(port: Port, { by, at, seen }: Place, source: Source, pageSize: number) {
  const filters: Filter[] = [{ field: by, operator: 'gte', value: at }, ...source.filters]
  for (let page = 1; ; page += 1) {
    const { entity, searchTerm } = source
    const { heads } = await port.search(entity, { filters, searchTerm, sortBy: by, page, pageSize })
    const steps = heads.map((head): Step => ({ entity, id: head.id, at: head[by], head }))
    if (steps.some((step, index) => step.at < (steps[index - 1]?.at ?? at)))
      throw new ErpError('BAD_ANSWER', `Customermates did not sort ${source.entity} by ${by}.`)
    const fresh = steps.filter((step) => step.at !== at || !seen.includes(step.id))
    const end = heads.length < pageSize
    if (fresh.length > 0 || end) return { fresh, upTo: end ? null : (steps.at(-1)?.at ?? null) }
  }
}

/**
 * The next rows of all sources as one list, oldest first, at most `first`; `next` is null at the end. Rows are
 * found again by their instant and not by their number, so that none is lost while others come and go.
 */
export async function walk(port: Port, sources: Source[], place: Place, first: number) {
  const size = port.sizes.find((pageSize) => pageSize > first + place.seen.length) ?? Math.max(...port.sizes)
  const parts = await Promise.all(sources.map((source) => from(port, place, source, size)))
  const ends = parts.flatMap(({ upTo }) => upTo ?? []).toSorted()
  const all = parts
    .flatMap(({ fresh }) => fresh)
    .toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0))
  const certain = all.filter(({ id, at }, index) => {
    const isFirst = all.findIndex((other) => other.id === id) === index
    return isFirst && (ends[0] === undefined || at <= ends[0])
  })
  const steps = certain.slice(0, first)
  const last = steps.at(-1)?.at ?? place.at
  const there = steps.filter(({ at }) => at === last).map(({ id }) => id)
  const seen = last === place.at ? [...place.seen, ...there] : there
  const reached: Place = { by: place.by, at: last, seen }
  const more = ends.length > 0 || certain.length > steps.length
  return { steps, place: reached, next: more ? cursorOf(reached) : null }
}
