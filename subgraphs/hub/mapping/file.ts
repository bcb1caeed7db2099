import { z } from 'zod'
import { ErpError } from '../../../schema/errors.ts'
import type { Problem } from '../../../schema/index.ts'
import type { Caller } from '../../caller.ts'
import { reaches } from '../../caller.ts'
import { toProblem } from '../../reader.ts'
import type { Hub } from '../hub.ts'
import { checkMapping, checkTogether } from './check.ts'
import { OBJECTS } from './fields.ts'
import { type Mapping, mappingRows } from './read.ts'
import { connectionOf, discoverer, saveMappings, together, withId } from './store.ts'

const LONGEST = 5_000_000
const text = z.string().min(1).max(200)
const code = z.string().max(8_000).nullish()

const entry = z.strictObject({
  connection: text,
  object: z.enum(OBJECTS),
  hubField: text,
  erpField: text,
  type: z.enum(['TEXT', 'NUMBER', 'DATE', 'BOOLEAN', 'PICKLIST']),
  direction: z.enum(['IN', 'OUT', 'BOTH']),
  transformIn: code,
  transformOut: code,
  valueMap: z.array(z.strictObject({ hub: text, erp: text })).default([]),
  unmapped: z.enum(['PASS', 'REFUSE', 'DEFAULT']).default('PASS'),
  required: z.boolean().default(false),
  default: z.string().max(1_000).nullish(),
})

const file = z.strictObject({ version: z.literal(1), mappings: z.array(entry).max(5_000) })

/** What an import did, or would do. */
export interface Imported {
  created: number
  changed: number
  unchanged: number
  problems: Problem[]
}

function plain({
  id: _id,
  changedBy: _by,
  changedAt: _at,
  ...rest
}: Mapping): Omit<Mapping, 'id' | 'changedBy' | 'changedAt'> {
  return rest
}

/** The mappings that the caller may see as one JSON text. */
export async function exportMappings(
  hub: Hub,
  caller: Caller,
  of: { connection: string | null; object: string | null },
): Promise<string> {
  const found = await mappingRows(hub.db.em(), caller.tenant, of)
  const mappings = found.filter(({ connection }) => reaches(caller, connection)).map(plain)
  return JSON.stringify({ version: 1, mappings }, null, 2)
}

/**
 * Reads an exported text and keeps all of its mappings, or none where anything is wrong with one: then `problems` says
 * what and where. A mapping of the same two fields is changed; one that the text does not name stays. With `dryRun`
 * nothing is kept. Throws VALIDATION for a text that is none.
 */
export async function importMappings(
  hub: Hub,
  caller: Caller,
  given: string,
  dryRun: boolean,
): Promise<Imported> {
  const known = await mappingRows(hub.db.em(), caller.tenant, {})
  const ids = new Map(known.map((one) => [keyOf(one), one]))
  const next = parse(given).map((one): Mapping => {
    const rest = { transformIn: one.transformIn ?? null, transformOut: one.transformOut ?? null }
    const id = ids.get(keyOf(one))?.id ?? null
    return withId({ ...one, ...rest, default: one.default ?? null, id }, caller)
  })
  const problems = await problemsOf(hub, caller, next)
  const isSame = (one: Mapping) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(ids.get(keyOf(one))))
  const unchanged = next.filter(isSame).length
  const created = next.filter((one) => !ids.has(keyOf(one))).length
  const counts = { created, changed: next.length - created - unchanged, unchanged }
  if (problems.length > 0) return { created: 0, changed: 0, unchanged: 0, problems }
  if (!dryRun)
    await saveMappings(
      hub,
      caller,
      next.filter((one) => !isSame(one)),
    )
  return { ...counts, problems }
}

function sorted(mapping: Mapping | undefined): unknown {
  return (
    mapping &&
    Object.entries(plain(mapping))
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(pairsSorted)
  )
}

function pairsSorted([name, value]: [string, unknown]): unknown {
  return name === 'valueMap'
    ? (value as Mapping['valueMap']).map(({ hub, erp }) => [hub, erp])
    : [name, value]
}

const keyOf = ({ connection, object, hubField, erpField }: z.output<typeof entry> | Mapping): string =>
  [connection, object, hubField, erpField].join('\n')

function parse(given: string): z.output<typeof entry>[] {
  const refuse = (why: string, field = 'text') => new ErpError('VALIDATION', why, { field })
  if (given.length > LONGEST) throw refuse('The text is too long.')
  let json: unknown
  try {
    json = JSON.parse(given)
  } catch (error) {
    throw refuse(`The text is no JSON: ${(error as Error).message}`)
  }
  const read = file.safeParse(json)
  if (read.success) return read.data.mappings
  const [issue] = read.error.issues
  throw refuse(issue?.message ?? 'The text is no export of mappings.', issue?.path.join('.') || 'text')
}

async function problemsOf(hub: Hub, caller: Caller, next: Mapping[]): Promise<Problem[]> {
  const known = discoverer(hub)
  const problems: Problem[] = []
  for (const [index, one] of next.entries()) {
    try {
      checkMapping(one, await known(connectionOf(hub, caller, one.connection), one.object))
    } catch (error) {
      if (!(error instanceof ErpError)) throw error
      const problem = toProblem(error, one.connection)
      problems.push({ ...problem, field: `mappings.${index}.${error.field ?? 'connection'}` })
    }
  }
  if (problems.length > 0) return problems
  try {
    checkTogether(await together(hub.db.em(), caller, next))
  } catch (error) {
    if (!(error instanceof ErpError)) throw error
    problems.push(toProblem(error, ''))
  }
  return problems
}
