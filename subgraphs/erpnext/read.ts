import type { z } from 'zod'
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

/** Reads one DocType in the way of the contract: many by id, or page by page. */
export function reading<R extends Named, T>(connection: Connection, source: Source<R, T>): Read<T> {
  const { client } = connection
  const { doctype, form, order, filters = [], searched, extra } = source
  const fetch = async (more: Filter[], limit: number, anyOf?: Filter[]) => {
    const fields = [...rows.fieldsOf(form), ...((await extra?.()) ?? [])]
    const listing = { fields, filters: [...filters, ...more], anyOf, order: `name ${order}`, limit }
    return client.list(doctype, form, listing)
  }
  return {
    async byId(ids: Id[]): Promise<Answer<T>[]> {
      const names = [...new Set(ids)].filter((id) => id !== '')
      if (names.length === 0) return ids.map(() => null)
      const [found, site] = await Promise.all([fetch([['name', 'in', names]], 0), siteOf(connection)])
      const made = await source.finish(found, site)
      const byName = new Map(found.map((row, at) => [row.name, made[at] ?? null]))
      return ids.map((id) => byName.get(id) ?? null)
    },
    async list({ first, after, search }: ListAsk): Promise<Page<T>> {
      // Reading on behind the last name loses no row, however many are inserted meanwhile.
      const behind: Filter[] = after === null ? [] : [['name', order === 'asc' ? '>' : '<', after]]
      const wanted = search?.trim()
      const anyOf = wanted ? searched.map((field): Filter => [field, 'like', `%${wanted}%`]) : undefined
      const [found, site] = await Promise.all([fetch(behind, first + 1, anyOf), siteOf(connection)])
      const page = found.slice(0, first)
      return {
        rows: await source.finish(page, site),
        next: found.length > first ? (page.at(-1)?.name ?? null) : null,
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
