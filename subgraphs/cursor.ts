import { z } from 'zod'
import { ErpError } from '../schema/errors.ts'
import type { Cursor, ListAsk } from './connector.ts'

/** How many rows of the overlap a cursor of changes remembers so as not to tell them twice. */
const REMEMBERED = 1_000
const NEVER = new Date(0).toISOString()

/** A place in a list or among changes as an opaque text. */
export function writeCursor(place: unknown): Cursor {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** What `writeCursor` made; VALIDATION naming `field` for any other text. */
export function readCursor<S extends z.ZodType>(
  cursor: string,
  shape: S,
  field: 'after' | 'since' = 'after',
): z.output<S> {
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch {
    throw new ErpError('VALIDATION', 'The cursor is none of ours.', { field })
  }
}

const told = z.object({ at: z.iso.datetime(), seen: z.record(z.string(), z.string()) })
/** Where polling stands: the newest change (UTC), and by id what was told around it. */
export type Told = z.output<typeof told>

/** Where polling goes on; from the beginning of time without a cursor. */
export function toldUntil(since: Cursor | null): Told {
  return since === null ? { at: NEVER, seen: {} } : readCursor(since, told, 'since')
}

/** The instant so many milliseconds before the newest change: rows that were committed late are found within. */
export function overlapOf({ at }: Pick<Told, 'at'>, overlapMs: number): string {
  return new Date(Math.max(0, Date.parse(at) - overlapMs)).toISOString()
}

/** Of what was told, that which can still come twice: from `edge` on, and no more than a cursor can carry. */
export function remembered(seen: Told['seen'], edge: string): Told['seen'] {
  return Object.fromEntries(
    Object.entries(seen)
      .filter(([, at]) => at >= edge)
      .slice(-REMEMBERED),
  )
}

/** Forgets what can no longer come twice. */
export function forget(now: Told, overlapMs: number): void {
  now.seen = remembered(now.seen, overlapOf(now, overlapMs))
}

/** A part of a list: in which step it stands, behind which key, and how many rows are wanted at most. */
export interface Step {
  at: number
  last: string
  size: number
}

const step = z.tuple([z.int().min(0), z.string().max(100)])

/**
 * A list that goes through several steps one after the other, such as a search in systems without "or": one field
 * after the other. At most `most` rows at once. `page` gives the rows of a step behind a key, and the last key that it
 * looked at; null where the step has ended.
 */
export async function inSteps<R>(
  ask: Pick<ListAsk, 'first' | 'after'>,
  { steps, most }: { steps: number; most: number },
  page: (where: Step) => Promise<{ rows: R[]; end: string | null }>,
): Promise<{ rows: R[]; next: string | null }> {
  const wanted = Math.min(Math.max(ask.first, 1), most)
  let [at, last] = ask.after === null ? [0, ''] : readCursor(ask.after, step)
  if (at >= steps) throw new ErpError('VALIDATION', 'The cursor is none of ours.', { field: 'after' })
  const rows: R[] = []
  while (rows.length < wanted && at < steps) {
    const found = await page({ at, last, size: wanted - rows.length })
    rows.push(...found.rows)
    ;[at, last] = found.end === null ? [at + 1, ''] : [at, found.end]
  }
  return { rows, next: at < steps ? writeCursor([at, last]) : null }
}
