import type { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, ListAsk, Page } from '../connector.ts'
import type { Json } from '../json.ts'
import { shaped } from '../shape.ts'
import { type Client, type Entity, PAGE_SIZES } from './client.ts'
import { type Source, type Step, placeOf, walk } from './walk.ts'

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const WHOLE = PAGE_SIZES[3]
/** From so many rows on, pages of a hundred are tried; a page costs as much as about five rows. */
const MANY = 6
const ROWS_PER_CALL = 20

function asRow(error: unknown): ErpError {
  if (error instanceof ErpError) return error
  throw error
}

/** The rows of a small table page by page, empty for a large one: there is no way to read several ids at once. */
async function pages(client: Client, entity: Entity, count: number): Promise<Json[]> {
  const page = (number: number) =>
    client.search(entity, { filters: [], sortBy: 'createdAt', page: number, pageSize: WHOLE })
  const { rows, total } = await page(1)
  if (total === null || total > count * ROWS_PER_CALL) return rows
  const others = Array.from({ length: Math.ceil(total / WHOLE) - 1 }, (_, index) => page(index + 2))
  return [rows, ...(await Promise.all(others)).map((one) => one.rows)].flat()
}

/** The rows under ids, in the order and length of the ids; what is no id of this system is unknown. */
export async function rowsOf<T extends z.ZodType>(
  client: Client,
  entity: Entity,
  shape: T,
  ids: Id[],
): Promise<Answer<z.output<T>>[]> {
  const asked = [...new Set(ids)].filter((id) => UUID.test(id))
  const listed = asked.length < MANY ? [] : await pages(client, entity, asked.length)
  const byId = new Map(listed.map((row) => [(row as { id?: Json } | null)?.id, row]))
  const answers = new Map<Id, Answer<z.output<T>>>()
  const read = async (id: Id): Promise<void> => {
    const row = byId.get(id) ?? (await client.one(entity, id))
    answers.set(id, row === null ? null : shaped(shape, row, `A row of ${entity}`))
  }
  await Promise.all(asked.map((id) => read(id).catch((error: unknown) => answers.set(id, asRow(error)))))
  return ids.map((id) => answers.get(id) ?? null)
}

/** Whether an answer is a value: neither unknown nor an error. */
export function isRow<T extends object>(answer: Answer<T> | undefined): answer is T {
  return answer !== null && answer !== undefined && !(answer instanceof ErpError)
}

/** The texts in a row, full names among them. */
function textsOf(row: Json): string[] {
  if (typeof row !== 'object' || row === null) return typeof row === 'string' ? [row] : []
  if (Array.isArray(row)) return row.flatMap(textsOf)
  const { firstName, lastName } = row
  const name =
    typeof firstName === 'string' && typeof lastName === 'string' ? [`${firstName} ${lastName}`] : []
  return [...name, ...Object.values(row).flatMap(textsOf)]
}

/**
 * Whether a text in a row holds the search. The server looks for each word by itself, takes "%" and "_" for
 * wildcards, and leaves out a condition that a column does not know.
 */
function holds(row: Json, search: string): boolean {
  const wanted = search.trim().replaceAll(/ +/g, ' ').toLowerCase()
  return textsOf(row).some((text) => text.toLowerCase().includes(wanted))
}

/**
 * A page of all sources in the order in which they were made. A row that cannot be shown as what it is, such as a
 * deal in an unknown currency, is left out; `byId` says why.
 */
export async function list<T>(
  client: Client,
  sources: Source[],
  { first, after, search }: ListAsk,
  map: (steps: Step[]) => Promise<Answer<T>[]>,
): Promise<Page<T>> {
  const { steps, next } = await walk(client, sources, placeOf(after, 'createdAt'), first)
  const answers = await map(search ? steps.filter(({ row }) => holds(row, search)) : steps)
  const rows = answers.flatMap((answer) => {
    if (!(answer instanceof ErpError)) return answer ?? []
    if (answer.code === 'MAPPING_MISSING' && answer.field?.startsWith('columns.deals.')) return []
    throw answer
  })
  return { rows, next }
}
