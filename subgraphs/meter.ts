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

/** Seconds after which a rate is a whole number of requests: 1.5 a second are 3 in 2 seconds. */
function secondsOf(perSecond: number): number {
  const some = Array.from({ length: 10 }, (_, index) => index + 1)
  return some.find((seconds) => Number.isInteger(perSecond * seconds)) ?? Math.ceil(1 / perSecond)
}

/** What a vendor allows over time, shortest first. Of 1.5 a second, two may come in one, and three in two. */
export function spansOf({ perSecond, perMinute, perDay }: Limits): Span[] {
  const seconds = perSecond ? secondsOf(perSecond) : 1
  const whole = perSecond && Math.ceil(perSecond)
  const all: [number, number | undefined, number][] = [
    [SECOND_MS, whole, 1],
    [seconds * SECOND_MS, seconds > 1 && perSecond ? perSecond * seconds : undefined, 1],
    [MINUTE_MS, perMinute, BACKGROUND_SHARE],
    [DAY_MS, perDay, BACKGROUND_SHARE],
  ]
  return all.flatMap(([ms, limit, share]) => {
    if (!limit) return []
    const most = Math.max(1, Math.floor(limit))
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
