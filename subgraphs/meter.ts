import type { Lane } from './budget.ts'
import type { Limits } from './connector.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** Which share of a minute or a day background work may use; the rest is kept for people and pushes. */
const BACKGROUND_SHARE = 0.8

/** At most so many requests over any time of this length. */
export interface Span {
  ms: number
  most: Record<Lane, number>
}

/** What a vendor allows over time, shortest first. */
export function spansOf({ perSecond, perMinute, perDay }: Limits): Span[] {
  const all: [number, number | undefined, number][] = [
    [SECOND_MS, perSecond, 1],
    [MINUTE_MS, perMinute, BACKGROUND_SHARE],
    [DAY_MS, perDay, BACKGROUND_SHARE],
  ]
  return all.flatMap(([ms, limit, share]) => {
    if (!limit) return []
    const most = Math.ceil(limit)
    return [{ ms, most: { live: most, push: most, background: Math.ceil(limit * share) } }]
  })
}

/** How many requests a lane may have under way: one place is kept free of background work. */
export function placesOf({ parallel }: Limits, lane: Lane): number {
  return lane === 'background' && parallel > 1 ? parallel - 1 : parallel
}

/** How much of one span is used, and when the oldest of it no longer counts. */
export interface SpanUse {
  ms: number
  limit: number
  used: number
  until: Date | null
}

/** How much of a budget is in use now. */
export interface Use {
  running: number
  spans: SpanUse[]
}

/** Whether a request may go: in its place, or not before `waitMs` have passed. */
export interface Entry {
  waitMs: number
  place: number | null
}

/** What the processes of one installation send over one connection, counted together. */
export interface Meter {
  /** Counts a request in, or says how long to wait before asking again. */
  enter(lane: Lane): Promise<Entry>
  /** Gives the place back. */
  leave(place: number): Promise<void>
  use(): Promise<Use>
}
