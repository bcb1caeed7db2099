import { ErpError } from '../schema/errors.ts'
import type { CustomAttribute } from '../schema/index.ts'
import type { NativeField } from './connector.ts'

/** A custom field and what is to be written into it; null clears it. */
export interface OwnValue {
  field: NativeField
  value: string | null
}

const FORMS: Partial<Record<NativeField['type'], [form: RegExp, words: string]>> = {
  NUMBER: [/^-?\d+(\.\d+)?$/, 'a decimal number'],
  BOOLEAN: [/^(true|false)$/, '"true" or "false"'],
  DATE: [/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/, 'a date like 2026-11-21'],
}

/**
 * The custom fields that attributes name. Throws ErpError VALIDATION, which names the attribute, where `known` has no
 * such custom field or where the text does not fit the field's type; `erp` is how people call the system.
 */
export function ownValues(erp: string, known: NativeField[], attributes: CustomAttribute[]): OwnValue[] {
  return attributes.map(({ key, value }) => {
    const shown = key.slice(0, 80)
    const refuse = (message: string) =>
      new ErpError('VALIDATION', message, { field: `customAttributes.${shown}` })
    const field = known.find(({ name, custom }) => custom && name === key)
    if (!field) throw refuse(`${erp} has no custom field ${shown} here.`)
    if (value == null || value === '') return { field, value: null }
    const [form, words] = FORMS[field.type] ?? []
    if (form && !form.test(value)) throw refuse(`${shown} takes ${words}.`)
    if (field.options && !field.options.some((option) => option.value === value))
      throw refuse(`${shown} takes one of ${field.options.map((option) => option.value).join(', ')}.`)
    return { field, value }
  })
}
