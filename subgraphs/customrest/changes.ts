import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Change, ChangePage, Cursor, Kind } from '../connector.ts'
import { shaped } from '../shape.ts'
import { type Row, partsOf } from './answer.ts'
import { type Client } from './client.ts'
import { good } from './map.ts'
import { id, instant, word } from './shapes.ts'
import type { CapabilityName } from './manifest.ts'
import { allRows } from './pages.ts'
import { wholeOf } from './read.ts'

const LISTS: Record<Kind, CapabilityName> = {
  item: 'products.list',
  customer: 'customers.list',
  order: 'orders.list',
  invoice: 'invoices.list',
  payment: 'payments.list',
  quote: 'quotes.list',
}
const PAGE = 500

const shape = z.looseObject({
  externalId: id,
  sku: word.optional(),
  $changed: z.unknown().optional(),
  $deleted: z.unknown().optional(),
})

/** Whether the manifest can tell changes of any kind. */
export function tellsChanges(client: Client): boolean {
  return Object.values(LISTS).some((name) => client.operation(name)?.plan.changedSince)
}

function worded(at: string, format: string | undefined): string {
  if (format === 'date') return at.slice(0, 10)
  if (format === 'epochSeconds') return String(Math.floor(Date.parse(at) / 1000))
  return format === 'epochMillis' ? String(Date.parse(at)) : at
}

function momentOf(value: unknown): string | null {
  if (typeof value === 'number') return new Date(value > 100_000_000_000 ? value : value * 1000).toISOString()
  return shaped(instant, value, 'The time of a change')
}

function startOf(since: Cursor, kind: Kind): string {
  const [of, at = ''] = since.split(' ')
  if (of === kind && !Number.isNaN(Date.parse(at)) && new Date(at).toISOString() === at) return at
  throw new ErpError('VALIDATION', `The cursor is none of the changes of ${kind}.`, { field: 'since' })
}

/** What a record says of itself; where its other fields cannot be read, reading it by its id will say so. */
function tellable(row: Row): Record<string, unknown> {
  if (!(row instanceof ErpError)) return row
  const known = partsOf(row)
  return id.safeParse(known.externalId).success && '$changed' in known ? known : good(row)
}

/**
 * What changed, oldest first. The whole run is read before the first page goes out, so that no cursor lies behind
 * a row that was not read; each run looks back a little, for rows that were committed late.
 */
export async function* changes(client: Client, kind: Kind, since: Cursor | null): AsyncIterable<ChangePage> {
  const operation = client.operation(LISTS[kind])
  const plan = operation?.plan.changedSince
  if (!operation || !plan) throw new ErpError('NOT_SUPPORTED', `The manifest tells no changes of ${kind}.`)
  const from = since === null ? null : startOf(since, kind)
  const back = from && new Date(Date.parse(from) - (plan.lookbackS ?? 300) * 1000).toISOString()
  const text = back && worded(back, plan.format)
  const named = operation.wording.query.some(([name]) => name === plan.param)
  const inBody = operation.wording.body?.names.has('since')
  const query: [string, string][] = text && !named && !inBody ? [[plan.param, text]] : []
  const rows = await allRows(client, operation, { input: { since: text ?? undefined }, query })
  const bySku = kind === 'item' && client.operation('products.get')?.plan.batch?.over !== 'ids'
  const all = wholeOf(rows, ['externalId']).map((row): Change => {
    const one = shaped(shape, tellable(row), 'The change')
    const id = bySku ? (one.sku ?? one.externalId) : one.externalId
    return { kind, id, deleted: one.$deleted === true, at: momentOf(one.$changed) }
  })
  const sorted = all.toSorted((a, b) => (a.at ?? '').localeCompare(b.at ?? ''))
  let reached = from ?? '1970-01-01T00:00:00.000Z'
  for (let start = 0; start === 0 || start < sorted.length; start += PAGE) {
    const part = sorted.slice(start, start + PAGE)
    reached = [reached, ...part.map(({ at }) => at ?? '')].toSorted().at(-1) ?? reached
    yield { changes: part, cursor: `${kind} ${reached}` }
  }
}
