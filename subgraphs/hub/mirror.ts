import { createHash } from 'node:crypto'
import type { Problem } from '../../schema/index.ts'
import type { OpenConnection } from '../connections.ts'
import type { Id, Kind, Records } from '../records.ts'
import { type Manager, rows } from './database.ts'
import type { Hub } from './hub.ts'
import { newId } from './identity.ts'
import { enqueue } from './jobs.ts'
import { objectOf } from './kinds.ts'
import { inwards } from './mapping/apply.ts'
import type { Brought } from './mapping/records.ts'
import type { MappingSet } from './mapping/set.ts'
import { tellMoved } from './operations.ts'

/** How a change came to us. */
export interface Origin {
  /** Who is written into the log: "poll", "webhook", or the key that asked for an import. */
  by: string
  /** The import that it belongs to: also what was known silently from the first reading is told then. */
  batch?: string
}

interface Content {
  id: Id
  hash: string
  content: object
  /** When the ERP last touched it, where it tells. */
  touchedAt: string | null
}

interface Mirrored {
  nativeId: Id
  hash: string
  told: boolean
  deleted: boolean
}

/** Names that are sorted and values that are there, so that equal records have one text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, part]) => part !== undefined && part !== null)
  return Object.fromEntries(
    entries.sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, part]) => [key, sorted(part)]),
  )
}

/** What is kept of a record. When it was last touched is no content: a touch without a change is none. */
export function contentOf(record: Records[Kind]): Content {
  const { id, updatedAt, ...rest } = record
  const content = sorted(rest) as object
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('base64url')
  return { id, hash, content, touchedAt: updatedAt ?? null }
}

const KNOWN = `select native_id as "nativeId", hash, told, deleted from mirror
  where connection = ? and kind = ? and native_id in (select jsonb_array_elements_text(?::jsonb))`

const WRITE = `
insert into mirror (connection, kind, native_id, tenant, content, hash, told, touched_at)
select ?, ?, m.id, ?, m.content, m.hash, m.told, m."touchedAt" from jsonb_to_recordset(?::jsonb)
  as m(id text, content jsonb, hash text, told boolean, "touchedAt" timestamptz)
on conflict (connection, kind, native_id) do update set content = excluded.content, hash = excluded.hash,
  told = mirror.told or excluded.told, touched_at = excluded.touched_at, deleted = false, version = mirror.version + 1, seen_at = now(), changed_at = now()`

const SEEN = `update mirror set seen_at = now() where connection = ? and kind = ?
  and native_id in (select jsonb_array_elements_text(?::jsonb))`

/** Writes of ours that the ERP may show before they are booked: what comes back of them is an echo, no change. */
const ECHOES = `
select r.id from jsonb_to_recordset(?::jsonb) as r(id text, reference text) join operation o
  on o.connection = ? and o.object = ? and o.direction = 'OUT' and o.sent_at is not null
  and o.status in ('RUNNING', 'WAITING', 'UNCERTAIN')
  and (o.external_id = r.id or o.reference = r.reference or (o.object = 'CUSTOMER' and o.customer = (
    select hub_id from external_ref e where e.connection = o.connection and e.kind = 'customer' and e.native_id = r.id)))`

/**
 * Takes records over into the mirror. Each that is new or has changed becomes an operation IN of the sync log with
 * its before and after, and a job for whoever wants to know; the first reading of a connection and the echo of our
 * own writes are silent. The golden records are written before, by the importers of each kind; `brought` is what they
 * got. The mirror keeps the ERP's own words, the log is in those of the golden records.
 */
export async function takeOver(
  hub: Hub,
  open: OpenConnection,
  kind: Kind,
  records: Records[Kind][],
  origin: Origin,
  brought: Brought<Kind>,
): Promise<void> {
  if (records.length === 0) return
  const contents = [...new Map(records.map((record) => [record.id, contentOf(record)])).values()]
  const ids = JSON.stringify(contents.map(({ id }) => id))
  const wanting = await wantedBy(hub, open, kind)
  const told = await hub.db.em().transactional(async (em) => {
    await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`mirror ${open.id} ${kind}`])
    const known = new Map(
      (await rows<Mirrored>(em, KNOWN, [open.id, kind, ids])).map((row) => [row.nativeId, row]),
    )
    const changed = contents.filter(({ id, hash }) => {
      const row = known.get(id)
      return !row || row.hash !== hash || row.deleted || (origin.batch !== undefined && !row.told)
    })
    const { loud, echoes } = await loudOf(em, open, kind, changed, records, origin, brought)
    const lines = await linesOf(em, open, kind, loud, known, origin, brought)
    await log(em, open, kind, lines, origin)
    // Our own write keeps what the ERP shows after it: what comes back meanwhile may be more than an echo.
    const isOpen = ({ id }: Content) => echoes.has(id) && known.has(id)
    const written = changed.filter((one) => !isOpen(one)).map((one) => ({ ...one, told: loud.includes(one) }))
    if (written.length > 0) await em.execute(WRITE, [open.id, kind, open.tenant, JSON.stringify(written)])
    await em.execute(SEEN, [open.id, kind, ids])
    // What could not be brought over is told to nobody else.
    const whole = lines.filter(({ problem }) => problem === null)
    await enqueue(em, jobsOf(open.tenant, wanting, whole.map(idOf)))
    return lines.map(idOf)
  })
  tellMoved(hub.db, told)
  if (told.length > 0) hub.db.bus.tell('job', open.id)
}

