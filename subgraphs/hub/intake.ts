import { ErpError } from '../../schema/errors.ts'
import type { Kind, Records } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import type { Hub } from './hub.ts'
import { importCustomers, importItems, importOrders } from './identity.ts'
import { readOf } from './kinds.ts'
import { fillProducts } from './mapping/products.ts'
import { type Brought, bringIn } from './mapping/records.ts'
import { followMaster } from './master.ts'
import { type Origin, takeOver } from './mirror.ts'
import { importInvoices, importPayments } from './papers.ts'
import { admitted } from './privacy/admit.ts'
import { importQuotes } from './quotes.ts'

const READ_AT_ONCE = 100

/** Reads records by id and takes them in; the caches forget them. */
export async function importIds(
  hub: Hub,
  open: OpenConnection,
  kind: Kind,
  ids: string[],
  origin: Origin,
): Promise<void> {
  for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
    const part = ids.slice(from, from + READ_AT_ONCE)
    const answers = (await readOf(open.erp, kind)?.byId(part)) ?? []
    const found = answers.filter((answer) => answer !== null && !(answer instanceof ErpError))
    await intake(hub, open, kind, found as Records[Kind][], origin)
    for (const id of part) hub.db.bus.tell('changed', `${open.id}\n${kind}\n${id}`)
  }
}

/**
 * Takes records in that a connection told of: the golden records first, in their own words, then the mirror with its
 * log. What a mapping cannot bring over changes nothing, and its operation says why.
 */
export async function intake(
  hub: Hub,
  open: OpenConnection,
  kind: Kind,
  given: Records[Kind][],
  origin: Origin,
): Promise<void> {
  const found = await admitted(hub, open, kind, given)
  const brought = await bringIn(hub, hub.db.em(), open, kind, found)
  await importGolden(hub, open, kind, brought)
  await takeOver(hub, open, kind, found, origin, brought)
  if (kind !== 'item') return
  const ids = found.map(({ id }) => id)
  await followMaster(hub.db, open.tenant, open.id, ids)
  const { set, good } = brought
  if (!set.isEmpty) await fillProducts(hub.db, open, set, good as Records['item'][])
}

/** Writes records that are in the words of the golden records. */
export async function importGolden(
  hub: Hub,
  open: OpenConnection,
  kind: Kind,
  { good: found }: Brought<Kind>,
): Promise<void> {
  if (kind === 'item') await importItems(hub.db, open, found as Records['item'][])
  if (kind === 'customer') await importCustomers(hub.db, open, found as Records['customer'][])
  if (kind === 'order') await importOrders(hub.db, open, found as Records['order'][])
  if (kind === 'invoice') await importInvoices(hub.db, open, found as Records['invoice'][])
  if (kind === 'payment') await importPayments(hub.db, open, found as Records['payment'][])
  if (kind === 'quote') await importQuotes(hub, open, found as Records['quote'][])
}
