import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Change, ChangePage, Cursor, Kind } from '../connector.ts'
import { type Told, forget, overlapOf, toldUntil, writeCursor } from '../cursor.ts'
import { literal } from '../odata.ts'
import { dateTime, dateTimeOffset } from '../odata2.ts'
import { shaped } from '../shape.ts'
import type { Client, Service } from './client.ts'
import { changedAt, unpadded } from './map.ts'
import { day, instant, key, time } from './shapes.ts'

/** Rows that were committed late, with an older time, are still found within this span. */
const OVERLAP_MS = 5 * 60_000
const PAGE = 500
const DAY_MS = 24 * 3_600_000

const SETS: Partial<Record<Kind, [Service, set: string, key: string, ours: boolean]>> = {
  item: ['API_PRODUCT_SRV', 'A_Product', 'Product', false],
  order: ['API_SALES_ORDER_SRV', 'A_SalesOrder', 'SalesOrder', true],
  quote: ['API_SALES_QUOTATION_SRV', 'A_SalesQuotation', 'SalesQuotation', true],
  invoice: ['API_BILLING_DOCUMENT_SRV', 'A_BillingDocument', 'BillingDocument', true],
}
const partner = z.object({
  Customer: key,
  CreationDate: day,
  CreationTime: time,
  LastChangeDate: day,
  LastChangeTime: time,
})

interface Changed {
  id: string
  at: string | null
}

/** Keeps what was told in mind; gives what is new, and null where there is nothing to tell. */
function tell(now: Told, kind: Kind, rows: Changed[]): Change[] {
  const fresh = rows.filter(({ id, at }) => now.seen[id] !== (at ?? ''))
  for (const { id, at } of rows) {
    now.seen[id] = at ?? ''
    if (at !== null && at > now.at) now.at = at
  }
  forget(now, OVERLAP_MS)
  return fresh.map(({ id, at }) => ({ kind, id, deleted: false, at }))
}

/**
 * What changed since the cursor, oldest first. Deleted documents are not told, nor is a change of stock or prices,
 * nor for sure a change of a partner's address or a payment of an invoice.
 */
export async function* changes(client: Client, kind: Kind, since: Cursor | null): AsyncIterable<ChangePage> {
  const now = toldUntil(since)
  const from = overlapOf(now, OVERLAP_MS)
  if (kind !== 'customer' && !SETS[kind])
    throw new ErpError('NOT_SUPPORTED', `SAP S/4HANA tells no changes of ${kind}s.`)
  const pages = kind === 'customer' ? partners(client, from, since === null) : stamped(client, kind, from)
  for await (const rows of pages) {
    const told = tell(now, kind, rows)
    if (told.length > 0 || since === null) yield { changes: told, cursor: writeCursor(now) }
  }
}

/** By the time stamp; a page may begin with what the last one ended with, because stamps are finer than dates. */
async function* stamped(client: Client, kind: Kind, since: string): AsyncIterable<Changed[]> {
  const [service, set, name, ours] = SETS[kind] ?? ['API_PRODUCT_SRV', '', '', false]
  const stamp = z.object({ [name]: key, LastChangeDateTime: instant })
  const mine = ours ? ` and SalesOrganization eq ${literal(client.config.salesOrganization)}` : ''
  let [from, skip] = [since, 0]
  for (;;) {
    const { rows } = await client.page(service, set, {
      filter: `LastChangeDateTime ge ${dateTimeOffset(from)}${mine}`,
      select: [name, 'LastChangeDateTime'],
      orderby: `LastChangeDateTime,${name}`,
      top: PAGE,
      skip,
    })
    const changed = rows.map((row): Changed => {
      const native = shaped(stamp, row, 'A changed row') as Record<string, string | null>
      return { id: unpadded(native[name] ?? ''), at: native.LastChangeDateTime ?? null }
    })
    yield changed
    if (rows.length < PAGE) return
    const last = changed.at(-1)?.at ?? from
    ;[from, skip] = last === from ? [from, skip + rows.length] : [last, 0]
  }
}

/** Partners tell the day and the local time of the last change, which is empty until the first one. */
async function* partners(client: Client, since: string, all: boolean): AsyncIterable<Changed[]> {
  const edge = dateTime(new Date(Date.parse(since) - DAY_MS).toISOString().slice(0, 10))
  const recent = all ? '' : ` and (LastChangeDate ge ${edge} or CreationDate ge ${edge})`
  const found: Changed[] = []
  for (let last = ''; ;) {
    const { rows } = await client.page('API_BUSINESS_PARTNER', 'A_BusinessPartner', {
      filter: `Customer gt ${literal(last)}${recent}`,
      select: Object.keys(partner.shape),
      orderby: 'Customer',
      top: PAGE,
    })
    const natives = rows.map((row) => shaped(partner, row, 'A business partner'))
    found.push(
      ...natives.map((native) => ({ id: unpadded(native.Customer), at: changedAt(native, client.config) })),
    )
    if (rows.length < PAGE) break
    last = natives.at(-1)?.Customer ?? last
  }
  const rows = found
    .filter(({ at }) => all || at === null || at >= since)
    .toSorted((one, other) => ((one.at ?? '') < (other.at ?? '') ? -1 : 1))
  for (let from = 0; from === 0 || from < rows.length; from += PAGE) yield rows.slice(from, from + PAGE)
}
