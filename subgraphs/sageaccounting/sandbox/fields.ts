import { type Row, invalid } from './answers.ts'
import type { ListName } from './store.ts'

/** The lists that can be written to. */
export type WrittenList = Exclude<ListName, 'stock_items' | 'products' | 'services'>
type Kind = 'text' | 'number' | 'flag' | 'day' | 'texts' | 'lines' | 'address' | 'person' | 'artefacts'
type Fields = Record<string, Kind>

const HEAD: Fields = {
  idempotency_id: 'text',
  contact_id: 'text',
  date: 'day',
  reference: 'text',
  notes: 'text',
  terms_and_conditions: 'text',
  currency_id: 'text',
  exchange_rate: 'number',
  status_id: 'text',
  shipping_net_amount: 'number',
  shipping_tax_rate_id: 'text',
  main_address: 'address',
  delivery_address: 'address',
}
const FIELDS: Record<WrittenList, Fields> = {
  contacts: {
    idempotency_id: 'text',
    name: 'text',
    contact_type_ids: 'texts',
    reference: 'text',
    tax_number: 'text',
    notes: 'text',
    credit_limit: 'number',
    credit_days: 'number',
    currency_id: 'text',
    product_sales_price_type_id: 'text',
    source_guid: 'text',
    main_address: 'address',
    delivery_address: 'address',
    main_contact_person: 'person',
  },
  sales_quotes: { ...HEAD, expiry_date: 'day', quote_lines: 'lines' },
  sales_estimates: { ...HEAD, expiry_date: 'day', estimate_lines: 'lines' },
  sales_invoices: {
    ...HEAD,
    due_date: 'day',
    invoice_number: 'text',
    original_quote_estimate_id: 'text',
    invoice_lines: 'lines',
  },
  contact_payments: {
    idempotency_id: 'text',
    transaction_type_id: 'text',
    contact_id: 'text',
    bank_account_id: 'text',
    payment_method_id: 'text',
    date: 'day',
    reference: 'text',
    currency_id: 'text',
    total_amount: 'number',
    allocated_artefacts: 'artefacts',
  },
}
const LINE: Fields = {
  description: 'text',
  product_id: 'text',
  service_id: 'text',
  ledger_account_id: 'text',
  quantity: 'number',
  unit_price: 'number',
  unit_price_includes_tax: 'flag',
  discount_amount: 'number',
  discount_percentage: 'number',
  tax_rate_id: 'text',
  tax_amount: 'number',
}
const ADDRESS: Fields = {
  name: 'text',
  address_line_1: 'text',
  address_line_2: 'text',
  city: 'text',
  region: 'text',
  postal_code: 'text',
  country_id: 'text',
}
const PERSON: Fields = { name: 'text', email: 'text', telephone: 'text', mobile: 'text', job_title: 'text' }
const ARTEFACT: Fields = { artefact_id: 'text', amount: 'number', discount: 'number' }

/** What a new record must say. */
const REQUIRED: Record<WrittenList, string[]> = {
  contacts: ['name', 'contact_type_ids'],
  sales_quotes: ['contact_id', 'date', 'expiry_date', 'quote_lines'],
  sales_estimates: ['contact_id', 'date', 'expiry_date', 'estimate_lines'],
  sales_invoices: ['contact_id', 'date', 'invoice_lines'],
  contact_payments: ['transaction_type_id', 'contact_id', 'bank_account_id', 'date', 'total_amount'],
}
/** Invoices alone may leave out the quantity. */
const LINE_REQUIRED = ['description', 'ledger_account_id', 'unit_price']

/** Whether a value is a text. */
export function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isDay(value: unknown): boolean {
  return isText(value) && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))
}

const TESTS: Record<Kind, (value: unknown) => boolean> = {
  text: isText,
  number: (value) => JSON.isRawJSON(value),
  flag: (value) => typeof value === 'boolean',
  day: isDay,
  texts: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
  lines: (value) => Array.isArray(value) && value.length > 0,
  address: (value) => typeof value === 'object' && value !== null,
  person: (value) => typeof value === 'object' && value !== null,
  artefacts: Array.isArray,
}

function nameOf(field: string): string {
  const text = field.replace(/_ids?$/, '').replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function checkFields(row: Row, fields: Fields, required: string[], at: string): void {
  for (const field of required)
    if (row[field] === undefined || row[field] === null || row[field] === '')
      throw invalid(`${nameOf(field)}: This field is required`, `${at}${field}`)
  for (const [field, value] of Object.entries(row)) {
    const kind = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (!kind) throw invalid(`${nameOf(field)}: is not a known field`, `${at}${field}`)
    if (!TESTS[kind](value)) throw invalid(`${nameOf(field)}: is invalid`, `${at}${field}`)
    const inner = { lines: LINE, address: ADDRESS, person: PERSON, artefacts: ARTEFACT }[kind as 'lines']
    if (!inner) continue
    const parts = Array.isArray(value) ? (value as Row[]) : [value as Row]
    const needed =
      kind === 'lines' ? [...LINE_REQUIRED, ...(field === 'invoice_lines' ? [] : ['quantity'])] : []
    parts.forEach((part, index) =>
      checkFields(part, inner, needed, Array.isArray(value) ? `${field}[${index}].` : `${field}.`),
    )
  }
}

/** Refuses unknown fields, wrong types, and a new record without what it needs. */
export function mustFit(list: WrittenList, entity: Row, isNew: boolean): void {
  checkFields(entity, FIELDS[list], isNew ? REQUIRED[list] : [], '')
}
