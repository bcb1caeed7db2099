import { ErpError } from '../../../schema/errors.ts'
import type { Caller } from '../../caller.ts'
import { acceptCancel } from '../cancel.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { Refused } from '../request.ts'

const UNSENT = `select o.id from sales_order s join operation o on o.id = s.operation
  where s.id = ? and o.first_sent_at is null and o.status in ('ACCEPTED', 'RUNNING', 'WAITING', 'REFUSED', 'DEAD')`

const FREE = `update quote set sales_order = null, problem = null where id = ? and sales_order = ?
  and exists (select from sales_order s join operation o on o.id = s.operation
    where s.id = quote.sales_order and o.status = 'CANCELLED' and o.first_sent_at is null)`

/**
 * Takes back the order of a quote that is not accepted any more, as long as nothing was sent; afterwards the quote may
 * be accepted anew. An order that was sent stays: only a cancelled or lost quote cancels that.
 */
export async function withdraw(hub: Hub, caller: Caller, quote: string, order: string): Promise<void> {
  if ((await rows(hub.db.em(), UNSENT, [order])).length === 0) return
  try {
    const why = 'The quote is not accepted any more.'
    await acceptCancel(hub, caller, order, why, `quote:${quote}:left:${order}`)
  } catch (error) {
    // It was sent in this moment to an ERP that cannot cancel: then it stays.
    if (error instanceof Refused || error instanceof ErpError) return
    throw error
  }
  await hub.db.em().execute(FREE, [quote, order])
}

const EARLIER = `select count(*)::int as n from sales_order s join quote q on q.id = s.quote
  where q.id = ? and s.id is distinct from q.sales_order`

/** The key by which a quote becomes one order for ever; another one for each order that was taken back. */
export async function keyOf(em: Manager, quote: string): Promise<string> {
  const [row] = await rows<{ n: number }>(em, EARLIER, [quote])
  return row && row.n > 0 ? `quote:${quote}:${row.n}` : `quote:${quote}`
}
