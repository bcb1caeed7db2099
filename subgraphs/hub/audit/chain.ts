import { type Database, type Manager, iso, rows } from '../database.ts'
import type { Safe } from '../vault.ts'

/** How far a mutation came: a line before it begins, and one when it ended. NOTE: something else that happened. */
export type Stage = 'ASKED' | 'DONE' | 'REFUSED' | 'NOTE'

/** A line of the record before it has its place in the chain. */
export interface Line {
  tenant: string
  actor: string
  request: string
  action: string
  stage: Stage
  details: object
}

/** A line as it stands in the table. `details` is the very text that was hashed. */
export interface Entry extends Omit<Line, 'details'> {
  sequence: string
  at: Date | string
  details: string
  previous: string
  hash: string
}

/** Before the first line of a tenant. */
const START = ''

/** The hash of a line: keyed, so that nobody who only has the database can make a chain anew. */
function hashOf(safe: Safe, entry: Omit<Entry, 'hash'>): string {
  const { tenant, sequence, at, actor, request, action, stage, details, previous } = entry
  return safe.mac(
    JSON.stringify([tenant, String(sequence), iso(at), actor, request, action, stage, details, previous]),
  )
}

const LAST = 'select sequence::text, hash from audit where tenant = ? order by audit.sequence desc limit 1'
const ADD = `insert into audit (tenant, sequence, at, actor, request, action, stage, details, previous, hash)
  select tenant, sequence, at, actor, request, action, stage, details, previous, hash from jsonb_to_recordset(?::jsonb)
    as l(tenant text, sequence bigint, at timestamptz, actor text, request text, action text, stage text, details text,
      previous text, hash text)`

/** Adds lines of one tenant to its chain; one writer at a time, over all processes. */
async function add(em: Manager, safe: Safe, tenant: string, lines: Line[]): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`audit ${tenant}`])
  const [last] = await rows<{ sequence: string; hash: string }>(em, LAST, [tenant])
  let { sequence, hash: previous } = last ?? { sequence: '0', hash: START }
  const entries = lines.map((line) => {
    sequence = String(BigInt(sequence) + 1n)
    const details = JSON.stringify(line.details).replaceAll('\\u0000', '')
    const entry = { ...line, details, sequence, at: iso(new Date()), previous }
    const hash = hashOf(safe, entry)
    previous = hash
    return { ...entry, hash }
  })
  await em.execute(ADD, [JSON.stringify(entries)])
}

/** Writes lines; those that come while others are being written go together in the next transaction. */
export class Chain {
  readonly #db: Database
  readonly #safe: Safe
  #waiting: { line: Line; done: PromiseWithResolvers<void> }[] = []
  #isWriting = false

  constructor(db: Database, safe: Safe) {
    this.#db = db
    this.#safe = safe
  }

  /** Resolves when the line is kept for good. */
  append(line: Line): Promise<void> {
    const done = Promise.withResolvers<void>()
    this.#waiting.push({ line, done })
    if (!this.#isWriting) void this.#write()
    return done.promise
  }

  async #write(): Promise<void> {
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      const taken = this.#waiting.splice(0, 200)
      const tenants = [...Map.groupBy(taken, ({ line }) => line.tenant)]
      try {
        await this.#db.em().transactional(async (em) => {
          for (const [tenant, some] of tenants)
            await add(
              em,
              this.#safe,
              tenant,
              some.map(({ line }) => line),
            )
        })
        for (const { done } of taken) done.resolve()
      } catch (error) {
        for (const { done } of taken) done.reject(error)
      }
    }
    this.#isWriting = false
  }
}

/** What a look through the chain found. */
export interface Verified {
  ok: boolean
  checked: number
  /** The first line that is not as it was written, or where one is missing. */
  brokenAt: string | null
  lastSequence: string | null
  lastHash: string | null
}

/** A line that somebody noted elsewhere. */
export interface Anchor {
  sequence: string
  hash: string
}

const COLUMNS = 'tenant, sequence::text, at, actor, request, action, stage, details, previous, hash'
const PAGE = 1_000

/** Looks through the whole chain of a tenant; with an anchor also whether that line is still in it. */
export async function verify(
  em: Manager,
  safe: Safe,
  tenant: string,
  anchor: Anchor | null,
): Promise<Verified> {
  const sql = `select ${COLUMNS} from audit where tenant = ? and sequence > ?::bigint order by audit.sequence limit ${PAGE}`
  let [last, checked] = [{ sequence: '0', hash: START }, 0]
  const told = (brokenAt: string | null): Verified => {
    const end =
      checked > 0
        ? { lastSequence: last.sequence, lastHash: last.hash }
        : { lastSequence: null, lastHash: null }
    return { ok: brokenAt === null, checked, brokenAt, ...end }
  }
  for (;;) {
    const found = await rows<Entry>(em, sql, [tenant, last.sequence])
    for (const entry of found) {
      const expected = String(BigInt(last.sequence) + 1n)
      if (entry.sequence !== expected) return told(expected)
      const isSame = entry.previous === last.hash && entry.hash === hashOf(safe, entry)
      if (!isSame || (anchor?.sequence === entry.sequence && anchor.hash !== entry.hash))
        return told(expected)
      checked += 1
      last = entry
    }
    if (found.length < PAGE) break
  }
  const isCut = anchor !== null && BigInt(anchor.sequence) > BigInt(last.sequence)
  return told(isCut ? String(BigInt(last.sequence) + 1n) : null)
}

/** What lines to show. */
export interface Wanted {
  actions: string[] | null
  actors: string[] | null
  subject: string | null
  since: string | null
  until: string | null
}

const LIST = `select ${COLUMNS} from audit where tenant = ? and (?::text is null or sequence < ?::bigint)
  and (?::jsonb is null or ?::jsonb @> to_jsonb(action)) and (?::jsonb is null or ?::jsonb @> to_jsonb(actor))
  and (?::text is null or position(? in details) > 0)
  and (?::timestamptz is null or at >= ?::timestamptz) and (?::timestamptz is null or at < ?::timestamptz)
  order by audit.sequence desc limit ?`

/** Lines before one, newest first. */
export function entriesOf(
  em: Manager,
  tenant: string,
  { actions, actors, subject, since, until }: Wanted,
  before: string | null,
  limit: number,
): Promise<Entry[]> {
  const [one, two] = [actions, actors].map((list) => list && JSON.stringify(list))
  const quoted = subject && JSON.stringify(subject)
  const twice = [before, before, one, one, two, two, quoted, quoted, since, since, until, until]
  return rows<Entry>(em, LIST, [tenant, ...twice.map((value) => value ?? null), limit])
}
