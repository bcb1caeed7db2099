import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, ListAsk, Page } from '../connector.ts'
import type { Entity, Head, Port, Rows } from './port.ts'
import { type Source, placeOf, walk } from './walk.ts'

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** Whether a text has the form of an id of this system. */
export function isId(text: string): boolean {
  return UUID.test(text)
}

/** From so many rows on, whole pages are tried; a page costs as much as about five rows. */
const MANY = 6
const ROWS_PER_CALL = 20

function asRow(error: unknown): ErpError {
  if (error instanceof ErpError) return error
  throw error
}

/** The rows of a small table page by page, empty for a large one: there is no way to read several ids at once. */
async function pages(port: Port, entity: Entity, count: number): Promise<Head[]> {
  const whole = Math.max(...port.sizes)
  const page = (number: number) =>
    port.search(entity, { filters: [], sortBy: 'createdAt', page: number, pageSize: whole })
  const { heads, total } = await page(1)
  if (total === null || total > count * ROWS_PER_CALL) return heads
  const others = Array.from({ length: Math.ceil(total / whole) - 1 }, (_, index) => page(index + 2))
  return [heads, ...(await Promise.all(others)).map((one) => one.heads)].flat()
}

/** The rows under ids, in the order and length of the ids; what is no id of this system is unknown. */
export async function rowsOf<E extends Entity>(port: Port, entity: E, ids: Id[]): Promise<Answer<Rows[E]>[]> {
  const asked = [...new Set(ids)].filter(isId)
  const listed = asked.length < MANY ? [] : await pages(port, entity, asked.length)
  const byId = new Map(listed.map((head) => [head.id, head]))
  const answers = new Map<Id, Answer<Rows[E]>>()
  const heads = await Promise.all(
    asked.map(async (id) => {
      const head = byId.get(id) ?? (await port.one(entity, id).catch(asRow))
      if (head instanceof ErpError) answers.set(id, head)
      return head === null || head instanceof ErpError ? [] : [{ id, head }]
    }),
  )
  const known = heads.flat()
  const rows = await port.rows(
    entity,
    known.map(({ head }) => head),
  )
  known.forEach(({ id }, index) => answers.set(id, rows[index] ?? null))
  return ids.map((id) => answers.get(id) ?? null)
}

/** Whether an answer is a value: neither unknown nor an error. */
export function isRow<T extends object>(answer: Answer<T> | undefined): answer is T {
  return answer !== null && answer !== undefined && !(answer instanceof ErpError)
}

/** The texts in a row, full names among them. */
function textsOf(row: unknown): string[] {
  if (typeof row !== 'object' || row === null) return typeof row === 'string' ? [row] : []
  if (Array.isArray(row)) return row.flatMap(textsOf)
  const { firstName, lastName } = row as { firstName?: unknown; lastName?: unknown }
  const name =
    typeof firstName === 'string' && typeof lastName === 'string' ? [`${firstName} ${lastName}`] : []
  return [...name, ...Object.values(row).flatMap(textsOf)]
}

/**
 * Whether a text in a row holds the search. The server looks for each word by itself, takes "%" and "_" for
 * wildcards, and leaves out a condition that a column does not know.
 */
function holds(row: object, search: string): boolean {
  const wanted = search.trim().replaceAll(/ +/g, ' ').toLowerCase()
  return textsOf(row).some((text) => text.toLowerCase().includes(wanted))
}

/** A row that cannot be shown as what it is, such as a deal in an unknown currency or with a hidden discount. */
function isOdd({ code, field }: ErpError): boolean {
  return (
    (code === 'MAPPING_MISSING' || code === 'PERMISSION_DENIED') &&
    /^(columns\.deals|model)\./.test(field ?? '')
  )
}

/** A row and what it is. */
export type Known = { [E in Entity]: { entity: E; row: Rows[E] } }[Entity]

async function knownOf(port: Port, steps: { entity: Entity; head: Head }[]): Promise<Answer<Known>[]> {
  const entities = [...new Set(steps.map(({ entity }) => entity))]
  const answers = new Map<Head, Answer<Known>>()
  await Promise.all(
    entities.map(async (entity) => {
      const heads = steps.filter((step) => step.entity === entity).map(({ head }) => head)
      const rows = await port.rows(entity, heads)
      heads.forEach((head, index) => {
        const row = rows[index]
        answers.set(head, isRow(row) ? ({ entity, row } as Known) : (row ?? null))
      })
    }),
  )
  return steps.map(({ head }) => answers.get(head) ?? null)
}

/**
 * A page of all sources in the order in which they were made. An odd row is left out; `byId` says why.
 */
export async function list<T>(
  port: Port,
  sources: Source[],
  { first, after, search }: ListAsk,
  map: (known: Known[]) => Promise<Answer<T>[]>,
): Promise<Page<T>> {
  const { steps, next } = await walk(port, sources, placeOf(after, 'createdAt'), first)
  const known = await knownOf(port, steps)
  const shown = known.filter(isRow).filter(({ row }) => !search || holds(row, search))
  const refused = known.filter((answer) => answer instanceof ErpError)
  const rows = [...refused, ...(await map(shown))].flatMap((answer): T[] => {
    if (!(answer instanceof ErpError)) return answer === null ? [] : [answer]
    if (isOdd(answer)) return []
    throw answer
  })
  return { rows, next }
}
