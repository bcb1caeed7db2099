import { ABC_CLASSES, CHANNELS } from '../../extras.ts'
import type { Row } from './meta.ts'

/** The fields that the demo company added through Customize Form: DocType, field name, label, type, options. */
const ADDED: [dt: string, fieldname: string, label: string, fieldtype: string, options: string | null][] = [
  ['Customer', 'custom_unified_id', 'Unified id', 'Data', null],
  ['Customer', 'custom_route', 'Route', 'Data', null],
  [
    'Customer',
    'custom_abc_class',
    'ABC class',
    'Select',
    `\n${ABC_CLASSES.map(({ value }) => value).join('\n')}`,
  ],
  ['Customer', 'custom_customer_since', 'Customer since', 'Date', null],
  ['Customer', 'custom_newsletter', 'Newsletter', 'Check', null],
  ['Item', 'custom_hazardous', 'Hazardous goods', 'Check', null],
  ['Item', 'custom_customs_tariff', 'Customs tariff', 'Data', null],
  ['Sales Order', 'custom_unified_id', 'Unified id', 'Data', null],
  ['Sales Order', 'custom_section', 'Logistics', 'Section Break', null],
  ['Sales Order', 'custom_channel', 'Sales channel', 'Select', `\n${CHANNELS.join('\n')}`],
  ['Sales Order', 'custom_weight', 'Weight (kg)', 'Float', null],
  ['Sales Order', 'custom_confirmed_at', 'Confirmed at', 'Datetime', null],
  ['Sales Invoice', 'custom_unified_id', 'Unified id', 'Data', null],
]

/** The rows of Custom Field. */
export function customFields(): Row[] {
  return ADDED.map(([dt, fieldname, label, fieldtype, options], index) => ({
    name: `${dt}-${fieldname}`,
    idx: index + 1,
    dt,
    fieldname,
    label,
    fieldtype,
    options,
    reqd: 0,
  }))
}

/** The names of the added fields of a DocType that hold a value. */
export function addedTo(doctype: string): string[] {
  return ADDED.filter(([dt, , , type]) => dt === doctype && type !== 'Section Break').map(([, name]) => name)
}

/** The added fields of one of these types. */
export function addedAs(...types: string[]): string[] {
  return ADDED.filter(([, , , type]) => types.includes(type)).map(([, name]) => name)
}
