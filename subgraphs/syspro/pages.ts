import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, ListAsk, Page } from '../connector.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import type { Element } from '../xml.ts'
import type { Client } from './client.ts'
import { type Condition, type Group, find, findEach } from './find.ts'
import { key, text } from './shapes.ts'

const MAX_PAGE = 500
/** Rows that may share a key with the last one of a page. */
const TIES = 4
const place = z.tuple([z.string().max(60), z.string().max(60)])

/** A table: how its rows are asked for, which columns are searched, and what its rows mean. */
export interface Source<T> {
  table: string
  columns: string[]
  /** Rows are ordered by it, and pages go on behind it: there is no offset. */
  key: string
  /** Tells rows with the same key apart. */
  tie?: string
  searched: { column: string; part?: true }[]
  map(rows: Element[]): Promise<Answer<T>[]>
}

/** What a sign means to LIKE is taken from it; each row is looked at again in case the server does not know that. */
function likeOf(search: string): string {
  return `%${search.replaceAll(/[[%_]/g, '[$&]')}%`
}

function searching({ searched }: Source<unknown>, search: string): Group {
  return {
    join: 'Or',
    of: searched.map(({ column, part }): Condition =>
      part ? { column, is: 'LIKE', value: likeOf(search) } : { column, is: 'EQ', value: search },
    ),
  }
}

function holds(row: Element, { searched }: Source<unknown>, search: string): boolean {
  const wanted = search.toLowerCase()
  return searched.some(({ column, part }) => {
    const value = text(row, column)?.toLowerCase() ?? ''
    return part ? value.includes(wanted) : value === wanted
  })
}

/** Pages follow the key, so a row that is inserted meanwhile moves no other. */
export async function list<T>(client: Client, source: Source<T>, ask: ListAsk): Promise<Page<T>> {
  const size = Math.min(Math.max(ask.first, 1), MAX_PAGE)
  const search = ask.search?.trim() || null
  const tie = source.tie
  let last = ask.after === null ? null : readCursor(ask.after, place)
  for (;;) {
    const from: Group[] =
      last === null
        ? []
        : [{ join: 'And', of: [{ column: source.key, is: tie ? 'GE' : 'GT', value: last[0] }] }]
    const wanted = size + (tie && last ? TIES : 0)
    const found = await find(client, {
      table: source.table,
      columns: source.columns,
      where: [...from, ...(search === null ? [] : [searching(source, search)])],
      orderBy: [source.key, ...(tie ? [tie] : [])],
      rows: wanted,
    })
    const seen = (row: Element): boolean =>
      last !== null && tie !== undefined && key(row, source.key) === last[0] && key(row, tie) <= last[1]
    const fresh = found.filter((row) => !seen(row)).slice(0, size)
    const rows = fresh.filter((row) => search === null || holds(row, source, search))
    const end = fresh.at(-1)
    const more = found.length >= wanted && end !== undefined
    if (end) last = [key(end, source.key), tie ? key(end, tie) : '']
    if (rows.length === 0 && more) continue
    const mapped = (await source.map(rows)).filter((row): row is Exclude<Answer<T>, null> => row !== null)
    const broken = mapped.find((row) => row instanceof ErpError)
    if (broken instanceof ErpError) throw broken
    return {
      rows: mapped as T[],
      next: more ? writeCursor(last) : null,
    }
  }
}

/** Rows by their key, in as few searches as possible. */
export async function byKey<T>(
  client: Client,
  source: Source<T>,
  ids: Id[],
  keyOf = (id: Id) => id,
  idOf?: (row: Element) => Id,
): Promise<Answer<T>[]> {
  const rows = await findEach(client, source, source.key, ids.map(keyOf))
  const answers = await source.map(rows)
  const name = idOf ?? ((row: Element) => key(row, source.key))
  const found = new Map(rows.map((row, index) => [name(row), answers[index] ?? null]))
  return ids.map((id) => found.get(id) ?? null)
}
