import { EventEmitter } from 'node:events'
import pg from 'pg'

/** What processes tell each other. It is a hint to look into the database, never the truth itself. */
export type Topic =
  | 'key'
  | 'operation'
  | 'event'
  | 'connection'
  | 'catalogue'
  | 'changed'
  | 'inbox'
  | 'job'
  | 'mapping'
  | 'import'

const CHANNEL = 'erp_supergraph'
const RECONNECT_MS = 1_000

/**
 * Tells listeners in this process and, over a server database, in every other one. A lost message is harmless:
 * whoever listens also looks once a second.
 */
export class Bus {
  readonly #emitter = new EventEmitter()
  readonly #url: string | null
  #client: pg.Client | null = null
  #closed = false
  /** The session of this process at the server database, by which others see that it lives; null without one. */
  session: number | null = null
  #told: Promise<unknown> = Promise.resolve()

  constructor(url: string | null) {
    this.#url = url
    this.#emitter.setMaxListeners(0)
  }

  async open(): Promise<void> {
    if (this.#url) await this.#connect()
  }

  /** Calls `listener` with the text that was told; returns how to stop. */
  on(topic: Topic, listener: (text: string) => void): () => void {
    this.#emitter.on(topic, listener)
    return () => this.#emitter.off(topic, listener)
  }

  /** Tells a short text, for example an id; call it after the commit. */
  tell(topic: Topic, text: string): void {
    this.#emitter.emit(topic, text)
    const message = JSON.stringify([topic, text, process.pid])
    // One after the other: a client runs one query at a time.
    this.#told = this.#told
      .then(() => this.#client?.query('select pg_notify($1, $2)', [CHANNEL, message]))
      .catch(() => {})
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#told
    await this.#client?.end().catch(() => {})
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url!, keepAlive: true })
    client.on('error', () => this.#lost(client))
    client.on('end', () => this.#lost(client))
    client.on('notification', ({ payload }) => this.#heard(payload ?? ''))
    try {
      await client.connect()
      await client.query(`listen ${CHANNEL}`)
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
      this.session = rows[0]?.pid ?? null
    } catch (error) {
      await client.end().catch(() => {})
      throw error
    }
    this.#client = client
  }

  #heard(payload: string): void {
    const [topic, text, pid] = JSON.parse(payload) as [Topic, string, number]
    if (pid !== process.pid) this.#emitter.emit(topic, text)
  }

  /** A lost connection tells so more than once; only the first word counts. */
  #lost(client: pg.Client): void {
    if (this.#closed || this.#client !== client) return
    this.#client = null
    this.#again()
  }

  #again(): void {
    setTimeout(() => {
      if (!this.#closed) this.#connect().catch(() => this.#again())
    }, RECONNECT_MS).unref()
  }
}
