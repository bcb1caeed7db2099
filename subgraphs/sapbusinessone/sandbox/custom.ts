import type { DemoCustomer, DemoDocument, DemoProduct } from '../../demo.ts'
import { type Row, num } from '../../exact.ts'
import { ABC_CLASSES, CHANNELS, channelOf, customerExtras, productExtras } from '../../extras.ts'
import { dayOf } from './values.ts'

interface Added {
  table: 'OITM' | 'OCRD' | 'ORDR'
  name: string
  label: string
  type?: string
  subtype?: string
  values?: readonly { value: string; label: string }[]
  /** Made after the Service Layer was started: there in the metadata, and no property yet. */
  isNew?: boolean
}

const ENTITIES = { OITM: 'Item', OCRD: 'BusinessPartner', ORDR: 'Document' }
const channels = CHANNELS.map((value) => ({ value, label: value }))

const ADDED: Added[] = [
  { table: 'OCRD', name: 'CRM_ID', label: 'CRM id' },
  { table: 'OCRD', name: 'Route', label: 'Tour' },
  { table: 'OCRD', name: 'AbcClass', label: 'ABC-Klasse', values: ABC_CLASSES },
  { table: 'OCRD', name: 'Since', label: 'Kunde seit', type: 'db_Date' },
  { table: 'OCRD', name: 'VisitDays', label: 'Besuchsrhythmus (Tage)', type: 'db_Numeric' },
  { table: 'OITM', name: 'Hazardous', label: 'Gefahrgut', subtype: 'st_Checkbox' },
  { table: 'OITM', name: 'Tariff', label: 'Zolltarifnummer' },
  { table: 'ORDR', name: 'ExtRef', label: 'Ext reference' },
  { table: 'ORDR', name: 'Channel', label: 'Vertriebskanal', values: channels },
  { table: 'ORDR', name: 'Freight', label: 'Frachtgewicht', type: 'db_Float', subtype: 'st_Quantity' },
  { table: 'ORDR', name: 'NotLoaded', label: 'Neues Feld', isNew: true },
]

/** User-defined fields that the Service Layer has loaded at its start; others are invalid properties. */
export const UDFS = new Set(
  ADDED.filter(({ isNew }) => !isNew).map(({ table, name }) => `${ENTITIES[table]}.U_${name}`),
)

/** The properties of a table, without a value. */
export function emptyOf(table: Added['table']): Row {
  const own = ADDED.filter((one) => one.table === table && !one.isNew)
  return Object.fromEntries(own.map(({ name }) => [`U_${name}`, null]))
}

/** The properties of a table that take text, numbers or days. */
export function namesOf(table: Added['table'], form: 'text' | 'number' | 'day'): string {
  const forms: Record<string, string> = { db_Date: 'day', db_Numeric: 'number', db_Float: 'number' }
  const own = ADDED.filter((one) => one.table === table && !one.isNew)
  return own
    .filter(({ type }) => (forms[type ?? ''] ?? 'text') === form)
    .map(({ name }) => `U_${name}`)
    .join(' ')
}

/** The rows of `UserFieldsMD`. */
export function userFields(): Row[] {
  return ADDED.map(({ table, name, label, type, subtype, values }, index) => ({
    TableName: table,
    FieldID: num(index),
    Name: name,
    Description: label,
    Type: type ?? 'db_Alpha',
    SubType: subtype ?? 'st_None',
    Size: num(50),
    EditSize: num(50),
    Mandatory: 'tNO',
    DefaultValue: null,
    LinkedTable: null,
    ValidValuesMD: (values ?? []).map(({ value, label: said }) => ({ Value: value, Description: said })),
  }))
}

/** The user-defined fields of a demo customer. */
export function customerFields(customer: DemoCustomer): Row {
  const { route, abcClass, customerSince } = customerExtras(customer)
  return { U_Route: route, U_AbcClass: abcClass, U_Since: dayOf(customerSince) }
}

/** The user-defined fields of a demo product. */
export function itemFields(product: DemoProduct): Row {
  const { hazardous, customsTariff } = productExtras(product)
  return { U_Hazardous: hazardous ? 'Y' : 'N', U_Tariff: customsTariff }
}

/** The user-defined fields of a demo order. */
export function orderFields(document: DemoDocument): Row {
  return { U_Channel: channelOf(document) }
}
