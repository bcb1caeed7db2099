import { ErpError } from '../../schema/errors.ts'
import { Expression, type ExpressionFunction } from '../expression.ts'

/** Where a value of a template goes: each place has its own way to keep a value from becoming more than a value. */
export type Place = 'path' | 'query' | 'header' | 'url'

/** Where the expression that begins at `from` ends: its closing brace, braces and texts inside left out. */
function endOf(text: string, from: number): number {
  let open = 0
  let quote = ''
  for (let at = from; at < text.length; at += 1) {
    const letter = text.charAt(at)
    if (quote !== '') {
      if (letter === '\\') at += 1
      else if (letter === quote) quote = ''
    } else if (letter === "'" || letter === '"' || letter === '`') quote = letter
    else if (letter === '{') open += 1
    else if (letter === '}' && open-- === 0) return at
  }
  throw new ErpError('VALIDATION', 'A ${ of the template is never closed.')
}

function placed(value: string, place: Place): string {
  if (place === 'query' || place === 'url') return value
  if (place === 'header') {
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw new ErpError('VALIDATION', 'A value cannot stand in a header.')
    return value
  }
  // An empty or dotted segment would make another address of the path.
  if (value === '' || value === '.' || value === '..') {
    throw new ErpError('NOT_FOUND', 'A value of the path is empty or is no name.')
  }
  return encodeURIComponent(value.toWellFormed())
}

/** Text with `${…}` parts, each an expression whose result is put in as a mere value. */
export class Template {
  readonly parts: (string | Expression)[] = []
  readonly #place: Place

  constructor(text: string, place: Place, functions: Record<string, ExpressionFunction>) {
    this.#place = place
    for (let at = 0; at < text.length;) {
      const next = text.indexOf('${', at)
      if (next !== at) this.parts.push(text.slice(at, next < 0 ? undefined : next))
      if (next < 0) break
      const end = endOf(text, next + 2)
      this.parts.push(new Expression(text.slice(next + 2, end), functions))
      at = end + 1
    }
  }

  /** Every field name that its expressions read. */
  get names(): string[] {
    return this.parts.flatMap((part) => (part instanceof Expression ? [...part.names] : []))
  }

  /** The text; null where a part of it gives nothing. Throws ErpError VALIDATION, NOT_FOUND for an unusable path. */
  async fill(context: unknown, variables: Record<string, unknown>): Promise<string | null> {
    let text = ''
    for (const part of this.parts) {
      const value = typeof part === 'string' ? part : await part.run(context, variables)
      if (value === null || value === undefined) return null
      if (typeof value === 'object')
        throw new ErpError('VALIDATION', 'A part of the template gives more than one value.')
      text += typeof part === 'string' ? part : placed(String(value), this.#place)
    }
    return text
  }
}
