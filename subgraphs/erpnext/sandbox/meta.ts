import { addedTo } from './custom.ts'
import { DEFAULTS } from './defaults.ts'
import { FIELDS, FLOATS, INTS } from './fields.ts'

/** Child tables by DocType: field -> DocType of the rows, in the order in which a document shows them. */
export const TABLES: Record<string, Record<string, string>> = {
  Item: {
    taxes: 'Item Tax',
    supplier_items: 'Item Supplier',
    customer_items: 'Item Customer Detail',
    barcodes: 'Item Barcode',
    item_defaults: 'Item Default',
    reorder_levels: 'Item Reorder',
    uoms: 'UOM Conversion Detail',
    attributes: 'Item Variant Attribute',
  },
  'Price List': { countries: 'Price List Country' },
  'Pricing Rule': {
    item_groups: 'Pricing Rule Item Group',
    items: 'Pricing Rule Item Code',
    brands: 'Pricing Rule Brand',
  },
  Customer: {
    sales_team: 'Sales Team',
    portal_users: 'Portal User',
    accounts: 'Party Account',
    credit_limits: 'Customer Credit Limit',
    companies: 'Allowed To Transact With',
  },
  Quotation: {
    taxes: 'Sales Taxes and Charges',
    pricing_rules: 'Pricing Rule Detail',
    packed_items: 'Packed Item',
    payment_schedule: 'Payment Schedule',
    items: 'Quotation Item',
  },
  'Sales Order': {
    sales_team: 'Sales Team',
    taxes: 'Sales Taxes and Charges',
    pricing_rules: 'Pricing Rule Detail',
    packed_items: 'Packed Item',
    payment_schedule: 'Payment Schedule',
    items: 'Sales Order Item',
  },
  'Sales Invoice': {
    sales_team: 'Sales Team',
    timesheets: 'Sales Invoice Timesheet',
    taxes: 'Sales Taxes and Charges',
    pricing_rules: 'Pricing Rule Detail',
    packed_items: 'Packed Item',
    payment_schedule: 'Payment Schedule',
    items: 'Sales Invoice Item',
    payments: 'Sales Invoice Payment',
    advances: 'Sales Invoice Advance',
  },
  'Payment Entry': {
    deductions: 'Payment Entry Deduction',
    taxes: 'Advance Taxes and Charges',
    references: 'Payment Entry Reference',
  },
  'Stock Entry': { items: 'Stock Entry Detail', additional_costs: 'Landed Cost Taxes and Charges' },
  Address: { links: 'Dynamic Link' },
  Contact: { email_ids: 'Contact Email', phone_nos: 'Contact Phone', links: 'Dynamic Link' },
}

const STANDARD = ['name', 'owner', 'creation', 'modified', 'modified_by', 'docstatus', 'idx']
const CHILD = ['parent', 'parentfield', 'parenttype']
const known = new Map(
  Object.entries(FIELDS).map(([doctype, names]) => [
    doctype,
    new Set([...names.split(' '), ...addedTo(doctype)]),
  ]),
)
const children = new Map(
  Object.values(TABLES).flatMap((tables) =>
    Object.entries(tables).map(([field, doctype]) => [doctype, field]),
  ),
)

/** Whether the site has a DocType. */
export function hasDoctype(doctype: string): boolean {
  return known.has(doctype) || children.has(doctype)
}

/** Whether a DocType is the table of another. */
export function isChild(doctype: string): boolean {
  return children.has(doctype)
}

/** Whether a list call may name the field. */
export function hasField(doctype: string, field: string): boolean {
  return (
    STANDARD.includes(field) ||
    (isChild(doctype) && CHILD.includes(field)) ||
    (known.get(doctype)?.has(field) ?? false)
  )
}

/** The fields of a DocType besides the standard ones. */
export function fieldNames(doctype: string): string[] {
  return [...(known.get(doctype) ?? [])]
}

/** A cell of a document; decimals are text. */
export type Cell = string | number | null | Row[]
/** A document or a row of one of its tables. */
export interface Row {
  [field: string]: Cell
}

const defaults = new Map<string, Row>()

/** Fields and values that a new document starts with. */
export function defaultsOf(doctype: string): Row {
  const found = defaults.get(doctype) ?? parsedDefaults(doctype)
  defaults.set(doctype, found)
  return { ...found }
}

function parsedDefaults(doctype: string): Row {
  const pairs = (DEFAULTS[doctype] ?? '').split('|').filter(Boolean)
  return Object.fromEntries(
    pairs.map((pair) => {
      const [field = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
      return [field, INTS.has(field) ? Number(value) : FLOATS.has(field) ? value.replace(/\.0$/, '') : value]
    }),
  )
}

/** The text of a cell, '' for nothing. */
export function text(row: Row | undefined, field: string): string {
  const value = row?.[field]
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** A decimal cell, '0' for nothing. */
export function decimal(row: Row | undefined, field: string): string {
  return text(row, field) || '0'
}

/** The rows of a table. */
export function table(row: Row | undefined, field: string): Row[] {
  const value = row?.[field]
  return Array.isArray(value) ? value : []
}

function pythonFloat(value: string): object {
  return JSON.rawJSON(/[.]/.test(value) ? value : `${value}.0`)
}

/** A document as it goes out: decimals are JSON numbers with a point, as Python writes its floats. */
export function toJson(row: Row): object {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => {
      if (Array.isArray(value)) return [field, value.map(toJson)]
      return [field, typeof value === 'string' && FLOATS.has(field) ? pythonFloat(value) : value]
    }),
  )
}
