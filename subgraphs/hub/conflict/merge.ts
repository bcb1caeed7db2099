import { ErpError } from '../../../schema/errors.ts'
import { toProblem } from '../../reader.ts'
import { type Manager, iso, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../identity.ts'
import { jobHandler } from '../jobs.ts'
import { type Operation, tellMoved } from '../operations.ts'
import { settingOf } from '../setting/read.ts'
import { OperationTable } from '../tables.ts'
import { idNow } from '../match/alias.ts'
import { lockCustomers } from '../twins.ts'
import { mappingsOf } from '../mapping/read.ts'
import { type Field, GOLDEN_COLUMNS, changedFields, namedIn, same, valueOf, withFields } from './fields.ts'
import { isRemapped } from '../mapping/records.ts'
import { attributesOf } from '../mapping/apply.ts'
import { customField, customKey } from '../mapping/fields.ts'
import type { MappingSet } from '../mapping/set.ts'
import { type Touched, touchedOf, writeGolden } from './golden.ts'
import { spread } from './propagate.ts'
import { type Decision, decide, ruleFor, rulesOf } from './rules.ts'

/** Brings a customer that was changed in one ERP into the golden record, and from there to its other sides. */
export const customerMerge = jobHandler({
  kind: 'customer-merge',
  parallel: 4,
  wants: async (_hub, _open, kind) => kind === 'customer',
  async work(hub, { subject }) {
    const told = await hub.db.em().transactional((em) => merge(hub, em, subject))
    hub.db.bus.tell('catalogue', subject)
    tellMoved(hub.db, [subject, ...told])
  },
})

interface Side {
  synced: object | null
  syncedAt: string | Date | null
  touchedAt: string | Date | null
}

const SIDE = `select synced, synced_at as "syncedAt", touched_at as "touchedAt" from mirror
  where connection = ? and kind = 'customer' and native_id = ?`
const GOLDEN = `select ${GOLDEN_COLUMNS}, home from customer where id = ?`
/**
 * Fields that writes of ours to the same record settle: those that ended after this was read, and those that
 * somebody asked for and that are still to come. What the record said of them is out of date.
 */
const SETTLED = `select input from operation where connection = ? and object = 'CUSTOMER' and direction = 'OUT'
  and external_id = ? and (status = 'DONE' and finished_at > ?
    or status in ('ACCEPTED', 'RUNNING', 'WAITING', 'UNCERTAIN') and requested_by <> 'sync')`
const AGREE = `update mirror set synced = ?::jsonb, synced_at = clock_timestamp()
  where connection = ? and kind = 'customer' and native_id = ?`

type Golden = Partial<Record<Field, unknown>> & { home: string | null }

/** Gives the operations that follow. */
async function merge(hub: Hub, em: Manager, id: string): Promise<string[]> {
  const op = await em.findOne(OperationTable, { id })
  if (!op?.customer || !op.after || !op.externalId || op.action === 'DELETE') return []
  const { direction, enabled } = await settingOf(em, op.connection, 'customer')
  if (!enabled || direction === 'OUT') return []
  await lockCustomers(em, op.tenant)
  op.customer = await idNow(em, op.customer)
  const [golden] = await rows<Golden>(em, GOLDEN, [op.customer])
  const [side] = await rows<Side>(em, SIDE, [op.connection, op.externalId])
  if (!golden || !side) return []
  const at = { tenant: op.tenant, connection: op.connection, kind: 'customer' } as const
  const settled = await settledBy(em, op)
  const sorted = await sort(em, op, golden, side, await mappingsOf(hub.db, em, at), settled)
  if (sorted.TAKE.length > 0) await writeGolden(em, op.customer, pick(op.after, sorted.TAKE), op.connection)
  for (const field of sorted.ASK) await ask(em, op, field, golden, side)
  const agreed = side.synced ? withFields(op.after, side.synced, settled) : op.after
  await em.execute(AGREE, [JSON.stringify(agreed), op.connection, op.externalId])
  if (sorted.KEEP.length + sorted.ASK.length > 0) await warn(em, op, sorted)
  const values = { ...pick(op.after, sorted.TAKE), ...pick(golden, sorted.KEEP) }
  const { tenant, customer } = op
  return spread(hub, em, { tenant, customer, values, cause: op.id, key: `merge ${op.id}` })
}

async function settledBy(em: Manager, op: Operation): Promise<Field[]> {
  const found = await rows<{ input: object }>(em, SETTLED, [op.connection, op.externalId, op.createdAt])
  return [...new Set(found.flatMap(({ input }) => namedIn(input)))]
}

function pick(from: object, fields: Field[]): Partial<Record<Field, unknown>> {
  return Object.fromEntries(fields.map((field) => [field, valueOf(from, field) ?? null]))
}

/** Each field that this side changed, under what is to be done with it. */
async function sort(
  em: Manager,
  op: Operation,
  golden: Golden,
  side: Side,
  set: MappingSet,
  settled: Field[],
): Promise<Record<Decision, Field[]>> {
  const sorted: Record<Decision, Field[]> = { TAKE: [], KEEP: [], ASK: [] }
  const after = op.after ?? {}
  const base = side.synced ?? baseOf(op, set)
  // A record that is new here never agreed with us on anything: it only fills what nobody knew.
  if (!base) {
    sorted.TAKE = changedFields({}, after).filter((field) => same(valueOf(golden, field), null))
    return sorted
  }
  const [rules, touched] = [await rulesOf(em, op.tenant), await touchedOf(em, op.customer ?? '')]
  const agreedAt = side.syncedAt ? Date.parse(iso(side.syncedAt)) : 0
  const theirsAt = Date.parse(iso(side.touchedAt) ?? iso(op.createdAt ?? new Date()))
  for (const field of changedFields(base, after)) {
    if (settled.includes(field)) continue
    if (!set.reads(field) || same(valueOf(golden, field), valueOf(after, field))) continue
    const last = lastOf(touched, field)
    // A golden record that says what this side said before was not changed against it, whoever wrote it.
    const isOurs = last !== undefined && last.by !== op.connection && last.at > agreedAt
    const isContested = isOurs && !same(valueOf(golden, field), valueOf(base, field))
    const rule = ruleFor(rules, field, golden.home)
    const change = { rule, connection: op.connection, isContested, theirsAt, oursAt: last?.at ?? 0 }
    sorted[decide(change)].push(field)
  }
  return sorted
}

/**
 * What the record said before, in the words of the golden record. Where mappings were applied again, the fields that
 * they fill count as changed, whatever they said under the mappings before.
 */
function baseOf(op: Operation, set: MappingSet): object | null {
  if (!isRemapped(op) || !op.after) return op.before ?? null
  const { customAttributes: _list, ...plain } = op.after as Record<string, unknown>
  const kept = Object.entries(plain).filter(([field]) => !set.namesHub(field))
  const attributes = [...attributesOf(op.after)].filter(([key]) => !set.namesHub(customField(key)))
  const customAttributes = attributes.map(([key, value]) => ({ key, value }))
  return { ...Object.fromEntries(kept), customAttributes }
}

/** Custom attributes are written one by one, or as a list. */
function lastOf(touched: Map<Field, Touched>, field: Field): Touched | undefined {
  const all = [touched.get(field), customKey(field) === null ? undefined : touched.get('customAttributes')]
  return all.filter((one) => one !== undefined).toSorted((one, other) => other.at - one.at)[0]
}

const ASK = `
insert into conflict (id, tenant, customer, connection, field, ours, theirs, base, operation)
values (?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?::jsonb, ?)
on conflict (customer, connection, field) where state = 'OPEN' do update set ours = excluded.ours,
  theirs = excluded.theirs, operation = excluded.operation, updated_at = now()`

async function ask(em: Manager, op: Operation, field: Field, golden: Golden, side: Side): Promise<void> {
  const sides = [golden, op.after ?? {}, side.synced ?? op.before ?? {}]
  const values = sides.map((record) => JSON.stringify(valueOf(record, field) ?? null))
  await em.execute(ASK, [newId('cfl'), op.tenant, op.customer, op.connection, field, ...values, op.id])
}

async function warn(
  em: Manager,
  op: Operation,
  { KEEP, ASK: asked }: Record<Decision, Field[]>,
): Promise<void> {
  const kept = KEEP.length > 0 ? `${KEEP.join(', ')} kept as the master has it.` : ''
  const open = asked.length > 0 ? `${asked.join(', ')} changed on both sides: decide in conflicts.` : ''
  const error = new ErpError('CONFLICT', [kept, open].filter(Boolean).join(' '), {
    connection: op.connection,
    field: [...KEEP, ...asked][0],
    retryable: false,
  })
  const sql = "update operation set outcome = 'WARNING', problem = ?::jsonb where id = ?"
  await em.execute(sql, [JSON.stringify(toProblem(error, op.connection)), op.id])
}
