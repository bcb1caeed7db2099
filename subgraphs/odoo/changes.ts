import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Change, ChangePage, Cursor, Kind } from '../connector.ts'
import { shaped } from '../shape.ts'
import { id, one, time } from './shapes.ts'
import { customers, invoices, items, orders, payments, quotes } from './read.ts'
import type { Domain, Odoo } from './setup.ts'

/** Rows whose change is a change of a record: its own ones, or parts of it that are written by themselves. */
interface Source {
  model: string
  domain: Domain
  /** The field that names the record, where the row is only a part of it. */
  owner?: string
}
/** A second that is being read, and the id up to which it has been. */
interface Position {
  second: string
  id: number
}
interface Row {
  id: string
  second: string
  owner: string | null
}

const everActive = (domain: Domain): Domain =>
  domain.filter((term) => JSON.stringify(term) !== '["active","=",true]')
const linesOf = (domain: Domain): Domain =>
  domain.map((term) => ['order_id.state', ...(term as Domain).slice(1)])

const SOURCES: Record<Kind, [Source, ...Source[]]> = {
  item: [{ model: items.model, domain: everActive(items.domain) }],
  customer: [
    { model: customers.model, domain: everActive(customers.domain) },
    { model: customers.model, domain: [['parent_id.customer_rank', '>', 0]], owner: 'parent_id' },
  ],
  order: [
    { model: orders.model, domain: orders.domain },
    { model: 'sale.order.line', domain: linesOf(orders.domain), owner: 'order_id' },
  ],
  quote: [
    { model: quotes.model, domain: quotes.domain },
    { model: 'sale.order.line', domain: linesOf(quotes.domain), owner: 'order_id' },
  ],
  invoice: [{ model: invoices.model, domain: invoices.domain }],
  payment: [{ model: payments.model, domain: payments.domain }],
}

const PAGE = 500
/** A row carries the time at which its transaction began and is seen only when that is committed. */
const OVERLAP_MS = 120_000
const BEGINNING: Position = { second: '1970-01-01 00:00:00', id: 0 }

/**
 * What changed since the cursor, oldest first, archived rows too. Odoo tells whole seconds although it keeps
 * microseconds, so a second that does not fit on a page is read through by id. Deletions are not told.
 */
export async function* changes(odoo: Odoo, kind: Kind, since: Cursor | null): AsyncIterable<ChangePage> {
  const [main, ...parts] = SOURCES[kind]
  const from = since === null ? null : positionsOf(since, 1 + parts.length)
  const last = from ?? [BEGINNING, ...(await Promise.all(parts.map((part) => newest(odoo, part))))]
  const told = new Set<string>()
  for (const [index, source] of [main, ...parts].entries()) {
    const start = last[index] ?? BEGINNING
    for await (const { rows, position } of sweep(odoo, source, from ? earlier(start) : start)) {
      const found = rows.flatMap((row) => changeOf(kind, source, row))
      const fresh = source.owner ? found.filter((change) => !told.has(change.id)) : found
      fresh.forEach((change) => told.add(change.id))
      if (position.second >= start.second) last[index] = position
      yield { changes: fresh, cursor: cursorOf(last) }
    }
  }
}

/** Pages of rows in the order of their change, each with the position behind it. */
async function* sweep(
  odoo: Odoo,
  source: Source,
  from: Position,
): AsyncIterable<{ rows: Row[]; position: Position }> {
  let position = from
  for (;;) {
    const { second, id: seen } = position
    const next = shifted(second, 1000)
    const inside: Domain = [
      ['write_date', '>=', second],
      ['write_date', '<', next],
      ['id', '>', seen],
    ]
    let rows = await page(odoo, source, inside, 'id')
    if (rows.length === PAGE) position = { second, id: Number(rows.at(-1)?.id) }
    else {
      if (rows.length > 0) yield { rows, position }
      rows = await page(odoo, source, [['write_date', '>=', next]], 'write_date, id')
      position = { second: rows.at(-1)?.second ?? second, id: 0 }
    }
    yield { rows, position }
    if (rows.length < PAGE) return
  }
}

async function page(
  odoo: Odoo,
  { model, domain, owner }: Source,
  narrowed: Domain,
  order: string,
): Promise<Row[]> {
  const fields = ['write_date', ...(owner ? [owner] : [])]
  const rows = await odoo.rows(model, fields, [...domain, ...narrowed], { order, limit: PAGE })
  const schema = z.object({ id, write_date: time })
  return rows.map((row) => {
    const native = shaped(schema, row, model)
    const second = (native.write_date ?? '').slice(0, 19).replace('T', ' ')
    return { id: native.id, second, owner: owner ? (shaped(one, row[owner], model)?.id ?? null) : null }
  })
}

async function newest(odoo: Odoo, { model, domain }: Source): Promise<Position> {
  const rows = await odoo.rows(model, ['write_date'], domain, { order: 'write_date desc, id', limit: 1 })
  const [row] = rows.map((each) => shaped(z.object({ write_date: time }), each, model).write_date)
  return row ? { second: row.slice(0, 19).replace('T', ' '), id: 0 } : BEGINNING
}

/** The change that a row stands for. A part of a record says nothing about when the record itself changed. */
function changeOf(kind: Kind, source: Source, { id: rowId, owner, second }: Row): Change[] {
  if (!source.owner) return [{ kind, id: rowId, deleted: false, at: `${second.replace(' ', 'T')}.000Z` }]
  return owner ? [{ kind, id: owner, deleted: false, at: null }] : []
}

function shifted(second: string, ms: number): string {
  return new Date(Date.parse(`${second.replace(' ', 'T')}Z`) + ms)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ')
}

function earlier({ second }: Position): Position {
  return { second: shifted(second, -OVERLAP_MS), id: 0 }
}

function cursorOf(positions: Position[]): Cursor {
  return positions.map(({ second, id: seen }) => `${second}|${seen}`).join(';')
}

function positionsOf(cursor: Cursor, length: number): Position[] {
  const positions = cursor.split(';').flatMap((text) => {
    const [, second, seen] = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\|(\d+)$/.exec(text) ?? []
    return second && !Number.isNaN(Date.parse(second)) ? [{ second, id: Number(seen) }] : []
  })
  if (positions.length === length) return positions
  throw new ErpError('VALIDATION', 'This is no cursor of changes in Odoo.', { field: 'since' })
}
