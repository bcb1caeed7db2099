import { createClient } from 'graphql-ws/client'
import { apiKey, ask, keyRefused } from './graph.ts'
import type { Operation } from './operation.ts'

const FORBIDDEN = 4403
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000

const client = createClient({
  url: new URL('/graphql', location.href.replace(/^http/, 'ws')).href,
  // Each subscription resumes by itself, behind the last event that it has.
  retryAttempts: 0,
  connectionParams: () => (apiKey() ? { authorization: `Bearer ${apiKey()}` } : {}),
})

/** One change of state, as the stream tells it. */
export interface SyncEvent {
  cursor: string
  at: string
  status: string
  operation: Operation
}

interface Answer<T> {
  data?: T | null
  errors?: readonly { extensions?: { code?: unknown } }[] | null
}

/** What a subscription is made of; `variables` is asked for again at each new start. */
interface Source<T> {
  query: string
  variables(): Record<string, unknown>
  next(data: T): void
  /** Whether it ends only by a fault. */
  isEndless: boolean
  /** Whether it is connected now. */
  state?(isLive: boolean): void
  /** The stream cannot go on where it was: read the present state again. */
  lost?(): void
}

function codeOf(errors: unknown): string | null {
  const [first] = Array.isArray(errors) ? (errors as { extensions?: { code?: string } }[]) : []
  return first?.extensions?.code ?? null
}

/** Subscribes, and again after each break; returns what ends it. */
export function subscribe<T>(source: Source<T>): () => void {
  let isOver = false
  let wait = FIRST_WAIT_MS
  let timer: ReturnType<typeof setTimeout> | undefined
  let end: () => void = () => {}
  const again = (reason: unknown): void => {
    if (isOver) return
    source.state?.(false)
    if (reason instanceof CloseEvent && reason.code === FORBIDDEN) return keyRefused()
    if (['UNAUTHENTICATED', 'FORBIDDEN'].includes(codeOf(reason) ?? '')) return keyRefused()
    if (codeOf(reason) === 'CURSOR_EXPIRED') source.lost?.()
    timer = setTimeout(start, wait)
    wait = Math.min(wait * 2, LONGEST_WAIT_MS)
  }
  const next = ({ data, errors }: Answer<T>): void => {
    wait = FIRST_WAIT_MS
    if (data) source.next(data)
    else if (errors) again(errors)
  }
  const start = (): void => {
    const payload = { query: source.query, variables: source.variables() }
    end = client.subscribe<T>(payload, {
      next,
      error: again,
      complete: () => source.isEndless && again(null),
    })
  }
  start()
  const off = client.on('connected', () => !isOver && source.state?.(true))
  return () => {
    isOver = true
    clearTimeout(timer)
    off()
    end()
  }
}

const EVENTS = `subscription Events($after: ID, $filter: SyncFilter) {
  syncEvents(after: $after, filter: $filter) {
    cursor at status
    operation {
      id connection direction object action status outcome reference externalNumber createdAt finishedAt
      problem { code message resolution }
    }
  }
}`

/**
 * Follows the sync events of a filter from now on. `begun` is called once the place in the stream is known (what is
 * read after that, together with the events, has no gap), or cannot be had. After a break it goes on behind the last
 * event, so that none is missed; where that is not possible, `lost` is called and the present state has to be read
 * again.
 */
export function follow(
  filter: object | null,
  on: { event(event: SyncEvent): void; state?(isLive: boolean): void; begun?(): void; lost(): void },
): () => void {
  let after: string | null = null
  let end: (() => void) | null = null
  let isOver = false
  const fromNow = async () => {
    after =
      (await ask<{ syncCursor: string }>('query Cursor { syncCursor }').catch(() => null))?.syncCursor ?? null
  }
  const start = () =>
    subscribe<{ syncEvents: SyncEvent }>({
      query: EVENTS,
      isEndless: true,
      variables: () => ({ after, filter }),
      next({ syncEvents }) {
        after = syncEvents.cursor
        on.event(syncEvents)
      },
      state: on.state,
      lost: () => void fromNow().then(on.lost),
    })
  void fromNow().then(() => {
    if (isOver) return
    on.begun?.()
    end = start()
  })
  return () => {
    isOver = true
    end?.()
  }
}
