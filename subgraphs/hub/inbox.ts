import { setTimeout as wait } from 'node:timers/promises'
import { ErpError } from '../../schema/errors.ts'
import type { Change, Kind } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import { asCall } from '../http.ts'
import { type Database, type Manager, rows } from './database.ts'
import type { Hub } from './hub.ts'
import { tookDeletion } from './gone.ts'
import { readEach, takeRead } from './intake.ts'
import { followsHooks, settingOf } from './setting/read.ts'

const LEASE_MS = 60_000
const MAX_TRIES = 12

/** How long a delivery is known: longer than any sender repeats one. */
const KNOWN = "interval '30 days'"

/**
 * Writes down what a webhook told. The same thing told a hundred times is one row, and a delivery that its sender
 * names and repeats is worked once. What need not be read again is only dropped from the caches.
 */
export async function receive(
  db: Database,
  connection: string,
  changes: Change[],
  delivery: string | null = null,
): Promise<void> {
  const sql = `insert into inbox (connection, kind, native_id, deleted) values (?, ?, ?, ?)
    on conflict (connection, kind, native_id) do update set deleted = excluded.deleted, version = inbox.version + 1,
      tries = 0, received_at = now(), next_at = now()`
  const fresh = await db.em().transactional(async (em) => {
    if (delivery !== null && !(await isNew(em, connection, delivery))) return false
    for (const { kind, id, deleted, reread } of changes)
      if (reread !== false) await em.execute(sql, [connection, kind, id, deleted])
    return true
  })
  if (!fresh) return
  for (const { kind, id, reread } of changes)
    if (reread === false) db.bus.tell('changed', `${connection}\n${kind}\n${id}`)
  db.bus.tell('inbox', connection)
}

/** Notes a delivery; false where it was noted before. It is forgotten when what it told cannot be written down. */
async function isNew(em: Manager, connection: string, delivery: string): Promise<boolean> {
  await em.execute(`delete from delivery where connection = ? and received_at < now() - ${KNOWN}`, [
    connection,
  ])
  const sql = 'insert into delivery (connection, id) values (?, ?) on conflict do nothing returning id'
  return (await rows(em, sql, [connection, delivery])).length > 0
}

interface Row {
  connection: string
  kind: Kind
  native_id: string
  deleted: boolean
  version: string
  tries: number
}

/** Takes a change out of the inbox, and writes down that its connection told one. */
const DONE = `
with done as (
  delete from inbox where connection = ? and kind = ? and native_id = ? and version = ? returning connection, kind)
update poll set changed_at = now() from done where poll.connection = done.connection and poll.kind = done.kind`

/** Works the inbox: reads each record from its ERP (the webhook is only a hint) and writes it down. */
export class InboxWorker {
  readonly #hub: Hub
  readonly #stop = new AbortController()
  #told = Promise.withResolvers<void>()
  #running: Promise<void> | null = null
  #off: (() => void) | null = null

  constructor(hub: Hub) {
    this.#hub = hub
  }

  start(): void {
    this.#off = this.#hub.db.bus.on('inbox', () => this.#told.resolve())
    this.#running = this.#loop()
  }

  async stop(): Promise<void> {
    this.#off?.()
    this.#stop.abort()
    this.#told.resolve()
    await this.#running
  }

  /** Works everything that is due now, once. */
  async once(): Promise<void> {
    for (const row of await this.#claim()) await this.#work(row).catch(() => this.#later(row))
  }

  async #loop(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#told = Promise.withResolvers<void>()
      await this.once().catch(() => {})
      const idle = wait(this.#hub.settings.idleMs, undefined, { signal: this.#stop.signal }).catch(() => {})
      await Promise.race([this.#told.promise, idle])
    }
  }

  #claim(): Promise<Row[]> {
    const sql = `update inbox set lease_until = now() + ? * interval '1 millisecond', tries = tries + 1
      where (connection, kind, native_id) in (select connection, kind, native_id from inbox where next_at <= now()
        and (lease_until is null or lease_until < now()) order by received_at limit 50 for update skip locked)
      returning connection, kind, native_id, deleted, version::text, tries`
    return rows<Row>(this.#hub.db.em(), sql, [LEASE_MS])
  }

  async #work(row: Row): Promise<void> {
    const open = this.#hub.directory.every().find(({ id }) => id === row.connection)
    if (!open) return this.#later(row)
    const follows = followsHooks(await settingOf(this.#hub.db.em(), row.connection, row.kind))
    if (!follows) this.#hub.db.bus.tell('changed', `${row.connection}\n${row.kind}\n${row.native_id}`)
    else if (row.deleted) await tookDeletion(this.#hub, open, row.kind, row.native_id, 'webhook')
    else await asCall({ lane: 'background', signal: this.#stop.signal }, () => this.#read(open, row))
    await this.#hub.db.em().execute(DONE, [row.connection, row.kind, row.native_id, row.version])
  }

  async #read(open: OpenConnection, row: Row): Promise<void> {
    const [answer] = await readEach(open, row.kind, [row.native_id])
    // A source may tell of a record a moment before it can be read.
    const unreadable = answer === null || answer === undefined || answer instanceof ErpError
    if (unreadable && row.tries < MAX_TRIES) throw answer ?? new ErpError('NOT_FOUND', 'Not readable yet.')
    if (answer) await takeRead(this.#hub, open, row.kind, [row.native_id], [answer], { by: 'webhook' })
  }

  async #later(row: Row): Promise<void> {
    const pause = Math.min(3_600_000, 250 * 2 ** Math.min(row.tries, 14))
    const sql = `update inbox set lease_until = null, next_at = now() + ? * interval '1 millisecond'
      where connection = ? and kind = ? and native_id = ?`
    await this.#hub.db.em().execute(sql, [pause, row.connection, row.kind, row.native_id])
  }
}
