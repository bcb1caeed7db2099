import type { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, ListAsk, Page, Read } from '../connector.ts'
import type { Client, Filter } from './client.ts'
import type { Site } from './map.ts'
import * as shapes from './shapes.ts'
import type { Setup } from './setup.ts'
import { dayIn } from './time.ts'
import type { Config } from './config.ts'

/** A connected site: who to ask, what it is set up like, what the operator said. */
export interface Connection {
  client: Client
  setup: Setup
  config: Config
}

interface Named {
  name: string
}
interface Source<R extends Named, T> {
  doctype: string
  form: z.ZodObject & z.ZodType<R>
  /** What to ask for, where it is not the form's own fields. */
  fields?: string[]
  /** Documents are listed newest number first, master data by name. */
  order: 'asc' | 'desc'
  filters?: Filter[]
  searched: string[]
  /** Further fields that only some sites have. */
  extra?: () => Promise<string[]>
  finish: (found: R[], site: Site) => Promise<T[]>
}

/** How the site sees the day and its clock. */
export async function siteOf({ setup, config }: Connection): Promise<Site> {
  const zone = await setup.zone()
  return { config, zone, today: dayIn(zone) }
}

/** Without case and accents, as the database compares. */
function folded(value: unknown): string {
  return String(value ?? '')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
}

/** The name that a page ended with, out of a cursor of this DocType. */
function behindOf(doctype: string, after: string | null): string | null {
  if (after === null) return null
  const mark = `${doctype}>`
  if (after.startsWith(mark)) return after.slice(mark.length)
  throw new ErpError('VALIDATION', `The cursor is none of ERPNext's ${doctype}.`, { field: 'after' })
}

/** Rows of a source; `limit` counts joined rows too. */
async function fetch<R extends Named, T>(
  { client }: Connection,
  source: Source<R, T>,
  more: Filter[],
  limit: number,
  anyOf?: Filter[],
) {
  const { doctype, form, order, filters = [], searched, extra } = source
  const fields = [
    ...new Set([...(source.fields ?? shapes.fieldsOf(form)), ...searched, ...((await extra?.()) ?? [])]),
  ]
  return client.list(doctype, form, {
    fields,
    filters: [...filters, ...more],
    anyOf,
    order: `name ${order}`,
    limit,
  })
}

/** Joined child fields repeat their parent; the first row of each stands for it. */
function once<R extends Named>(found: R[]): R[] {
  return [...Map.groupBy(found, ({ name }) => name).values()].flatMap((all) => all.slice(0, 1))
}

/**
 * What a search asks, and whether a found row really holds it. The server doubles backslashes, so its wildcards
 * cannot be escaped: they stand for one letter there, and whether it is the right one is looked at here.
 */
function searching(searched: string[], search: string | null | undefined) {
  const wanted = search?.trim() ?? ''
  if (wanted === '') return { anyOf: undefined, fits: () => true }
  const pattern = `%${wanted.replace(/[%\\]/g, '_')}%`
  const literal = folded(wanted)
  const holds = (row: object) =>
    Object.entries(row).some(([field, value]) => searched.includes(field) && folded(value).includes(literal))
  const anyOf = searched.map((field): Filter => [field, 'like', pattern])
  return { anyOf, fits: /[%_\\]/.test(wanted) ? holds : () => true }
}

async function page<R extends Named, T>(
  connection: Connection,
  source: Source<R, T>,
  ask: ListAsk,
): Promise<Page<T>> {
  const { doctype, order, searched, finish } = source
  const { anyOf, fits } = searching(searched, ask.search)
  const site = await siteOf(connection)
  for (let last = behindOf(doctype, ask.after); ;) {
    // Reading on behind the last name loses no row, however many are inserted meanwhile.
    const behind: Filter[] = last === null ? [] : [['name', order === 'asc' ? '>' : '<', last]]
    const found = await fetch(connection, source, behind, ask.first + 1, anyOf)
    const some = found.slice(0, ask.first)
    last = found.length > ask.first ? (some.at(-1)?.name ?? null) : null
    const kept = once(some).filter(fits)
    if (kept.length === 0 && last !== null) continue
    return { rows: await finish(kept, site), next: last === null ? null : `${doctype}>${last}` }
  }
}

/** Reads one DocType in the way of the contract: many by id, or page by page. */
export function reading<R extends Named, T>(connection: Connection, source: Source<R, T>): Read<T> {
  return {
    async byId(ids: Id[]): Promise<Answer<T>[]> {
      const names = [...new Set(ids)].filter((id) => id !== '')
      if (names.length === 0) return ids.map(() => null)
      const found = fetch(connection, source, [['name', 'in', names]], 0)
      const [all, site] = await Promise.all([found, siteOf(connection)])
      const kept = once(all)
      const made = await source.finish(kept, site)
      const byName = new Map(kept.map((row, at) => [row.name, made[at] ?? null]))
      return ids.map((id) => byName.get(id) ?? null)
    },
    list: (ask) => page(connection, source, ask),
  }
}

/** The child rows of documents, by the document's name. */
export async function children<T extends { parent: string }>(
  { client }: Connection,
  doctype: string,
  parent: string,
  form: z.ZodObject & z.ZodType<T>,
  names: string[],
): Promise<Map<string, T[]>> {
  if (names.length === 0) return new Map()
  const found = await client.list(doctype, form, {
    fields: shapes.fieldsOf(form),
    filters: [
      ['parenttype', '=', parent],
      ['parent', 'in', names],
    ],
    order: 'parent asc, idx asc',
    limit: 0,
    parent,
  })
  return Map.groupBy(found, (row) => row.parent)
}
