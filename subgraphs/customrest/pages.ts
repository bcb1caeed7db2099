import { createHash } from 'node:crypto'
import { ErpError } from '../../schema/errors.ts'
import { type Document, type Row, readAs } from './answer.ts'
import { type Ask, type Client } from './client.ts'
import { mustBeAllowed } from './config.ts'
import type { Operation, Paging } from './loaded.ts'

/** Where a list goes on: rows per page, and what the ERP needs to find the place; null at the beginning. */
export interface Place {
  size: number
  at: string | number | null
}

/** One page of the ERP. */
export interface NativePage {
  rows: Row[]
  next: Place | null
}

const MAX_PAGES = 1000
const MOST = 100

function asksForSize({ paging, wording }: Operation): boolean {
  return paging?.sizeParam !== undefined || wording.names.has('size')
}

/** How many rows a page may have when `first` are wanted. */
export function sizeFor(operation: Operation, first: number): number {
  const most = operation.paging?.pageSize ?? MOST
  return asksForSize(operation) ? Math.max(1, Math.min(first, most)) : most
}

/** What a page begins with, short enough for a cursor; empty where nothing of it can be read. */
export function beginOf(rows: Row[]): string {
  const first = rows.find((row) => !(row instanceof ErpError))
  return first ? createHash('sha256').update(JSON.stringify(first)).digest('base64url').slice(0, 22) : ''
}

/** Some servers ignore the parameters of pages; BAD_ANSWER for one that gives the page of before again. */
export function mustBeAnother({ name }: Operation, begin: string, before: string): void {
  if (begin !== '' && begin === before)
    throw new ErpError('BAD_ANSWER', `${name} gives the same page again and again.`)
}

/** BAD_ANSWER where a list goes on behind its greatest page. */
export function mustEnd(operation: Operation, page: number): void {
  const most = operation.paging?.maxPages ?? MAX_PAGES
  if (page > most) throw new ErpError('BAD_ANSWER', `${operation.name} does not end within ${most} pages.`)
}

/** Whether a page was the last one. Without a size that is asked for or known only an empty page tells it. */
function isShort(operation: Operation, count: number, size: number): boolean {
  const isKnown = operation.paging?.pageSize !== undefined || asksForSize(operation)
  return isKnown ? count < size : count === 0
}

function asked(paging: Paging, { size, at }: Place, ask: Ask): Ask {
  const query: [string, string][] = [...(ask.query ?? [])]
  const number = typeof at === 'number' ? at : null
  const byUrl = paging.kind === 'linkHeader' || paging.kind === 'nextUrl'
  if (paging.kind === 'page' && paging.pageParam)
    query.push([paging.pageParam, String(number ?? paging.startFrom ?? 1)])
  if (paging.kind === 'offset' && paging.offsetParam) query.push([paging.offsetParam, String(number ?? 0)])
  if (paging.kind === 'cursor' && paging.cursorParam && at !== null)
    query.push([paging.cursorParam, String(at)])
  if (paging.sizeParam && !(byUrl && at !== null)) query.push([paging.sizeParam, String(size)])
  const page = { size, number: number ?? paging.startFrom ?? 1, offset: number ?? 0, cursor: at }
  return {
    ...ask,
    query: byUrl && at !== null ? [] : query,
    page,
    ...(byUrl && at !== null && { url: String(at) }),
  }
}

function linked(header: string | undefined): string | null {
  const part = header?.split(/,(?=\s*<)/).find((one) => /;\s*rel="?next"?/i.test(one))
  return /<([^>]*)>/.exec(part ?? '')?.[1] ?? null
}

async function following(
  client: Client,
  operation: Operation,
  place: Place,
  document: Document,
  count: number,
  from: string,
): Promise<Place | null> {
  const { paging } = operation
  if (!paging || paging.kind === 'none') return null
  if (paging.stopWhen && (await readAs(paging.stopWhen, document.body, {}, 'stopWhen')) === true) return null
  const to = (at: string | number | null): Place | null =>
    at === null || at === '' ? null : { size: place.size, at }
  if (paging.kind === 'page' || paging.kind === 'offset') {
    if (isShort(operation, count, place.size)) return null
    const now = typeof place.at === 'number' ? place.at : paging.kind === 'page' ? (paging.startFrom ?? 1) : 0
    return to(now + (paging.kind === 'page' ? 1 : count))
  }
  if (paging.kind === 'cursor') {
    const value = paging.cursor
      ? await readAs(paging.cursor, document.body, { doc: document.body }, 'cursor')
      : null
    const next = typeof value === 'string' || typeof value === 'number' ? to(String(value)) : null
    if (next && next.at === place.at)
      throw new ErpError('BAD_ANSWER', `${operation.name} gives the same cursor again and again.`, {
        field: 'cursor',
      })
    return next
  }
  const told =
    paging.kind === 'linkHeader'
      ? linked(document.headers.link)
      : paging.nextUrl
        ? await readAs(paging.nextUrl, document.body, {}, 'nextUrl')
        : null
  if (typeof told !== 'string' || told === '' || !URL.canParse(told, from)) return null
  const url = new URL(told, from).href
  mustBeAllowed(client.loaded, url)
  return to(url)
}

/** One page of a list. */
export async function pageOf(
  client: Client,
  operation: Operation,
  ask: Ask,
  place: Place,
): Promise<NativePage> {
  const whole = operation.paging ? asked(operation.paging, place, ask) : ask
  const request = await client.request(operation, whole)
  const document = await client.send(operation, request)
  const rows = await client.recordsOf(operation, document, whole)
  return { rows, next: await following(client, operation, place, document, rows.length, request.url) }
}

/** Every row of a list; BAD_ANSWER where the ERP repeats a page or never ends. */
export async function allRows(client: Client, operation: Operation, ask: Ask): Promise<Row[]> {
  const rows: Row[] = []
  let before = ''
  let place: Place | null = { size: sizeFor(operation, Infinity), at: null }
  for (let count = 1; place; count += 1) {
    mustEnd(operation, count)
    const page: NativePage = await pageOf(client, operation, ask, place)
    const begin = beginOf(page.rows)
    mustBeAnother(operation, begin, before)
    before = begin
    rows.push(...page.rows)
    place = page.next
  }
  return rows
}
