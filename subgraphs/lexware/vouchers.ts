import { ErpError } from '../../schema/errors.ts'
import { shaped } from '../shape.ts'
import { type Client, PAGE, WINDOW } from './client.ts'
import * as shapes from './shapes.ts'
import { dayAt } from './time.ts'

/** Which vouchers: type and status are required by Lexware; the rest are its other filters. */
export interface Wanted {
  voucherType: string
  voucherStatus: string
  [filter: string]: string
}

/** Where a list goes on: the date of the last voucher, and its id among those of the same date. */
export interface Place {
  at: string
  id: string
}

function isBehind({ voucherDate, id }: shapes.VoucherRow, place: Place | null): boolean {
  if (place === null) return true
  return voucherDate === place.at ? id > place.id : voucherDate > place.at
}

function inOrder(one: shapes.VoucherRow, other: shapes.VoucherRow): number {
  if (one.voucherDate !== other.voucherDate) return one.voucherDate < other.voucherDate ? -1 : 1
  return one.id < other.id ? -1 : 1
}

/** A filter that Lexware does not know is ignored, and then every voucher would come. */
function checked(row: shapes.VoucherRow, { voucherType, contactId }: Wanted): shapes.VoucherRow {
  const fits =
    voucherType.split(',').includes(row.voucherType) &&
    (contactId === undefined || row.contactId === contactId)
  if (fits) return row
  throw new ErpError('BAD_ANSWER', 'Lexware did not obey the filter of the voucher list.', {
    field: 'voucherType',
  })
}

/**
 * Vouchers behind a place by date and id: at least `enough` of them, or all there are. The list is sorted by date
 * alone, so the last day of what was read counts only when the list has ended; and it can be paged through for
 * 10,000 rows, so it is begun again at the last day. https://developers.lexware.io/docs/ (voucherlist)
 */
export async function vouchersAfter(
  client: Client,
  wanted: Wanted,
  place: Place | null,
  enough: number,
): Promise<shapes.VoucherRow[]> {
  const found = new Map<string, shapes.VoucherRow>()
  let from = place ? dayAt(place.at) : null
  for (let page = 0; ; page += 1) {
    const filters = { ...wanted, ...(from ? { voucherDateFrom: from } : {}), sort: 'voucherDate,ASC' }
    const listed = await client.page('voucherlist', filters, page)
    for (const raw of listed.rows) {
      const row = checked(shaped(shapes.voucher, raw, 'voucherlist'), wanted)
      found.set(row.id, row)
    }
    const isEnd = (page + 2) * PAGE > WINDOW
    // Sorted only when something may come of it: a long list is read page by page.
    if (!listed.last && !isEnd && found.size < enough) continue
    const behind = [...found.values()].filter((row) => isBehind(row, place)).toSorted(inOrder)
    if (listed.last) return behind
    const last = behind.at(-1)?.voucherDate ?? ''
    const whole = behind.filter(({ voucherDate }) => voucherDate < last)
    if (whole.length >= enough) return whole
    if (!isEnd) continue
    const day = last && dayAt(last)
    if (!day || day === from)
      throw new ErpError('LIMIT_EXCEEDED', 'Lexware shows at most 10,000 vouchers of one day.')
    from = day
    page = -1
  }
}

/** Every voucher that fits. */
export function allVouchers(client: Client, wanted: Wanted): Promise<shapes.VoucherRow[]> {
  return vouchersAfter(client, wanted, null, Infinity)
}
