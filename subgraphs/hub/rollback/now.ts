import { ErpError } from '../../../schema/errors.ts'
import { FIELDS, FIELD_NAMES } from '../conflict/fields.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { kindOf, readOf } from '../kinds.ts'
import { type Golden, type Restore, type Skip, judgeIn, judgeOut, refusalOf, without } from './judge.ts'
import type { Past, Within } from './select.ts'

const READ_AT_ONCE = 100

const GOLDEN = `
select o.id as operation, ${FIELD_NAMES.map((field) => `c.${FIELDS[field].column} as "${field}"`).join(', ')},
  coalesce((select m.version = 1 from mirror m
    where m.connection = o.connection and m.kind = 'customer' and m.native_id = o.external_id), false) as "isNew",
  exists (select from external_ref r where r.hub_id = c.id and r.kind = 'customer' and not r.deleted
    and (r.connection, r.native_id) is distinct from (o.connection, o.external_id))
  or exists (select from sales_order d where d.customer = c.id) or exists (select from invoice d where d.customer = c.id)
  or exists (select from payment d where d.customer = c.id) or exists (select from api_key k where k.customer = c.id)
  or exists (select from operation w where w.customer = c.id and w.direction = 'OUT') as "isUsed"
from operation o join customer c on c.id = o.customer where o.id in (select jsonb_array_elements_text(?::jsonb))`

/** The golden records that changes IN are about, by operation. */
export async function goldenOf(em: Manager, ids: string[]): Promise<Map<string, Golden>> {
  if (ids.length === 0) return new Map()
  type Row = { operation: string; isNew: boolean; isUsed: boolean } & Record<string, unknown>
  const found = await rows<Row>(em, GOLDEN, [JSON.stringify(ids)])
  return new Map(
    found.map(({ operation, isNew, isUsed, ...values }) => [operation, { values, isNew, isUsed }]),
  )
}

type Live = Record<string, unknown> | ErpError | null

/** The records as the ERP holds them now, by connection, object and id. Throws what the whole batch failed with. */
async function liveOf(hub: Hub, tenant: string, past: Past[]): Promise<Map<string, Live>> {
  const known = new Map<string, Live>()
  const groups = Map.groupBy(past, ({ connection, object }) => `${connection}\n${object}`)
  for (const [key, group] of groups) {
    const [first] = group
    const open = first && hub.directory.find(tenant, first.connection)
    const read = open && readOf(open.erp, kindOf(first.object))
    const ids = [...new Set(group.flatMap(({ record }) => record ?? []))]
    for (let from = 0; read && from < ids.length; from += READ_AT_ONCE) {
      const part = ids.slice(from, from + READ_AT_ONCE)
      const answers = await read.byId(part)
      for (const [nth, id] of part.entries()) known.set(`${key}\n${id}`, (answers[nth] ?? null) as Live)
    }
  }
  return known
}

/**
 * What is to be done with each operation, as the ERPs and the hub are right now; in the same order. A record whose
 * reading failed for a while throws, so that it is tried again.
 */
export async function verdicts(
  hub: Hub,
  tenant: string,
  past: (Past & Partial<Within>)[],
): Promise<(Restore | Skip)[]> {
  const refused = past.map((op) => refusalOf(op, hub.directory.find(tenant, op.connection)))
  const open = past.filter((_, nth) => !refused[nth])
  const inward = open.filter(({ direction }) => direction === 'IN')
  const golden = await goldenOf(
    hub.db.em(),
    inward.map(({ id }) => id),
  )
  const outward = open.filter(({ direction }) => direction === 'OUT')
  const live = await liveOf(hub, tenant, outward)
  return past.map((op, nth) => {
    const refusal = refused[nth]
    if (refusal) return refusal
    if (op.direction === 'IN') {
      const now = golden.get(op.id) ?? null
      return judgeIn(op, now && { ...now, values: without(now.values, op.later ?? []) })
    }
    return judgeLive(op, live.get(`${op.connection}\n${op.object}\n${op.record}`))
  })
}

function judgeLive(op: Past & Partial<Within>, now: Live | undefined): Restore | Skip {
  if (now === undefined) return { skip: 'UNKNOWN', message: `${op.connection} cannot read the record.` }
  if (!(now instanceof ErpError)) return judgeOut(op, now && without(now, op.later ?? []), op.isFollowed)
  if (now.retryable) throw now
  return { skip: 'FAILED', message: now.message }
}
