import { ErpError } from '../../../schema/errors.ts'
import type { OpenConnection } from '../../connections.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { importIds } from '../intake.ts'
import { jobHandler } from '../jobs.ts'
import { readOf } from '../kinds.ts'
import type { Operation } from '../operations.ts'
import { CustomerTable, OperationTable } from '../tables.ts'
import { lockCustomers } from '../twins.ts'
import { idNow } from './alias.ts'
import { isRuledOut, noteCandidates } from './candidates.ts'
import { sampleOf } from './find.ts'
import { mergeInto, toldMerged } from './merge.ts'
import { weigh } from './score.ts'

/**
 * Follows an ERP that merged two of its customers: a record is gone, and the documents that named it name another
 * one now. Then the golden records are one as well, unless their tax ids or a person say that they are not.
 */
export const customerVanished = jobHandler({
  kind: 'customer-vanished',
  parallel: 1,
  wants: async (_hub, open, kind) => kind === 'customer' && open.connector.role === 'erp',
  async work(hub, { subject }) {
    const op = await hub.db.em().findOne(OperationTable, { id: subject })
    const open = op && hub.directory.find(op.tenant, op.connection)
    if (!op?.customer || !op.externalId || !open || op.action !== 'DELETE') return
    const heir = await heirOf(hub, open, op.externalId)
    if (!heir) return
    if (!(await hub.catalogue.hubId(open.id, 'customer', heir)))
      await importIds(hub, open, 'customer', [heir], { by: 'poll' })
    const into = await hub.catalogue.hubId(open.id, 'customer', heir)
    if (!into) return
    const isMerged = await hub.db.em().transactional((em) => follow(em, op, into, heir))
    if (isMerged) toldMerged(hub)
  },
})

const DOCUMENTS = `select native_id as id from mirror where connection = ? and kind = ? and not deleted
  and content->>'customer' = ? order by changed_at desc limit 20`

/** The one record that the documents of a vanished record name now; null where there is none, or several. */
async function heirOf(hub: Hub, open: OpenConnection, vanished: string): Promise<string | null> {
  const heirs = new Set<string>()
  for (const kind of ['order', 'invoice'] as const) {
    const read = readOf(open.erp, kind)
    const known = await rows<{ id: string }>(hub.db.em(), DOCUMENTS, [open.id, kind, vanished])
    if (!read || known.length === 0) continue
    for (const record of await read.byId(known.map(({ id }) => id))) {
      if (record instanceof ErpError) throw record
      if (record && 'customer' in record && record.customer) heirs.add(record.customer)
    }
  }
  const [heir = null] = heirs
  return heirs.size === 1 && heir !== vanished ? heir : null
}

/** Whether it merged them. */
async function follow(em: Manager, op: Operation, heir: string, native: string): Promise<boolean> {
  await lockCustomers(em, op.tenant)
  const [gone, keep] = [await idNow(em, op.customer ?? ''), await idNow(em, heir)]
  if (gone === keep) return false
  const both = await em.find(CustomerTable, { id: { $in: [gone, keep] }, tenant: op.tenant })
  const [one, other] = both
  if (!one || !other) return false
  const said = weigh(sampleOf(one), sampleOf(other))
  const reasons = [`${op.connection} merged its record ${op.externalId} into ${native}.`, ...said.reasons]
  if (said.isContradicted || (await isRuledOut(em, op.tenant, gone, keep))) {
    const about = { tenant: op.tenant, connection: op.connection, native, customer: gone }
    await noteCandidates(em, about, [{ customer: keep, score: said.score, reasons }])
    return false
  }
  await mergeInto(em, { tenant: op.tenant, keep, gone, by: op.connection })
  return true
}
