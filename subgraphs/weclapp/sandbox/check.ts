import { Answered } from '../../refusal.ts'
import { NESTED, OBJECTS, fieldsOf } from './fields.ts'
import type { Field } from './fields.ts'
import { invalid, problem } from './problem.ts'

const DECIMAL = /^-?([0-9]{1,13})([.][0-9]{1,5})?$/

/** The body of a write; refuses anything but an object. */
export function bodyOf(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text)
    if (body !== null && typeof body === 'object' && !Array.isArray(body))
      return body as Record<string, unknown>
  } catch {
    // Refused below like every other text that is no object.
  }
  throw new Answered(problem(400, 'invalid_json', 'the request body is no JSON object'))
}

function fits({ kind, words, longest }: Field, value: unknown): boolean {
  if (kind === 'd') return typeof value === 'string' && DECIMAL.test(value)
  if (kind === 't' || kind === 'i') return Number.isInteger(value)
  if (kind === 'b') return typeof value === 'boolean'
  if (kind === 'e') return typeof value === 'string' && (words.length === 0 || words.includes(value))
  if (kind === 'l') return typeof value === 'object'
  return typeof value === 'string' && value.length <= longest
}

/** Refuses unknown, read-only and wrongly typed properties, however deep: https://www.weclapp.com/api/ (errors) */
export function mustBe(
  entity: string,
  body: Record<string, unknown>,
  at: string,
  allowed: readonly string[] = [],
): void {
  const fields = fieldsOf(entity)
  for (const [name, value] of Object.entries(body)) {
    const location = at ? `${at}.${name}` : name
    const field = fields.get(name)
    if (!field) throw invalid('pattern', location, `unexpected property ${name}`)
    if (field.readOnly && !allowed.includes(name))
      throw invalid('pattern', location, `property ${name} is read-only`)
    if (value === null) continue
    if (!fits(field, value)) {
      const type =
        field.kind === 'e' ? 'enum' : field.kind === 's' && typeof value === 'string' ? 'max' : 'type'
      throw invalid(type, location, `${JSON.stringify(value).slice(0, 60)} is not valid for ${name}`)
    }
    const nested = NESTED[entity]?.[name]
    if (nested && Array.isArray(value))
      for (const [index, one] of value.entries())
        mustBe(nested, one as Record<string, unknown>, `$.${location}[${index}]`, ['id', 'version'])
    const inner = OBJECTS[entity]?.[name]
    if (inner) mustBe(inner, value as Record<string, unknown>, location)
  }
}

/** The properties that are to be kept: empty text is null, and null is left out. */
export function kept(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== ''))
}
