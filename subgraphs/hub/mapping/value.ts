import Big from 'big.js'
import type { GraphQLScalarType } from 'graphql'
import { ErpError } from '../../../schema/errors.ts'
import { Expression } from '../../expression.ts'
import { CANONICAL, type FieldType } from './fields.ts'
import type { Mapping } from './read.ts'

/** The error of one mapping; the field is that of the golden record. */
export function mappingError(
  { hubField, erpField, connection }: Pick<Mapping, 'hubField' | 'erpField' | 'connection'>,
  code: 'VALIDATION' | 'MAPPING_MISSING' | 'MISSING_REQUIRED_FIELD',
  why: string,
): ErpError {
  const message = `${hubField} (${erpField} of ${connection}): ${why}`
  return new ErpError(code, message, { field: hubField, connection, retryable: false })
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80))
}

/** A plain value as text; null for nothing and for an empty text. Throws VALIDATION for lists and objects. */
export function toText(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return new Big(value).toFixed()
  if (JSON.isRawJSON(value)) return JSON.stringify(value)
  throw new ErpError('VALIDATION', 'The value is a list or an object; one plain value is needed.')
}

const DECIMAL = /^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/
const DATE = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/
const FLAGS: Record<string, string> = { true: 'true', false: 'false', '1': 'true', '0': 'false' }

/** A text in the one form that its type has. Throws VALIDATION where it has another type. */
export function typed(type: FieldType, text: string): string {
  const refuse = (what: string) => new ErpError('VALIDATION', `${shown(text)} is no ${what}.`)
  if (type === 'NUMBER') {
    if (!DECIMAL.test(text)) throw refuse('decimal number')
    return new Big(text).toFixed()
  }
  if (type === 'BOOLEAN') {
    const flag = FLAGS[text]
    if (flag === undefined) throw refuse('boolean')
    return flag
  }
  if (type === 'DATE') {
    const day = DATE.exec(text)?.[1]
    const isDay = day && new Date(Date.parse(`${day}T00:00:00Z`) || 0).toISOString().startsWith(day)
    if (!isDay || Number.isNaN(Date.parse(text))) throw refuse('date of ISO 8601')
  }
  return text
}

/** A value as it stands in a canonical record. Throws VALIDATION where the language does not allow it. */
export function shaped({ object, hubField }: Mapping, text: string | null): string | number | boolean | null {
  const known = CANONICAL[object][hubField]
  if (!known || text === null) return text
  const value = typed(known.type, text)
  if (known.scalar) check(known.scalar, value)
  if (known.as === 'boolean') return value === 'true'
  if (known.as !== 'integer') return value
  if (!Number.isSafeInteger(Number(value))) throw new ErpError('VALIDATION', `${value} is no whole number.`)
  return Number(value)
}

function check(scalar: GraphQLScalarType, value: string): void {
  try {
    scalar.parseValue(value)
  } catch {
    throw new ErpError('VALIDATION', `${shown(value)} is no ${scalar.name}.`)
  }
}

/** A value in the words of the other side. Throws MAPPING_MISSING for one that the map refuses. */
export function translated(mapping: Mapping, text: string, to: 'hub' | 'erp'): string {
  const { valueMap, unmapped } = mapping
  if (valueMap.length === 0) return text
  const from = to === 'hub' ? 'erp' : 'hub'
  const pair = valueMap.find((one) => one[from] === text)
  if (pair) return pair[to]
  if (unmapped === 'PASS') return text
  const fallback = mapping.default
  if (unmapped === 'DEFAULT' && fallback !== null) {
    if (to === 'hub') return fallback
    const own = valueMap.find((one) => one.hub === fallback)
    if (own) return own.erp
  }
  throw mappingError(mapping, 'MAPPING_MISSING', `the value map does not name ${shown(text)}.`)
}

/** What a transformation makes of a value. A boolean is given as one, anything else as text. */
export async function transformed(
  expression: Expression | null,
  type: FieldType,
  text: string | null,
  record: object,
): Promise<string | null> {
  if (!expression) return text
  const value = type === 'BOOLEAN' && (text === 'true' || text === 'false') ? text === 'true' : text
  return toText(await expression.run(value === null ? { record } : { value, record }))
}
