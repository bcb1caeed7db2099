import { type Answer, type Failure, answerAt } from './answer.ts'
import { type Door, post } from './post.ts'
import { type Ask, keyOf, requestsFor } from './query.ts'

/** An element as far as asking for it is concerned. */
export interface Asker {
  readonly door: Door
  /** null: it cannot be asked as it is. */
  readonly ask: Ask | null
  readonly isVisible: boolean
  /** When to ask, in milliseconds since 1970. */
  readonly due: number
  /** The key of the ask that is under way. */
  readonly pending: string | null
  begin(key: string): void
  /** `jitter`, 1 to 1.25, stretches waits alike for all that were asked together. */
  take(key: string, result: Answer | Failure, jitter: number): void
  render(): void
}

/** Elements whose time comes so soon after another's are asked together with it, in milliseconds. */
const TOGETHER_MS = 1_000
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Asks for all elements of a page: together, only for those that can be seen, and only while the page is. */
export class Board {
  readonly #askers = new Set<Asker>()
  /** Doors that asked for a pause, and until when. */
  readonly #paused = new Map<string, number>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #isAwake = false

  constructor() {
    document.addEventListener('visibilitychange', () => this.wake())
    new MutationObserver(() => this.#askers.forEach((asker) => asker.render())).observe(
      document.documentElement,
      { attributeFilter: ['lang'] },
    )
  }

  join(asker: Asker): void {
    this.#askers.add(asker)
  }

  leave(asker: Asker): void {
    this.#askers.delete(asker)
  }

  /** Asks for what is due once the script that runs now has made all its changes. */
  wake(): void {
    if (this.#isAwake) return
    this.#isAwake = true
    queueMicrotask(() => {
      this.#isAwake = false
      this.#askDue()
    })
  }

  #askDue(): void {
    clearTimeout(this.#timer)
    if (document.visibilityState === 'hidden') return
    const now = Date.now()
    const waiting = [...this.#askers].filter(isWaiting)
    const isDue = waiting.some((asker) => this.#dueOf(asker) <= now)
    const asked = isDue ? waiting.filter((asker) => this.#dueOf(asker) <= now + TOGETHER_MS) : []
    for (const askers of byDoor(asked)) this.#send(askers)
    this.#setTimer(now)
  }

  #setTimer(now: number): void {
    const next = Math.min(...[...this.#askers].filter(isWaiting).map((asker) => this.#dueOf(asker)))
    if (next === Infinity) return
    this.#timer = setTimeout(() => this.wake(), Math.min(LONGEST_TIMER_MS, Math.max(0, next - now)))
  }

  #dueOf({ due, door }: Asker): number {
    return Math.max(due, this.#paused.get(nameOf(door)) ?? 0)
  }

  #send(askers: Asker[]): void {
    const { door } = askers[0]!
    const asks = askers.flatMap(({ ask }) => ask ?? [])
    for (const asker of askers) if (asker.ask) asker.begin(keyOf(asker.ask))
    for (const request of requestsFor(asks)) {
      void post(door, request).then((reply) => {
        const jitter = 1 + Math.random() / 4
        if ('code' in reply && reply.code === 'RATE_LIMITED')
          this.#paused.set(nameOf(door), Date.now() + (reply.retryAfterMs ?? 5_000) * jitter)
        for (const place of request.places) {
          const result = 'code' in reply ? reply : answerAt(reply, place)
          const key = keyOf(place.ask)
          for (const asker of askers) if (asker.pending === key) asker.take(key, result, jitter)
        }
        this.wake()
      })
    }
  }
}

function isWaiting({ ask, isVisible, pending }: Asker): boolean {
  return ask !== null && isVisible && pending === null
}

function nameOf({ endpoint, key }: Door): string {
  return `${endpoint}\n${key ?? ''}`
}

function byDoor(askers: Asker[]): Asker[][] {
  const doors = new Map<string, Asker[]>()
  for (const asker of askers) {
    const name = nameOf(asker.door)
    doors.set(name, [...(doors.get(name) ?? []), asker])
  }
  return [...doors.values()]
}
