import type { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, ListAsk, Page, Read } from '../connector.ts'
import type { Client, Filter } from './client.ts'
import type { Site } from './map.ts'
import * as rows from './rows.ts'
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

/** Reads one DocType in the way of the contract: many by id, or page by page. */
export function reading<R extends Named, T>(connection: Connection, source: Source<R, T>): Read<T> {
  const { client } = connection
  const { doctype, form, order, filters = [], searched, extra } = source
  const fetch = async (more: Filter[], limit: number, anyOf?: Filter[]) => {
    const fields = [
      ...new Set([...(source.fields ?? rows.fieldsOf(form)), ...searched, ...((await extra?.()) ?? [])]),
    ]
    const listing = { fields, filters: [...filters, ...more], anyOf, order: `name ${order}`, limit }
    return client.list(doctype, form, listing)
  }
  // Joined child fields repeat their parent; the first row of each stands for it.
  const once = (found: R[]) =>
    [...Map.groupBy(found, ({ name }) => name).values()].flatMap((all) => all.slice(0, 1))
  return {
    async byId(ids: Id[]): Promise<Answer<T>[]> {
      const names = [...new Set(ids)].filter((id) => id !== '')
      if (names.length === 0) return ids.map(() => null)
      const [found, site] = await Promise.all([fetch([['name', 'in', names]], 0), siteOf(connection)])
      const kept = once(found)
      const made = await source.finish(kept, site)
      const byName = new Map(kept.map((row, at) => [row.name, made[at] ?? null]))
      return ids.map((id) => byName.get(id) ?? null)
    },
    async list({ first, after, search }: ListAsk): Promise<Page<T>> {
      const wanted = search?.trim()
      const literal = folded(wanted)
      // The server doubles backslashes, so its wildcards cannot be escaped: they stand for one letter here, and
      // whether it is the right one is looked at below.
      const wild = wanted !== undefined && /[%_\\]/.test(wanted)
      const pattern = `%${wanted?.replace(/[%\\]/g, '_') ?? ''}%`
      const anyOf = wanted ? searched.map((field): Filter => [field, 'like', pattern]) : undefined
      const fits = (row: R) =>
        !wild ||
        Object.entries(row).some(
          ([field, value]) => searched.includes(field) && folded(value).includes(literal),
        )
      const site = await siteOf(connection)
      for (let last = behindOf(doctype, after); ;) {
        // Reading on behind the last name loses no row, however many are inserted meanwhile.
        const behind: Filter[] = last === null ? [] : [['name', order === 'asc' ? '>' : '<', last]]
        const found = await fetch(behind, first + 1, anyOf)
        const page = found.slice(0, first)
        last = found.length > first ? (page.at(-1)?.name ?? null) : null
        const kept = once(page).filter(fits)
        if (kept.length === 0 && last !== null) continue
        return { rows: await source.finish(kept, site), next: last === null ? null : `${doctype}>${last}` }
      }
    },
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
    fields: rows.fieldsOf(form),
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