/** The kinds of job that a change of this kind of record becomes. */
export async function wantedBy(hub: Hub, open: OpenConnection, kind: Kind): Promise<string[]> {
  const all = await Promise.all(
    hub.handlers.map(async (one) => ((await one.wants?.(hub, open, kind)) ? [one.kind] : [])),
  )
  return all.flat()
}

/** A job of each kind per operation. */
export function jobsOf(tenant: string, kinds: string[], operations: string[]) {
  return operations.flatMap((operation) =>
    kinds.map((kind) => ({ tenant, kind, subject: operation, operation })),
  )
}

/** What is worth a line in the log: nothing before the first whole reading is over, and no echo of our own. */
async function loudOf(
  em: Manager,
  open: OpenConnection,
  kind: Kind,
  changed: Content[],
  records: Records[Kind][],
  origin: Origin,
  { problems }: Brought<Kind>,
): Promise<{ loud: Content[]; echoes: Set<Id> }> {
  const echoes = new Set<Id>()
  if (changed.length === 0) return { loud: [], echoes }
  const sql = 'select baseline_at from poll where connection = ? and kind = ? and baseline_at is not null'
  const isSilent = !origin.batch && (await rows(em, sql, [open.id, kind])).length === 0
  // A failure is never silent.
  if (isSilent) return { loud: changed.filter(({ id }) => problems.has(id)), echoes }
  const references = new Map(records.map((one) => [one.id, 'reference' in one ? one.reference : null]))
  const asked = changed.map(({ id }) => ({ id, reference: references.get(id) ?? null }))
  const values = [JSON.stringify(asked), open.id, objectOf(kind)]
  for (const { id } of await rows<{ id: Id }>(em, ECHOES, values)) echoes.add(id)
  return { loud: changed.filter(({ id }) => !echoes.has(id)), echoes }
}

const LOG = `
with added as (
  insert into operation (id, tenant, connection, direction, object, action, status, outcome, reference, input, batch,
    external_id, external_number, before, after, customer, sales_order, subject, requested_by, finished_at, problem)
  select c.operation, ?, ?, 'IN', ?, c.action, case when c.problem is null then 'DONE' else 'DEAD' end,
    case when c.problem is null then 'SUCCESS' else 'ERROR' end, c.id, coalesce(c.input, '{}'), ?, c.id, c.after->>'number',
    coalesce(c.before, (select content from mirror m where c.action = 'UPDATE' and m.connection = ? and m.kind = ? and m.native_id = c.id)), c.after,
    coalesce(e.hub_id, s.customer, i.customer, p.customer), s.id, coalesce(i.id, p.id), ?, now(), c.problem
  from jsonb_to_recordset(?::jsonb) as c(operation text, action text, id text, before jsonb, after jsonb, problem jsonb, input jsonb)
  left join external_ref e on e.connection = ? and e.kind = 'customer' and e.native_id = c.id and ? = 'CUSTOMER'
  left join sales_order s on s.connection = ? and s.native_id = c.id and ? = 'ORDER'
  left join invoice i on i.connection = ? and i.native_id = c.id and ? = 'INVOICE'
  left join payment p on p.connection = ? and p.native_id = c.id and ? = 'PAYMENT'
  returning *)
insert into event (tenant, connection, operation, object, status, outcome)
select tenant, connection, id, object, status, outcome from added`

/** A line of the log to be written. */
export interface Line {
  operation: string
  action: 'CREATE' | 'UPDATE'
  id: Id
  /** Null: what the mirror holds, for an update. */
  before: object | null
  /** Null: nobody could read it. */
  after: object | null
  /** Why it could not be brought over. */
  problem: Problem | null
  input?: object
}

const idOf = ({ operation }: Line): string => operation

async function linesOf(
  em: Manager,
  open: OpenConnection,
  kind: Kind,
  loud: Content[],
  known: Map<Id, Mirrored>,
  origin: Origin,
  { set, good, problems }: Brought<Kind>,
): Promise<Line[]> {
  const mapped = new Map(set.isEmpty ? [] : good.map((record) => [record.id, contentOf(record).content]))
  const before = set.isEmpty ? new Map<Id, object>() : await beforeOf(em, open, kind, loud, set)
  return loud.map(({ id, content }) => {
    const row = known.get(id)
    // What an import tells was there before without a word, and is new to whoever follows.
    const isNew = !row || row.deleted || (origin.batch !== undefined && !row.told)
    return {
      operation: newId('op'),
      action: isNew ? 'CREATE' : 'UPDATE',
      id,
      before: isNew ? null : (before.get(id) ?? null),
      after: mapped.get(id) ?? content,
      problem: problems.get(id) ?? null,
    }
  })
}

async function beforeOf(
  em: Manager,
  open: OpenConnection,
  kind: Kind,
  loud: Content[],
  set: MappingSet,
): Promise<Map<Id, object>> {
  const sql = `select native_id as id, content from mirror
    where connection = ? and kind = ? and native_id in (select jsonb_array_elements_text(?::jsonb))`
  const values = [open.id, kind, JSON.stringify(loud.map(({ id }) => id))]
  const before = new Map<Id, object>()
  for (const { id, content } of await rows<{ id: Id; content: object }>(em, sql, values))
    before.set(id, (await inwards(set, content)).record)
  return before
}

/** Writes lines of the log with their events. */
export async function log(
  em: Manager,
  open: OpenConnection,
  kind: Kind,
  lines: Line[],
  origin: Origin,
): Promise<void> {
  if (lines.length === 0) return
  const object = objectOf(kind)
  const where = [open.id, object]
  await em.execute(LOG, [
    ...[open.tenant, open.id, object, origin.batch ?? null, open.id, kind, origin.by],
    ...[JSON.stringify(lines), ...where, ...where, ...where, ...where],
  ])
}
