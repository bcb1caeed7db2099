import { ErpError } from '../../schema/errors.ts'

/** One request inside a $batch; `path` begins with /b1s/v2/. */
export interface Part {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string
}

/** What one part was answered. */
export interface PartAnswer {
  status: number
  headers: Record<string, string>
  text: string
}

/** Separates the parts; no text that we send can hold it, because JSON and addresses have no line breaks. */
export const BOUNDARY = 'batch_erp_supergraph'
const EOL = '\r\n'

function toPart({ method, path, headers = {}, body }: Part): string {
  const said = Object.entries({ ...(body && { 'Content-Type': 'application/json' }), ...headers })
  return [
    `--${BOUNDARY}`,
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    `${method} ${path}`,
    ...said.map(([name, value]) => `${name}: ${value}`),
    '',
    // A GET needs two blank lines (guide, chapter on batch operations).
    body ?? '',
    '',
  ].join(EOL)
}

/** The multipart body of a $batch. */
export function batchBody(parts: Part[]): string {
  return `${parts.map(toPart).join('')}--${BOUNDARY}--${EOL}`
}

function bad(message: string): ErpError {
  return new ErpError('BAD_ANSWER', message, { field: '$batch' })
}

function headersOf(lines: string[]): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap((line): [string, string][] => {
      const colon = line.indexOf(':')
      return colon > 0 ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]] : []
    }),
  )
}

function partOf(text: string): PartAnswer {
  const start = /(?:^|\n)HTTP\/1\.[01] (\d{3})[^\n]*\n/.exec(text)
  if (!start?.[1]) throw bad('A part of a $batch has no status.')
  const rest = text.slice(start.index + start[0].length)
  const end = /\r?\n\r?\n/.exec(rest)
  const head = end ? rest.slice(0, end.index) : rest
  const body = end ? rest.slice(end.index + end[0].length) : ''
  return { status: Number(start[1]), headers: headersOf(head.split(/\r?\n/)), text: body.trim() }
}

/**
 * The answers of a $batch in the order of its parts. The server stops behind the first part that it refuses, so
 * there may be fewer; BAD_ANSWER where one is missing for no such reason, or the body was cut.
 */
export function batchAnswers(contentType: string | undefined, text: string, count: number): PartAnswer[] {
  const boundary = /boundary="?([^";\s]+)"?/i.exec(contentType ?? '')?.[1]
  if (!boundary) throw bad('The answer is no $batch.')
  const pieces = text.split(`--${boundary}`)
  if (pieces.length < 2 || !pieces.at(-1)?.startsWith('--')) throw bad('The answer of a $batch was cut.')
  const answers = pieces.slice(1, -1).map(partOf)
  const refused = answers.some(({ status }) => status >= 300)
  if (answers.length > count || (answers.length < count && !refused))
    throw bad(`${count} parts were sent in a $batch, ${answers.length} were answered.`)
  return answers
}
