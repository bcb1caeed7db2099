import { FIELDS, type WholeField, changedWhole } from '../conflict/fields.ts'
import { writeGolden } from '../conflict/golden.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../identity.ts'
import { agreedOf } from '../mapping/records.ts'
import { insertOperation } from '../operations.ts'
import { referenceOf } from '../request.ts'
import { lockCustomers } from '../twins.ts'
import { type Change, type Restore, type Skip, judgeIn, writtenFor } from './judge.ts'
import { goldenOf } from './now.ts'
import { type Past, lockPast } from './select.ts'

/** On whose behalf a rollback writes. */
export interface Rollback {
  id: string
  tenant: string
  requestedBy: string | null
}

/** What became of a row of a rollback. */
export interface Outcome {
  state: 'SENT' | 'RESTORED' | 'SKIPPED'
  reason: string | null
  message: string | null
  changes: Change[]
  written: string | null
}

/** A row that is left as it is. */
export function skipped({ skip, message }: Skip): Outcome {
  return { state: 'SKIPPED', reason: skip, message, changes: [], written: null }
}

const ALREADY: Skip = { skip: 'ALREADY', message: 'A rollback has undone it, or is at it.' }

/** Undoes one operation, inside the caller's transaction; two rollbacks never undo the same one. */
export async function restore(
  hub: Hub,
  em: Manager,
  rollback: Rollback,
  id: string,
  verdict: Restore,
): Promise<Outcome> {
  const op = await lockPast(em, id)
  if (!op || op.isTaken) return skipped(ALREADY)
  const { act, changes } = verdict
  const isOurs = act === 'GOLDEN' || act === 'FORGET'
  if (isOurs) return restoreGolden(em, rollback, op)
  const written = await write(hub, em, rollback, op, verdict)
  return { state: 'SENT', reason: null, message: null, changes, written }
}

/** An ordinary operation, with all that keeps a write safe. */
async function write(
  hub: Hub,
  em: Manager,
  rollback: Rollback,
  op: Past,
  { act, changes }: Restore,
): Promise<string> {
  const id = newId('op')
  const { connection, object, customer, salesOrder, subject, record, number } = op
  const values = Object.fromEntries(changes.map((change) => [change.field, writtenFor(change)]))
  const reference = referenceOf(hub, rollback.tenant, { key: `rollback ${rollback.id}`, hash: op.id })
  await insertOperation(em, {
    ...{ id, tenant: rollback.tenant, connection, object, customer, salesOrder, subject },
    action: act === 'UPDATE' ? 'UPDATE' : 'CANCEL',
    // A document is cancelled under the reference by which the ERP knows it.
    reference: act === 'UPDATE' ? reference : op.reference,
    input:
      act === 'UPDATE'
        ? { ...values, customer, isNative: true }
        : { order: salesOrder, reason: `Rollback ${rollback.id}` },
    ...{ dependsOn: null, externalId: record, externalNumber: number },
    ...{ requestedBy: rollback.requestedBy ?? 'rollback', cause: op.id, batch: rollback.id },
  })
  return id
}

/** What was taken over into the hub's own record is taken out of it; nothing is written to the ERP it came from. */
async function restoreGolden(em: Manager, rollback: Rollback, op: Past): Promise<Outcome> {
  await lockCustomers(em, rollback.tenant)
  const verdict = judgeIn(op, (await goldenOf(em, [op.id])).get(op.id) ?? null)
  if ('skip' in verdict) return skipped(verdict)
  const { act, changes } = verdict
  if (act === 'FORGET') await forget(em, op)
  else await writeGolden(em, op.customer ?? '', toWrite(changes), `rollback ${rollback.id}`)
  return { state: 'RESTORED', reason: null, message: null, changes, written: null }
}

type Values = Partial<Record<WholeField, unknown>>

function toWrite(changes: Change[]): Values {
  return Object.fromEntries(changes.map(({ field, to }) => [field, to]))
}

/** The record as if it had never come: a later import tells it anew. */
async function forget(em: Manager, { connection, record, customer }: Past): Promise<void> {
  await em.execute(`delete from mirror where connection = ? and kind = 'customer' and native_id = ?`, [
    connection,
    record,
  ])
  await em.execute(`delete from external_ref where hub_id = ? and kind = 'customer'`, [customer])
  await em.execute('delete from customer where id = ?', [customer])
}

const STILL = `
select exists (select from external_ref r join mirror m on m.connection = r.connection and m.kind = r.kind
  and m.native_id = r.native_id where r.hub_id = ? and r.kind = 'customer' and not r.deleted and not m.deleted
  and coalesce(m.synced, m.content) -> ? = ?::jsonb) as still`

/**
 * After the ERP has its old value back: the golden record follows where it says what the operation wrote, unless
 * another ERP says that as well. All is compared in the words of the golden record, as the mappings of now have it.
 */
export async function followGolden(
  hub: Hub,
  em: Manager,
  rollback: Rollback,
  op: Past,
  changes: Change[],
): Promise<void> {
  if (op.object !== 'CUSTOMER' || !op.customer || changes.length === 0) return
  await lockCustomers(em, rollback.tenant)
  const at = { tenant: rollback.tenant, connection: op.connection, kind: 'customer' } as const
  const wrote = (await agreedOf(hub, em, at, op.after ?? {})) as Values
  const old = (await agreedOf(hub, em, at, { ...op.after, ...toWrite(changes) })) as Values
  const back: Values = {}
  for (const name of changedWhole(old, wrote)) {
    const said = JSON.stringify(wrote[name] ?? null)
    const sql = `select coalesce(to_jsonb(${FIELDS[name].column}), 'null') = ?::jsonb as says from customer where id = ?`
    const [golden] = await rows<{ says: boolean }>(em, sql, [said, op.customer])
    const [side] = await rows<{ still: boolean }>(em, STILL, [op.customer, name, said])
    if (golden?.says && !side?.still) back[name] = old[name] ?? null
  }
  if (Object.keys(back).length > 0) await writeGolden(em, op.customer, back, `rollback ${rollback.id}`)
}
