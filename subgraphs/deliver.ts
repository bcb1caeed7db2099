import type { Change, RawRequest } from './connector.ts'
import type { Sandbox } from './sandbox.ts'

/** Who gets the webhooks of a sandbox, and how untidily they come. */
export interface HookSettings {
  targets: { url: string; secret: string }[]
  /** Every webhook comes twice. */
  twice?: boolean
  /** Of each two webhooks the later one comes first. */
  swap?: boolean
  /** Milliseconds before a webhook that was not answered by 2xx is sent again; doubles each time. 200 if left out. */
  retryMs?: number
}

/** One attempt to deliver a webhook: the status of the answer, null when there was none. */
export interface Delivery {
  url: string
  body: string
  status: number | null
}

const ATTEMPTS = 20
const MAX_PAUSE_MS = 30_000
const PATIENCE_MS = 15_000

/** Sends the webhooks of one sandbox to its subscribers, again and again until they answer 2xx. */
export class Deliveries {
  readonly log: Delivery[] = []
  #settings: HookSettings = { targets: [] }
  readonly #hook: Sandbox['hook']
  readonly #under = new Set<Promise<void>>()
  readonly #stop = new AbortController()
  #turn: Promise<unknown> = Promise.resolve()
  #held: (() => void) | null = null

  constructor(sandbox: Sandbox) {
    this.#hook = sandbox.hook?.bind(sandbox)
    sandbox.watch?.((change) => this.#changed(change))
  }

  /** Replaces subscribers and manners; a webhook that waited for its successor goes out. */
  replace(settings: HookSettings): void {
    this.#settings = settings
    this.#held?.()
    this.#held = null
  }

  /** Subscribers, without their secrets. */
  get settings(): object {
    return { ...this.#settings, targets: this.#settings.targets.map(({ url }) => ({ url })) }
  }

  /** Ends when nothing is under way; one that waits for its successor does not count. */
  async idle(): Promise<void> {
    while (this.#under.size > 0) await Promise.all(this.#under)
  }

  close(): void {
    this.#stop.abort()
  }

  #changed(change: Change): void {
    const { targets, twice, swap } = this.#settings
    const sends = targets.flatMap(({ url, secret }) => {
      const raw = this.#hook?.(change, secret)
      const send = () => (raw ? this.#send(url, raw) : undefined)
      return twice ? [send, send] : [send]
    })
    const go = () => sends.forEach((send) => send())
    if (!swap) return go()
    const earlier = this.#held
    this.#held = earlier ? null : go
    if (earlier) {
      go()
      earlier()
    }
  }

  /** First attempts go out one after the other; repeated ones whenever their time has come. */
  #send(url: string, raw: RawRequest): void {
    const first = this.#turn.then(() => this.#attempt(url, raw))
    this.#turn = first
    const whole = first
      .then((done) => (done ? undefined : this.#again(url, raw)))
      .finally(() => this.#under.delete(whole))
    this.#under.add(whole)
  }

  async #again(url: string, raw: RawRequest): Promise<void> {
    let pause = this.#settings.retryMs ?? 200
    for (let attempt = 2; attempt <= ATTEMPTS && !this.#stop.signal.aborted; attempt += 1) {
      await this.#wait(pause)
      if (this.#stop.signal.aborted || (await this.#attempt(url, raw))) return
      pause = Math.min(MAX_PAUSE_MS, pause * 2)
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#stop.signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
    })
  }

  async #attempt(url: string, { headers, body, query }: RawRequest): Promise<boolean> {
    const to = new URL(url)
    for (const [name, value] of Object.entries(query)) to.searchParams.set(name, value)
    const delivery: Delivery = { url, body: body.toString('utf8'), status: null }
    this.log.push(delivery)
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), this.#stop.signal])
      const given = Object.entries(headers).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      )
      const answer = await fetch(to, {
        method: 'POST',
        headers: given,
        body: new Uint8Array(body),
        redirect: 'manual',
        signal,
      })
      await answer.arrayBuffer()
      delivery.status = answer.status
    } catch {
      // No answer counts like one that is not 2xx: the log shows null, and it is sent again.
    }
    return delivery.status !== null && delivery.status >= 200 && delivery.status < 300
  }
}
