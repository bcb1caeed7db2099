import { ErpError } from '../../../schema/errors.ts'
import type { CustomAttribute } from '../../../schema/index.ts'
import { exactNumber } from '../../json.ts'
import type { Fields, Row } from '../setup.ts'

const SCALARS = new Set([
  'char',
  'text',
  'selection',
  'boolean',
  'integer',
  'float',
  'monetary',
  'date',
  'datetime',
])

/** The names of the fields that people added to a model: Odoo makes them all begin with x_. */
export function customNames(fields: Fields): string[] {
  return [...fields]
    .filter(([name, { type }]) => name.startsWith('x_') && SCALARS.has(type))
    .map(([name]) => name)
}

/** The added fields of a row as text. */
export function customOf(row: Row, fields: Fields): CustomAttribute[] {
  return customNames(fields).map((key) => {
    const value = row[key]
    const empty =
      value === undefined || value === null || (value === false && fields.get(key)?.type !== 'boolean')
    return { key, value: empty ? null : String(value) }
  })
}

/** Added fields to be written; ErpError VALIDATION for any other field and for a text that does not fit. */
export function customValues(attributes: CustomAttribute[], fields: Fields): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, nativeValue(key, value ?? null, fields)]),
  )
}

function nativeValue(key: string, value: string | null, fields: Fields): unknown {
  const type = customNames(fields).includes(key) ? fields.get(key)?.type : undefined
  if (!type) {
    throw new ErpError('VALIDATION', `Odoo has no own field ${key} here.`, {
      field: `customAttributes.${key}`,
    })
  }
  if (value === null) return false
  if (type === 'boolean') return value === 'true'
  return type === 'integer' || type === 'float' || type === 'monetary' ? exactNumber(value) : value
}
