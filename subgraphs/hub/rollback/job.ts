import { setTimeout as wait } from 'node:timers/promises'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { type Again, jobHandler } from '../jobs.ts'
import { FenceLost, tellMoved } from '../operations.ts'
import type { Change } from './judge.ts'
import { verdicts } from './now.ts'
import { type Outcome, type Rollback, followGolden, restore, skipped } from './restore.ts'
import { pastOf } from './select.ts'

/** So many writes are under way at once, so that those of people never wait behind a rollback. */
const SLICE = 20
const LOOK_MS = 100
/** After so many looks without news another job may have the place. */
const LOOKS = 20
const AGAIN = { againInMs: 1_000 }

/** Carries out a rollback, record by record. Every step is one transaction, so that a kill loses and doubles nothing. */
export const rollbackJob = jobHandler({
  kind: 'rollback',
  parallel: 2,
  async work(hub, { subject, tenant }, run): Promise<Again | void> {
    const sql = 'select id, tenant, requested_by as "requestedBy", state from rollback where id = ?'
    const [rollback] = await rows<Rollback & { state: string }>(hub.db.em(), sql, [subject])
    if (!rollback || rollback.tenant !== tenant) return
    for (let looks = 0; ; looks += 1) {
      const underWay = await settleSent(hub, rollback)
      if (run.signal.aborted) return AGAIN
      // Half a slice at least, so that records are read many at once.
      const room = underWay > SLICE / 2 ? 0 : SLICE - underWay
      const slice = await nextSlice(hub, rollback.id, room)
      if (slice.length === 0) {
        if (underWay === 0) return finish(hub, rollback.id)
        if (looks >= LOOKS) return AGAIN
        await wait(LOOK_MS, undefined, { signal: run.signal }).catch(() => {})
        continue
      }
      looks = 0
      await run.keep({})
      await carry(hub, rollback, slice, run.signal)
    }
  },
})

interface Row {
  n: number
  operation: string
}

/**
 * The newest operations that are planned; of one record only when its later ones are through, of an invoice only when
 * later payments are, and of an order only when later invoices and payments are: they stand in its way.
 */
const NEXT = `
with open as (select * from rollback_row where rollback = ? and state in ('PLANNED', 'SENT')),
ahead as (select connection, object, min(n) as n from open
  where direction = 'OUT' and object in ('INVOICE', 'PAYMENT') group by connection, object)
select n, operation from open r where state = 'PLANNED' and not exists (
  select from rollback_row e where e.rollback = r.rollback and e.n < r.n and e.state in ('PLANNED', 'SENT') and e.connection = r.connection
    and e.object = r.object and e.record = r.record and e.direction = r.direction)
  and not exists (select from ahead where ahead.connection = r.connection and ahead.n < r.n and r.direction = 'OUT'
    and (r.object, ahead.object) in (('INVOICE', 'PAYMENT'), ('ORDER', 'INVOICE'), ('ORDER', 'PAYMENT')))
order by n limit ?`

function nextSlice(hub: Hub, rollback: string, limit: number): Promise<Row[]> {
  return rows<Row>(hub.db.em(), NEXT, [rollback, limit])
}

const BOOK = `update rollback_row set state = ?, reason = ?, message = ?, changes = ?::jsonb, written = ?
  where rollback = ? and n = ? and state = 'PLANNED' returning n`

/** Looks at the records right before each is written. */
async function carry(hub: Hub, rollback: Rollback, slice: Row[], signal: AbortSignal): Promise<void> {
  const found = new Map(
    (
      await pastOf(
        hub.db.em(),
        slice.map(({ operation }) => operation),
      )
    ).map((op) => [op.id, op]),
  )
  const past = slice.flatMap(({ operation }) => found.get(operation) ?? [])
  const judged = await verdicts(hub, rollback.tenant, past)
  for (const [nth, { n, operation }] of slice.entries()) {
    const verdict = judged[nth]
    if (signal.aborted || !verdict) return
    const written = await hub.db.em().transactional(async (em) => {
      const outcome =
        'skip' in verdict ? skipped(verdict) : await restore(hub, em, rollback, operation, verdict)
      const { state, reason, message, changes, written: id } = outcome satisfies Outcome
      const values = [state, reason, message, JSON.stringify(changes), id, rollback.id, n]
      // Cancelled meanwhile, or another process is at it: the whole step is taken back.
      if ((await rows(em, BOOK, values)).length === 0) throw new FenceLost()
      return id
    })
    if (written) tellMoved(hub.db, [written])
    else hub.db.bus.tell('catalogue', operation)
  }
}

const SENT = `
select r.n, r.operation, r.changes, w.status, w.problem ->> 'message' as message from rollback_row r
join operation w on w.id = r.written where r.rollback = ? and r.state = 'SENT' and w.status <> 'UNCERTAIN' order by r.n`
const SETTLE = `update rollback_row set state = ?, reason = ?, message = ?
  where rollback = ? and n = ? and state = 'SENT' returning n`

/** Books what ended, and gives how many writes are still under way. One that is uncertain waits for a person. */
async function settleSent(hub: Hub, rollback: Rollback): Promise<number> {
  interface Sent extends Row {
    changes: Change[]
    status: string
    message: string | null
  }
  let underWay = 0
  for (const row of await rows<Sent>(hub.db.em(), SENT, [rollback.id])) {
    const failed = ['REFUSED', 'DEAD', 'CANCELLED'].includes(row.status)
    if (row.status !== 'DONE' && !failed) {
      underWay += 1
      continue
    }
    await hub.db.em().transactional(async (em) => {
      const end = failed ? ['FAILED', 'FAILED', row.message] : ['RESTORED', null, null]
      if ((await rows(em, SETTLE, [...end, rollback.id, row.n])).length === 0 || failed) return
      const [op] = await pastOf(em, [row.operation])
      if (op) await followGolden(hub, em, rollback, op, row.changes)
    })
    hub.db.bus.tell('catalogue', row.operation)
  }
  return underWay
}

/** Ends it once nothing is open; what is uncertain keeps it open. */
async function finish(hub: Hub, id: string): Promise<Again | void> {
  const sql = `update rollback set state = case state when 'RUNNING' then 'DONE' else state end, finished_at = now()
    where id = ? and not exists (select from rollback_row where rollback = ? and state in ('PLANNED', 'SENT')) returning id`
  if ((await rows(hub.db.em(), sql, [id, id])).length === 0) return AGAIN
}
