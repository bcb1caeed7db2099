import { type Manager, rows } from './database.ts'
import type { Hub } from './hub.ts'

const AT_ONCE = 500
const MAX_ROUNDS = 200

/** What ended for good so long ago that a tenant keeps it no longer, and nothing open depends on or follows from. */
const OLD = `
select o.id from operation o
where o.tenant = ? and o.status in ('DONE', 'CANCELLED', 'REFUSED') and o.finished_at < now() - ? * interval '1 day'
  and not exists (select from job j where j.operation = o.id and j.state in ('WAITING', 'DEAD'))
  and not exists (select from operation d where d.depends_on = o.id
    and d.status not in ('DONE', 'CANCELLED', 'REFUSED'))
  and not exists (select from rollback_row w where w.operation = o.id or w.written = o.id)
order by o.finished_at limit ${AT_ONCE} for update skip locked`

const IDS = 'in (select jsonb_array_elements_text(?::jsonb))'

/** An idempotency key is good as long as anything of what it led to is there. */
const REQUESTS = `delete from request r where r.tenant = ? and r.created_at < now() - ? * interval '1 day'
  and jsonb_typeof(r.answer->'operations') = 'array' and not exists (
    select from jsonb_array_elements_text(r.answer->'operations') as made(id) join operation o on o.id = made.id)`

/** Deletes what ended before the days for which each tenant keeps its log; never what is open, never golden records. */
export async function sweepLog(hub: Hub): Promise<void> {
  const sql = 'select id, log_days as days from tenant where log_days is not null'
  for (const { id, days } of await rows<{ id: string; days: number }>(hub.db.em(), sql)) {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const swept = await hub.db.em().transactional((em) => sweep(em, id, days))
      if (swept < AT_ONCE) break
    }
    await hub.db.em().execute(REQUESTS, [id, days])
    const alerts = "delete from alert where tenant = ? and resolved_at < now() - ? * interval '1 day'"
    await hub.db.em().execute(alerts, [id, days])
  }
}

async function sweep(em: Manager, tenant: string, days: number): Promise<number> {
  const found = await rows<{ id: string }>(em, OLD, [tenant, days])
  if (found.length === 0) return 0
  const ids = JSON.stringify(found.map(({ id }) => id))
  await em.execute(`delete from attempt where operation ${IDS}`, [ids])
  await em.execute(`delete from job where operation ${IDS}`, [ids])
  await em.execute(`update operation set depends_on = null where depends_on ${IDS}`, [ids])
  await em.execute(`delete from operation where id ${IDS}`, [ids])
  return found.length
}
