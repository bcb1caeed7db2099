import type { CustomAttribute } from '../../../schema/index.ts'
import type { FieldKind, NativeField } from '../../connector.ts'
import { ownValues } from '../../custom.ts'
import { exactNumber } from '../../json.ts'
import type { Fields, Row } from '../setup.ts'

const TYPES: Record<string, NativeField['type']> = {
  char: 'TEXT',
  text: 'TEXT',
  selection: 'PICKLIST',
  boolean: 'BOOLEAN',
  integer: 'NUMBER',
  float: 'NUMBER',
  monetary: 'NUMBER',
  date: 'DATE',
  datetime: 'DATE',
}

/** The model that keeps a kind of record. */
export const MODELS: Record<FieldKind, string> = {
  item: 'product.product',
  customer: 'res.partner',
  order: 'sale.order',
}

/** The fields of a model that hold one plain value; people's own begin with x_, Odoo sees to that. */
export function nativeFields(fields: Fields): NativeField[] {
  return [...fields].flatMap(([name, { type: native, string: label, required, selection }]) => {
    const type = TYPES[native]
    if (!type) return []
    const options =
      type === 'PICKLIST' ? (selection ?? []).map(([value, text]) => ({ value, label: text })) : null
    return [
      {
        name,
        label: label || name,
        type,
        required: required ?? false,
        custom: name.startsWith('x_'),
        options,
      },
    ]
  })
}

/** The names of the fields that people added to a model: Odoo makes them all begin with x_. */
export function customNames(fields: Fields): string[] {
  return [...fields].filter(([name, { type }]) => name.startsWith('x_') && TYPES[type]).map(([name]) => name)
}

/** The added fields of a row as text. */
export function customOf(row: Row, fields: Fields): CustomAttribute[] {
  return customNames(fields).map((key) => {
    const value = row[key]
    const type = fields.get(key)?.type
    const empty = value === undefined || value === null || (value === false && type !== 'boolean')
    if (empty) return { key, value: null }
    // Odoo writes times in UTC without saying so.
    return { key, value: type === 'datetime' ? `${String(value).replace(' ', 'T')}Z` : String(value) }
  })
}

/** Added fields to be written; ErpError VALIDATION for any other field and for a text that does not fit. */
export function customValues(attributes: CustomAttribute[], fields: Fields): Record<string, unknown> {
  const values = ownValues('Odoo', nativeFields(fields), attributes)
  return Object.fromEntries(
    values.map(({ field: { name, type }, value }) => {
      if (value === null) return [name, false]
      if (type === 'BOOLEAN') return [name, value === 'true']
      if (type === 'DATE') return [name, dated(value, fields.get(name)?.type)]
      return [name, type === 'NUMBER' ? exactNumber(value) : value]
    }),
  )
}

function dated(value: string, type: string | undefined): string {
  return type === 'date' ? value.slice(0, 10) : new Date(value).toISOString().slice(0, 19).replace('T', ' ')
}
