import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, Kind, Records } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import type { Hub } from './hub.ts'
import { importCustomers, importItems, importOrders } from './identity.ts'
import { readOf } from './kinds.ts'
import { fillProducts } from './mapping/products.ts'
import { type Brought, bringIn } from './mapping/records.ts'
import { followMaster } from './master.ts'
import { type Origin, takeOver } from './mirror.ts'
import { importInvoices, importPayments } from './papers.ts'
import { isOfRecord, noteUnread } from './unread.ts'
import { admitted } from './privacy/admit.ts'
import { importQuotes } from './quotes.ts'

const READ_AT_ONCE = 100

/** Reads records by id and takes them in, see `takeRead`. */
export async function importIds(
  hub: Hub,
  open: OpenConnection,
  kind: Kind,
  ids: string[],
  origin: Origin,
): Promise<void> {
  for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
    const part = ids.slice(from, from + READ_AT_ONCE)
    const answers = await readEach(open, kind, part)
    await takeRead(hub, open, kind, part, answers, origin)
  }
}

/** So many records in a row that nobody can read are no fault of each: something stands before the ERP. */
const MANY = 8

function isDown(answers: unknown[]): boolean {
  return answers.length >= MANY && answers.every((answer) => answer instanceof ErpError)
}

/** Reads records together; where one of them makes the whole answer unreadable, the others are read without it. */
export async function readEach<K extends Kind>(
  open: OpenConnection,
  kind: K,
  ids: Id[],
): Promise<Answer<Records[K]>[]> {
  try {
    return ((await readOf(open.erp, kind)?.byId(ids)) ?? []) as Answer<Records[K]>[]
  } catch (error) {
    if (!(error instanceof ErpError) || error.code !== 'BAD_ANSWER') throw error
    if (ids.length === 1) return [error]
    const half = Math.ceil(ids.length / 2)
    const first = await readEach(open, kind, ids.slice(0, half))
    if (isDown(first)) throw error
    return [...first, ...(await readEach(open, kind, ids.slice(half)))]
  }
}

/**
 * Takes in what an ERP answered for these ids; the caches forget them. Throws when it could not be asked for some,
 * once the others are taken in; one that it shows and nobody can read waits in the log for a person.
 */
export async function takeRead<K extends Kind>(
  hub: Hub,
  open: OpenConnection,
  kind: K,
  ids: Id[],
  answers: Answer<Records[K]>[],
  origin: Origin,
): Promise<void> {
  const found = answers.filter((answer) => answer !== null && !(answer instanceof ErpError))
  await intake(hub, open, kind, found as Records[K][], origin)
  for (const id of ids) hub.db.bus.tell('changed', `${open.id}\n${kind}\n${id}`)
  const failed = answers.flatMap((answer, index) =>
    answer instanceof ErpError ? [{ id: ids[index] ?? '', error: answer }] : [],
  )
  const all = isDown(answers)
  const lost = failed.find(({ error }) => all || !isOfRecord(error))
  await noteUnread(
    hub,
    open,
    kind,
    failed.filter(({ error }) => !all && isOfRecord(error)),
    origin,
  )
  if (lost) throw lost.error
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
