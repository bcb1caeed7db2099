import { ErpError } from '../../schema/errors.ts'
import type { Expression } from '../expression.ts'
import type { HttpAnswer } from '../http.ts'
import type { Operation } from './loaded.ts'
import type { CapabilityName } from './manifest.ts'

/** An answer whose numbers are exact: whole ones that fit are numbers, all others are text. */
export interface Document {
  status: number
  headers: Record<string, string>
  body: unknown
}

/** A record by the manifest's field names, or why it could not be read. */
export type Row = Record<string, unknown> | ErpError

const parts = new WeakMap<ErpError, Record<string, unknown>>()

/** What could be read of a record that could not be read as a whole, by field. */
export function partsOf(error: ErpError): Record<string, unknown> {
  return parts.get(error) ?? {}
}

interface Source {
  source?: string
}

/** JSON whose numbers are exact, as those of a Document. Throws SyntaxError. */
export function exact(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: Source) => {
    if (typeof value !== 'number') return value
    const said = context?.source ?? String(value)
    return /^-?\d+$/.test(said) && Number.isSafeInteger(value) && said !== '-0' ? value : said
  })
}

/** What was answered, read exactly; BAD_ANSWER where a success is no JSON. */
export function documentOf(
  name: CapabilityName,
  { status, headers, text }: HttpAnswer,
  most: number | undefined,
): Document {
  if (most && text.length > most) throw new ErpError('BAD_ANSWER', `The answer is larger than ${most} bytes.`)
  try {
    return { status, headers, body: exact(text) }
  } catch {
    const silent = text === '' && (name === 'connection.test' || status === 202)
    const bare = status === 204 || silent
    if (status >= 200 && status < 300 && !bare)
      throw new ErpError('BAD_ANSWER', 'The answer is no valid JSON.', { said: text.slice(0, 300) })
    return { status, headers, body: bare ? undefined : text.slice(0, 2000) }
  }
}

/** The records of an answer by the manifest's fields; one that cannot be read is an ErpError BAD_ANSWER. */
export async function recordsOf(
  operation: Operation,
  { body }: Document,
  input: Record<string, unknown>,
  config: Record<string, unknown>,
): Promise<Row[]> {
  const { records, row } = operation
  const variables = { doc: body, input, config }
  const found = records ? await readAs(records, body, variables, 'records') : body
  const list = Array.isArray(found) ? found : found === undefined || found === null ? [] : [found]
  const rows: Row[] = []
  for (const one of list as unknown[]) {
    if (one === null || typeof one !== 'object' || Array.isArray(one)) {
      rows.push(
        new ErpError('BAD_ANSWER', `A record of ${operation.name} is no object.`, { field: 'records' }),
      )
    } else rows.push(row ? await rowOf(operation, one, variables) : (one as Record<string, unknown>))
  }
  return rows
}

async function rowOf(operation: Operation, record: object, variables: Record<string, unknown>): Promise<Row> {
  try {
    return (await operation.row?.run(record, variables)) as Record<string, unknown>
  } catch (error) {
    if (!(error instanceof ErpError)) throw error
    let [field, said]: [string | undefined, string] = [undefined, error.message]
    const read: Record<string, unknown> = {}
    for (const [name, expression] of operation.fields) {
      try {
        read[name] = await expression.run(record, variables)
      } catch (why) {
        if (why instanceof ErpError) [field, said] = [name, why.message]
      }
    }
    const bad = new ErpError(
      'BAD_ANSWER',
      `${operation.name} cannot be mapped${field ? ` in ${field}` : ''}.`,
      {
        field,
        said,
      },
    )
    parts.set(bad, read)
    return bad
  }
}

/** The expression over an answer; what fails is the answer's fault, BAD_ANSWER. */
export async function readAs(
  expression: Expression,
  input: unknown,
  variables: Record<string, unknown>,
  field: string,
): Promise<unknown> {
  try {
    return await expression.run(input, variables)
  } catch (error) {
    if (!(error instanceof ErpError)) throw error
    throw new ErpError('BAD_ANSWER', `The answer cannot be read: ${error.message}`, { field })
  }
}
