import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { CustomAttribute } from '../../schema/index.ts'
import type { FieldKind, NativeField } from '../connector.ts'
import { ownValues } from '../custom.ts'
import { exactNumber } from '../json.ts'
import type { Connection } from './read.ts'
import { toLocal, toUtc } from './time.ts'

/** A field that people added to a DocType; the options of a Select stand one a line. */
export const customField = z.object({
  dt: z.string(),
  fieldname: z.string(),
  label: z.string().nullish(),
  fieldtype: z.string(),
  options: z.string().nullish(),
  reqd: z.enum(['0', '1']),
})

/** The DocType that keeps a kind of record. */
export const DOCTYPES: Record<FieldKind, string> = {
  item: 'Item',
  customer: 'Customer',
  order: 'Sales Order',
}

// What is left out holds no value (Section Break, Column Break, HTML, Button) or more than one (Table, Geolocation).
const TYPES: Record<string, NativeField['type']> = {
  Data: 'TEXT',
  'Small Text': 'TEXT',
  Text: 'TEXT',
  'Long Text': 'TEXT',
  Phone: 'TEXT',
  Link: 'TEXT',
  Select: 'PICKLIST',
  Check: 'BOOLEAN',
  Int: 'NUMBER',
  Float: 'NUMBER',
  Currency: 'NUMBER',
  Percent: 'NUMBER',
  Date: 'DATE',
  Datetime: 'DATE',
}

/** A custom field, and whether it keeps a time of day: https://docs.frappe.io/erpnext/custom-field */
export interface OwnField extends NativeField {
  timed: boolean
}

/** What a row of Custom Field says; nothing for one that holds no plain value. */
export function toOwnField(row: z.output<typeof customField>): OwnField[] {
  const type = TYPES[row.fieldtype]
  if (!type) return []
  const values = [...new Set((row.options ?? '').split('\n').map((line) => line.trim()))].filter(Boolean)
  return [
    {
      name: row.fieldname,
      label: row.label || row.fieldname,
      type,
      required: row.reqd === '1',
      custom: true,
      options: type === 'PICKLIST' ? values.map((value) => ({ value, label: value })) : null,
      timed: row.fieldtype === 'Datetime',
    },
  ]
}

/** The custom fields that reads ask for; none where the user may not see which there are. */
export async function ownOrNone({ setup }: Connection, doctype: string): Promise<OwnField[]> {
  try {
    return await setup.ownFields(doctype)
  } catch (error) {
    if (error instanceof ErpError && error.code === 'PERMISSION_DENIED') return []
    throw error
  }
}

/** The custom fields of a row as text; times are the site's own until here. */
export function customOf(row: object, fields: OwnField[], zone: string): CustomAttribute[] {
  const cells = new Map<string, unknown>(Object.entries(row))
  return fields.map((field) => {
    const value = cells.get(field.name)
    const plain = typeof value === 'string' && value !== '' ? value : null
    return { key: field.name, value: plain === null ? null : asText(plain, field, zone) }
  })
}

function asText(value: string, { type, timed }: OwnField, zone: string): string {
  if (type === 'BOOLEAN') return value === '1' ? 'true' : 'false'
  if (type === 'NUMBER')
    return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value) ? new Big(value).toFixed() : value
  return timed ? (toUtc(value, zone) ?? value) : value
}

/**
 * Custom fields to be written. Throws ErpError VALIDATION for any other: the server would drop it in silence. Where
 * the user may not see which fields there are, nothing can be checked, so nothing is written.
 */
export async function ownBody(
  { setup }: Connection,
  doctype: string,
  attributes: CustomAttribute[],
): Promise<Record<string, unknown>> {
  if (attributes.length === 0) return {}
  const known = await setup.ownFields(doctype)
  const fresh = attributes.every(({ key }) => known.some(({ name }) => name === key))
  const fields = fresh ? known : await setup.ownFields(doctype, true)
  const zone = fields.some(({ timed }) => timed) ? await setup.zone() : 'UTC'
  return Object.fromEntries(
    ownValues('ERPNext', fields, attributes).map(({ field: { name, type }, value }) => {
      const timed = fields.some((field) => field.name === name && field.timed)
      if (type === 'BOOLEAN') return [name, value === 'true' ? 1 : 0]
      if (value === null) return [name, null]
      if (type === 'NUMBER') return [name, exactNumber(value)]
      if (type === 'DATE') return [name, timed ? toLocal(Date.parse(value), zone) : value.slice(0, 10)]
      return [name, value]
    }),
  )
}
