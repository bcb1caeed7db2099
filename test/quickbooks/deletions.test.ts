import { expect, it } from 'vitest'
import type { Change } from '../../subgraphs/connector.ts'
import { headOf } from '../../subgraphs/quickbooks/sandbox/seed.ts'
import { timeOf } from '../../subgraphs/quickbooks/sandbox/rows.ts'
import { type Stand, using } from './stand.ts'

const DAY_MS = 24 * 3_600_000
const OLDER = ['900001', '900002']
const LATER = ['900003', '900004']

/** A busy fortnight: 2,500 new payments, some payments deleted at its beginning and some at its end. */
function fortnight({ company }: Stand): string {
  const begun = Date.now() - 14 * DAY_MS
  const table = company.books.table('Payment')
  table.clear()
  for (let nth = 0; nth < 2_500; nth += 1) {
    const id = String(700_000 + nth)
    table.set(id, { ...headOf(id, begun + DAY_MS + nth * 400_000), TotalAmt: 1 })
  }
  const stub = (id: string, at: number) => ({
    status: 'Deleted',
    Id: id,
    MetaData: { LastUpdatedTime: timeOf(at) },
  })
  company.books.gone.set('Payment', [
    ...OLDER.map((id) => stub(id, begun + DAY_MS / 2)),
    ...LATER.map((id) => stub(id, Date.now() - DAY_MS / 2)),
  ])
  const place = { at: new Date(begun).toISOString(), seen: {} }
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

async function drain({ erp }: Stand, since: string | null, most = Infinity) {
  const told: Change[] = []
  let cursor = since
  for await (const page of erp.changes?.('payment', since) ?? []) {
    told.push(...page.changes)
    cursor = page.cursor
    if (told.length >= most) break
  }
  return { told, cursor }
}

function gone(told: Change[]): string[] {
  return told.filter(({ deleted }) => deleted).map(({ id }) => id)
}

it.each(['oldestFirst', 'newestFirst'] as const)(
  'tells each deletion once although more changed than one answer holds, %s, and goes on behind all',
  (cut) =>
    using(async (stand) => {
      stand.company.cut = cut
      const since = fortnight(stand)
      const first = await drain(stand, since)
      expect(new Set(first.told.map(({ id }) => id)).size).toBe(first.told.length)
      expect(first.told.filter(({ deleted }) => !deleted)).toHaveLength(2_500)
      // Of a full answer with the newest rows the older ones cannot be had by any interval.
      expect(gone(first.told)).toEqual(cut === 'oldestFirst' ? [...OLDER, ...LATER] : LATER)
      expect((await drain(stand, first.cursor)).told).toEqual([])
      expect(stand.calls.filter(({ path }) => path.endsWith('/cdc')).length).toBeLessThan(15)
    }),
)

it('loses no deletion where reading ends between two pages and goes on later', () =>
  using(async (stand) => {
    const since = fortnight(stand)
    const first = await drain(stand, since, 1_000)
    const second = await drain(stand, first.cursor)
    expect([...gone(first.told), ...gone(second.told)]).toEqual([...OLDER, ...LATER])
    const live = [...first.told, ...second.told].filter(({ deleted }) => !deleted)
    expect(new Set(live.map(({ id }) => id)).size).toBe(2_500)
  }))

it('tells the next time what is deleted while many pages are read', () =>
  using(async (stand) => {
    const since = fortnight(stand)
    const later = (minutes: number) => Date.now() + minutes * 60_000
    const deleted: string[] = []
    let cursor: string | null = since
    for await (const page of stand.erp.changes?.('payment', since) ?? []) {
      if (cursor === since) {
        // As if reading took ten minutes from here on.
        stand.company.books.table('Payment').set('800000', { ...headOf('800000', later(10)), TotalAmt: 1 })
        const MetaData = { LastUpdatedTime: timeOf(later(5)) }
        stand.company.books.gone.get('Payment')?.push({ status: 'Deleted', Id: '700001', MetaData })
      }
      deleted.push(...gone(page.changes))
      cursor = page.cursor
    }
    expect(deleted).toEqual([...OLDER, ...LATER])
    expect((await drain(stand, cursor)).told).toMatchObject([{ id: '700001', deleted: true }])
  }))
