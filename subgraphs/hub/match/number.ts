import type { OpenConnection } from '../../connections.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { CustomerTable } from '../tables.ts'
import { lockCustomers } from '../twins.ts'
import { isRuledOut, noteCandidates } from './candidates.ts'
import { sampleOf } from './find.ts'
import { mergeInto, toldMerged } from './merge.ts'
import { policyOf } from './policy.ts'
import { weigh } from './score.ts'

const HOLDERS = `select distinct hub_id as id, exists (select from external_ref mine where mine.kind = 'customer'
    and mine.hub_id = ? and mine.connection in (select jsonb_array_elements_text(?::jsonb))) as "isKnown"
  from external_ref where tenant = ? and kind = 'customer' and not deleted and (number = ? or native_id = ?)
    and connection in (select jsonb_array_elements_text(?::jsonb)) limit 2`

/**
 * Follows what a source says of its customer: the number or id that it has in an ERP. Where no ERP knows the customer
 * yet and one alone has the number, both are one customer, or a person is asked. Gives the customer's id now.
 */
export async function linkByNumber(
  hub: Hub,
  open: OpenConnection,
  customer: string,
  { native, number }: { native: string; number: string },
): Promise<string> {
  const erps = hub.directory.all(open.tenant).filter(({ connector }) => connector.role === 'erp')
  const among = JSON.stringify(erps.map(({ id }) => id))
  const values = [customer, among, open.tenant, number, number, among]
  const holders = await rows<{ id: string; isKnown: boolean }>(hub.db.em(), HOLDERS, values)
  const [holder] = holders
  if (!holder || holders.length > 1 || holder.isKnown || holder.id === customer) return customer
  const isMerged = await hub.db.em().transactional(async (em) => {
    await lockCustomers(em, open.tenant)
    const ids = [customer, holder.id]
    const both = await em.find(CustomerTable, { id: { $in: ids }, tenant: open.tenant })
    const [one, other] = ids.map((id) => both.find((row) => row.id === id))
    if (!one || !other || (await isRuledOut(em, open.tenant, customer, holder.id))) return false
    const said = weigh(sampleOf(one), sampleOf(other), true)
    const { autoLink, review } = await policyOf(em, open.tenant)
    const isSure = !said.isContradicted && said.score >= autoLink
    if (isSure) await mergeInto(em, { tenant: open.tenant, keep: holder.id, gone: customer, by: open.id })
    else if (said.score >= review)
      await noteCandidates(em, { tenant: open.tenant, connection: open.id, native, customer }, [
        { ...said, customer: holder.id },
      ])
    return isSure
  })
  if (!isMerged) return customer
  toldMerged(hub)
  hub.catalogue.clear()
  return holder.id
}
